#include "broker/front/session_table.h"

#include <utility>

#include "base/check.h"

namespace godwit::front {

SessionSlot& SessionTable::add(const session::SessionKey& key) {
  if (free_.empty()) {
    free_.push_back(routing::Subscriber(static_cast<std::uint32_t>(slots_.size())));
    slots_.push_back(nullptr);
  }
  const routing::Subscriber subscriber = free_.back();
  const bool is_new = by_key_.emplace(key, subscriber).second;
  CHECK(is_new);
  free_.pop_back();
  auto slot = std::make_unique<SessionSlot>();
  slot->subscriber = subscriber;
  slot->generation = std::exchange(next_generation_, next_generation(next_generation_));
  slot->session.key = key;
  slots_[subscriber.value()] = std::move(slot);
  return at(subscriber);
}

void SessionTable::remove(SessionSlot& slot) {
  CHECK(slot.connection == nullptr);
  const routing::Subscriber subscriber = slot.subscriber;
  by_key_.erase(slot.session.key);
  slots_[subscriber.value()] = nullptr;
  free_.push_back(subscriber);
}

SessionSlot* SessionTable::find(const session::SessionKey& key) {
  const auto found = by_key_.find(key);
  return found != by_key_.end() ? &at(found->second) : nullptr;
}

SessionSlot* SessionTable::find(routing::Subscriber subscriber, std::uint32_t generation) {
  if (subscriber.value() >= slots_.size()) {
    return nullptr;
  }
  SessionSlot* slot = slots_[subscriber.value()].get();
  return slot != nullptr && slot->generation == generation ? slot : nullptr;
}

}  // namespace godwit::front
