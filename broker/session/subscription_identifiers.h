// Subscription Identifiers (MQTT 5.0, 3.8.2.1.2): what a message that waits for a session takes
// along of its subscriptions'.
//
// Thread: the session's. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>

namespace godwit::session {

// The identifiers of one copy of a message, fixed when it matched. Eight bytes if there are none.
class SubscriptionIdentifiers {
 public:
  SubscriptionIdentifiers() = default;
  explicit SubscriptionIdentifiers(std::span<const std::uint32_t> identifiers) {
    if (identifiers.empty()) {
      return;
    }
    data_ = std::make_unique<std::uint32_t[]>(1 + identifiers.size());
    data_[0] = static_cast<std::uint32_t>(identifiers.size());
    std::copy(identifiers.begin(), identifiers.end(), data_.get() + 1);
  }

  [[nodiscard]] std::span<const std::uint32_t> view() const {
    return data_ == nullptr ? std::span<const std::uint32_t>()
                            : std::span<const std::uint32_t>(data_.get() + 1, data_[0]);
  }

 private:
  std::unique_ptr<std::uint32_t[]> data_;  // Their number, then they.
};

}  // namespace godwit::session
