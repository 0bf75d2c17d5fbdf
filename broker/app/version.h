// What this program is, from the build.
#pragma once

#include <string_view>

namespace godwit::app {

extern const std::string_view kVersion;   // "0.1.0"
extern const std::string_view kBuild;     // "release"
extern const std::string_view kRevision;  // Of the source; "unknown" outside a repository.

}  // namespace godwit::app
