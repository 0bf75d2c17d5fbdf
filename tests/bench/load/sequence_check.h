// Follows the sequence numbers 0, 1, 2, ... of one publisher and topic at one receiver and tells
// what is late, double or missing. Memory grows only with the number of holes.
#pragma once

#include <cstdint>
#include <vector>

namespace godwit::bench {

enum class Arrival : std::uint8_t {
  kInOrder,    // Newer than everything before; what it jumped over is a hole.
  kReordered,  // Fills a hole: it came after a newer one.
  kDuplicate,  // Was here before.
};

class SequenceCheck {
 public:
  Arrival arrived(std::uint32_t sequence);

  // How many of the `published` first sequence numbers have not come.
  [[nodiscard]] std::uint64_t missing(std::uint32_t published) const;

 private:
  struct Hole {
    std::uint32_t first;
    std::uint32_t last;
  };

  Arrival fill(std::uint32_t sequence);

  std::uint32_t next_ = 0;
  std::vector<Hole> holes_;  // Ascending; empty in a healthy run, so it costs no allocation.
};

}  // namespace godwit::bench
