// What is wrong with bytes that should be a record.
#pragma once

#include <cstdint>
#include <string_view>

namespace godwit::records {

// Whoever applies a log stops at any of these: to skip what one replica cannot read would make it
// differ from those that can.
enum class RecordError : std::uint8_t {
  kTruncated,       // Fewer bytes than it says that it has.
  kTrailing,        // More.
  kMalformed,       // Not what protoc's reader takes, or a field that cannot be.
  kUnknownFormat,   // Of a row that is packed by hand.
  kUnknownCommand,  // A command of a later version, or none.
};
[[nodiscard]] std::string_view name_of(RecordError error);

}  // namespace godwit::records
