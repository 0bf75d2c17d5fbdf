// Planted bugs, so that the tests of what must never fail can be tested themselves.
//
//   if (!voted_for_other || planted(Mutant::kVotesTwice)) {
//
// A room lists its planted bugs in an enum of its own, with numbers that no other room uses. In the
// preset `mutants` exactly one of them can be switched on by number while a program runs; in every
// other build planted() is the constant false and leaves no trace in the binary.
#pragma once

#include <cstdint>

namespace godwit {

#ifdef GODWIT_MUTANTS
// The number that is on; 0: none. Thread: any, but it is switched while nothing else runs.
[[nodiscard]] std::uint32_t planted_mutant();
void plant_mutant(std::uint32_t number);

template <class Mutant>
[[nodiscard]] bool planted(Mutant mutant) {
  return planted_mutant() == static_cast<std::uint32_t>(mutant);
}
#else
template <class Mutant>
[[nodiscard]] constexpr bool planted(Mutant /*mutant*/) {
  return false;
}
#endif

}  // namespace godwit
