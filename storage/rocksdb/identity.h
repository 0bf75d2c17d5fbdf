// Who a store belongs to. A pod's name or address says nothing about what is on its disk; these do.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace godwit::storage::rocks {

// 128 bits, drawn at random by whoever founds what it names.
struct Id {
  std::array<std::byte, 16> bytes{};
  friend bool operator==(const Id&, const Id&) = default;
};

// 32 hexadecimal digits, small.
[[nodiscard]] std::string to_text(const Id& id);
[[nodiscard]] std::optional<Id> id_from_text(std::string_view text);

struct Identity {
  Id cluster;
  Id node;
  Id disk;  // Another one for every directory that was ever founded, also under the same node.
  friend bool operator==(const Identity&, const Identity&) = default;
};

// What is known from elsewhere about the store that should be here; nothing: any will do.
struct ExpectedIdentity {
  std::optional<Id> cluster;
  std::optional<Id> node;
  std::optional<Id> disk;
};

// The text of the file FORMAT (docs/internals/storage.md).
[[nodiscard]] std::string format_text(const Identity& identity);
// `path` is for the errors: damaged, or of another version of Godwit.
[[nodiscard]] Result<Identity> parse_format(const std::string& path, std::string_view text);
// An error if the store at `path` is not the one that was expected.
[[nodiscard]] Result<void> compare(const std::string& path, const Identity& found,
                                   const ExpectedIdentity& expected);

}  // namespace godwit::storage::rocks
