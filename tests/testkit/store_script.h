// Scripts that any store must answer alike: memory, RocksDB, and a store behind an overlay.
//
// A line is a command; words are separated by spaces, `%ff` is a byte. What is read is the answer.
//
//   put TABLE KEY VALUE     remove TABLE KEY     remove_range TABLE FIRST END     write [sync]
//   get TABLE KEY           scan TABLE [FIRST [END]]
//   snapshot                old_get TABLE KEY    old_scan TABLE [FIRST [END]]
//
// `#` begins a comment; a line that begins with `=` is the answer that is expected, in files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/store.h"

namespace godwit::testkit {

// The answers, one a line. A mistake in the script throws std::runtime_error.
[[nodiscard]] std::string play(std::string_view script, storage::Store& store);

// Commands about few keys, so that they meet each other.
[[nodiscard]] std::string random_script(std::uint64_t seed, std::size_t lines);

// Only the expected answers of a script file.
[[nodiscard]] std::string expected_answers(std::string_view script);

}  // namespace godwit::testkit
