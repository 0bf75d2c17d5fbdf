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

  // Notes one more publish of the stream and returns its sequence number.
  std::uint32_t publish(std::uint32_t stream) { return streams_[stream].published++; }
  [[nodiscard]] std::uint32_t receivers_of(std::uint32_t stream) const {
    return streams_[stream].count;
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
  };

  SequenceCheck* find(const Stream& stream, std::uint32_t receiver);

  std::vector<Stream> streams_;
  std::vector<std::uint32_t> receivers_;
  std::vector<SequenceCheck> checks_;
  Verdict counted_;  // Without `lost`, which is only known at the end.
};

}  // namespace godwit::bench
