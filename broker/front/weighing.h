// Keeps `godwit_subscription_bytes` right: whoever changes the topic index or the routes has one of
// these meanwhile, and so each byte that came with a subscription goes from the sum with its last
// user, in whatever order users of the same levels come and go.
#pragma once

#include <cstddef>
#include <cstdint>

#include "broker/front/probe.h"

namespace godwit::front {

// `Structure` has bytes().
template <class Structure>
class Weighing {
 public:
  Weighing(const Structure& structure, FrontProbe& probe)
      : structure_(&structure), probe_(&probe), before_(structure.bytes()) {}
  Weighing(const Weighing&) = delete;
  Weighing& operator=(const Weighing&) = delete;
  ~Weighing() {
    probe_->subscription_bytes_changed(static_cast<std::int64_t>(structure_->bytes()) -
                                       static_cast<std::int64_t>(before_));
  }

 private:
  const Structure* structure_;
  FrontProbe* probe_;
  std::size_t before_;
};

}  // namespace godwit::front
