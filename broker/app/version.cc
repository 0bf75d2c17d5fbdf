#include "broker/app/version.h"

namespace godwit::app {

// kRevision is in a file that revision.cmake writes.
const std::string_view kVersion = GODWIT_VERSION;
const std::string_view kBuild = GODWIT_BUILD;

}  // namespace godwit::app
