#include "base/mutant.h"

#ifdef GODWIT_MUTANTS
namespace godwit {
namespace {

// The one global of the tree: a planted bug has to be reachable from any line, and exists only in
// builds that are made to be wrong.
std::uint32_t number_that_is_on = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

}  // namespace

std::uint32_t planted_mutant() { return number_that_is_on; }
void plant_mutant(std::uint32_t number) { number_that_is_on = number; }

}  // namespace godwit
#endif
