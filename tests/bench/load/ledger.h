// Who must receive what. A stream is one publisher on one topic; the ledger knows the subscribers
// of every stream, hands out its sequence numbers and judges every delivery.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tests/bench/load/sequence_check.h"

namespace godwit::bench {

class Ledger {
 public:
  struct Verdict {
    std::uint64_t lost = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t reordered = 0;
    std::uint64_t misrouted = 0;  // To a subscriber that did not ask, or never published.
  };

  // `receivers` ascending and each once. Streams are numbered in the order they are added.
  void add_stream(std::span<const std::uint32_t> receivers);
  // A stream of which each message must come once, to any one of the members. The members read
  // apart from each other, so only what one of them receives has an order.
  void add_shared_stream(std::span<const std::uint32_t> members);

  // Notes one more publish of the stream and returns its sequence number.
  std::uint32_t publish(std::uint32_t stream) { return streams_[stream].published++; }
  // The deliveries that one publish of the stream causes.
  [[nodiscard]] std::uint32_t receivers_of(std::uint32_t stream) const {
    return streams_[stream].shared ? 1 : streams_[stream].count;
  }

  // Judges one delivery; nothing when it was misrouted.
  std::optional<Arrival> deliver(std::uint32_t stream, std::uint32_t receiver,
                                 std::uint32_t sequence);

  // The verdict so far; what is still under way counts as lost.
  [[nodiscard]] Verdict verdict() const;

 private:
  struct Stream {
    std::uint32_t first = 0;  // Of its receivers in receivers_ and checks_.
    std::uint32_t count = 0;
    std::uint32_t published = 0;
    bool shared = false;
  };

  // Where the receiver of the stream stands in receivers_ and checks_.
  [[nodiscard]] std::optional<std::size_t> find(const Stream& stream, std::uint32_t receiver) const;
  Arrival deliver_shared(const Stream& stream, std::size_t member, std::uint32_t sequence);

  std::vector<Stream> streams_;
  std::vector<std::uint32_t> receivers_;
  // A shared stream uses only its first one, for all members together.
  std::vector<SequenceCheck> checks_;
  // By member of a shared stream, at the place of its check: one more than its newest message.
  std::vector<std::uint32_t> next_of_member_;
  Verdict counted_;  // Without `lost`, which is only known at the end.
};

}  // namespace godwit::bench
