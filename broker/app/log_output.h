// Where the log's lines end up: a descriptor, in practice standard error.
//
// A line must not hold up the thread that writes it. Before each line the descriptor is asked
// whether it takes more; one that does not (a full pipe whose reader hangs, a stopped terminal)
// is given a moment once, then lines are lost, and counted, until it takes them again.
#pragma once

#include <string_view>

namespace godwit::app {

// Thread: one at a time; the sink's lock sees to that.
class LogOutput {
 public:
  virtual ~LogOutput() = default;
  // One line with its end. False if it was lost.
  virtual bool write_line(std::string_view line) = 0;
};

class DescriptorOutput final : public LogOutput {
 public:
  // No longer than what a pipe takes whole, so that a line neither blocks nor mixes with others.
  static constexpr std::size_t kLineBytesMax = 4096;

  explicit DescriptorOutput(int descriptor) : descriptor_(descriptor) {}
  bool write_line(std::string_view line) override;

 private:
  const int descriptor_;
  bool stuck_ = false;
};

}  // namespace godwit::app
