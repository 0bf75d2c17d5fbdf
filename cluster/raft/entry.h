// What a group agrees on: the entries of its log.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "cluster/raft/ids.h"

namespace godwit::raft {

// Numbers are on disk and on the wire.
enum class EntryKind : std::uint8_t {
  kCommand = 0,        // For the state machine; the core never looks inside.
  kNoOp = 1,           // The first entry of a leader (thesis, section 3.6.2).
  kConfiguration = 2,  // An encoded Configuration; in force from its append on (section 4.1).
};

// Bytes that nobody changes, shared by the log, the messages to all followers and the write to
// disk. Null is the same as empty.
using Payload = std::shared_ptr<const Bytes>;

[[nodiscard]] inline Payload make_payload(ByteView bytes) {
  return std::make_shared<const Bytes>(bytes.begin(), bytes.end());
}

struct Entry {
  Term term;
  LogIndex index;
  EntryKind kind = EntryKind::kCommand;
  Payload payload;

  [[nodiscard]] LogPosition position() const { return {term, index}; }
  [[nodiscard]] ByteView bytes() const { return payload ? ByteView(*payload) : ByteView(); }
  // What the limits count: the payload and what goes with it.
  [[nodiscard]] std::size_t size_bytes() const { return bytes().size() + 32; }
};

}  // namespace godwit::raft
