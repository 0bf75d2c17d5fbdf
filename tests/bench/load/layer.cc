#include "tests/bench/load/layer.h"

namespace godwit::bench {

StackedLayer::StackedLayer(std::unique_ptr<Layer> lower, std::unique_ptr<Layer> upper,
                           StackScratch& scratch)
    : lower_(std::move(lower)), upper_(std::move(upper)), scratch_(scratch) {}

bool StackedLayer::connected(Buffer& below) {
  if (!lower_->connected(below)) {
    return fail(lower_->problem());
  }
  return true;
}

bool StackedLayer::decode(Bytes input, Scratch& above, Buffer& below) {
  scratch_.inward.clear();
  scratch_.outward.clear();
  // What came before an end of the lower layer is still worth reading.
  const bool lower_intact = lower_->decode(input, scratch_.inward, below);
  const bool upper_intact = !lower_->ready() || advance(above);
  if (!lower_intact) {
    return fail(lower_->problem());
  }
  // Also when the upper layer is at its end: it may have answered a close.
  return pass_down(below) && upper_intact;
}

bool StackedLayer::advance(Scratch& above) {
  bool intact = true;
  if (!upper_connected_) {
    upper_connected_ = true;
    intact = upper_->connected(scratch_.outward);
  }
  if (intact && !scratch_.inward.empty()) {
    intact = upper_->decode(scratch_.inward.bytes(), above, scratch_.outward);
  }
  if (upper_->ready()) {
    set_ready();
  }
  return intact || fail(upper_->problem());
}

bool StackedLayer::pass_down(Buffer& below) {
  if (scratch_.outward.empty() || lower_->encode(scratch_.outward, below)) {
    return true;
  }
  return fail(lower_->problem());
}

bool StackedLayer::encode(Bytes above, Buffer& below) {
  scratch_.outward.clear();
  if (!upper_->encode(above, scratch_.outward)) {
    return fail(upper_->problem());
  }
  return pass_down(below);
}

}  // namespace godwit::bench
