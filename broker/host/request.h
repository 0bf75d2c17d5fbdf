// What the fronts of a process ask its shards, and what they are told. Values, gathered in batches
// a turn.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "broker/records/command.h"
#include "broker/shard/effects.h"

namespace godwit::host {

// The asker's own, to know an answer by.
struct TokenTag;
using Token = StrongId<TokenTag, std::uint64_t>;

// A connection's number names the thread that has it in its upper 16 bits.
[[nodiscard]] constexpr records::ConnectionNumber connection_number(ThreadIndex thread,
                                                                    std::uint64_t number) {
  return records::ConnectionNumber(std::uint64_t{thread.value()} << 48U | number);
}
[[nodiscard]] constexpr ThreadIndex thread_of(records::ConnectionNumber connection) {
  return ThreadIndex(static_cast<std::uint16_t>(connection.value() >> 48U));
}

// A command of a session. Attachments are filled in here; PublishBatch is not one of these.
struct Request {
  ThreadIndex from;
  ShardId shard;
  Token token;
  records::Command command;
};

// A message for the durable subscribers of a shard, at QoS 1 or 2.
struct Publish {
  ThreadIndex from;
  ShardId shard;
  Token token;
  std::string record;  // A message record.
};

enum class Refusal : std::uint8_t {
  kUnavailable,  // The shard has no leader here, or lost it: what became of it is unknown.
  kBusy,         // Too much waits already (HostLimits).
  kTooLarge,     // Alone more than an entry of the log can hold (HostLimits).
};

// --- answers -------------------------------------------------------------------------------------

// The command is committed and applied; what follows from it has been told before.
struct Done {
  Token token;
};
struct Refused {
  Token token;
  Refusal reason = Refusal::kUnavailable;
};
// What the shard says of a session, to the thread that has its connection.
struct Told {
  ShardId shard;
  shard::Event event;
};
// shard::Delivery, with a message that lives on.
struct Delivered {
  ShardId shard;
  shard::Delivery delivery;  // Without its record,
  std::string record;        // which is here.
};
// A message of this shard's lane to this node: for its clean sessions (P-3). To be answered, in
// order, by a request with OutboxDone.
struct ForNode {
  ShardId shard;
  records::LaneSequence sequence;
  std::string record;
};
// To be matched, and answered by a request with WillFire.
struct WillToMatch {
  ShardId shard;
  shard::WillDue due;
  std::string record;
};

using Answer = std::variant<Done, Refused, Told, Delivered, ForNode, WillToMatch>;

struct Answers {
  struct One {
    ThreadIndex to;
    Answer answer;
  };
  std::vector<One> all;

  void tell(ThreadIndex to, Answer answer) { all.push_back({to, std::move(answer)}); }
};

}  // namespace godwit::host
