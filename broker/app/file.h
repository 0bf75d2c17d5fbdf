// Files at start-up and on the command line. Not for a running broker: these calls block.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace godwit::app {

// The whole file, at most `bytes_max`. Errors begin with the file's name.
[[nodiscard]] Result<std::string> read_whole_file(const std::string& path, std::size_t bytes_max);

[[nodiscard]] bool file_exists(const std::string& path);
// True if group or others may read it.
[[nodiscard]] bool readable_by_others(const std::string& path);

// Replaces the file, or makes it, so that a crash leaves the old or the new text and never a part
// of one: written beside it with mode 0600, synced, renamed. The owner of the old file is kept
// where the caller may do so; a symbolic link is followed.
[[nodiscard]] Result<void> replace_file(const std::string& path, std::string_view text);

}  // namespace godwit::app
