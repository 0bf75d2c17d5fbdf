// Subscription Identifiers (MQTT 5.0, 3.8.2.1.2): what a session's subscriptions carry, and what a
// message that waits for the session takes along.
//
// Thread: the session's. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>

#include "base/check.h"
#include "base/thin_vector.h"

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

// The identifiers of one session's subscriptions by slot, because an index entry has no room for
// 28 bits. Slots are numbered from 1 and used again.
class IdentifierTable {
 public:
  [[nodiscard]] std::uint32_t add(std::uint32_t identifier) {
    if (free_.empty()) {
      identifiers_.push_back(identifier);
      return static_cast<std::uint32_t>(identifiers_.size());
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    identifiers_[slot - 1] = identifier;
    return slot;
  }
  void remove(std::uint32_t slot) { free_.push_back(slot); }
  [[nodiscard]] std::uint32_t at(std::uint32_t slot) const {
    DCHECK(slot != 0 && slot <= identifiers_.size());
    return identifiers_[slot - 1];
  }
  // Slots that are in use.
  [[nodiscard]] std::size_t size() const { return identifiers_.size() - free_.size(); }

 private:
  ThinVector<std::uint32_t> identifiers_;
  ThinVector<std::uint32_t> free_;
};

}  // namespace godwit::session
