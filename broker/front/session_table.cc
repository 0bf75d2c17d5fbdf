#include "broker/front/session_table.h"

#include <utility>

#include "base/check.h"

namespace godwit::front {

SessionSlot& SessionTable::add(const session::SessionKey& key) {
  if (free_.empty()) {
    free_.push_back(routing::Subscriber(static_cast<std::uint32_t>(slots_.all.size())));
    slots_.all.push_back(nullptr);
  }
  CHECK(find(key) == nullptr);
  const routing::Subscriber subscriber = free_.back();
  free_.pop_back();
  auto slot = std::make_unique<SessionSlot>();
  slot->subscriber = subscriber;
  slot->generation = std::exchange(next_generation_, next_generation(next_generation_));
  slot->session.key = key;
  slots_.all[subscriber.value()] = std::move(slot);
  by_key_.link(subscriber);
  ++size_;
  return at(subscriber);
}

void SessionTable::remove(SessionSlot& slot) {
  CHECK(slot.connection == nullptr);
  const routing::Subscriber subscriber = slot.subscriber;
  by_key_.unlink(subscriber);
  slots_.all[subscriber.value()] = nullptr;
  free_.push_back(subscriber);
  --size_;
}

SessionSlot* SessionTable::find(const session::SessionKey& key) {
  const routing::Subscriber subscriber =
      by_key_.find(hash_(key), [&](const SessionSlot& slot) { return slot.session.key == key; });
  return subscriber == routing::Subscriber{} ? nullptr : &at(subscriber);
}

SessionSlot* SessionTable::find(routing::Subscriber subscriber, std::uint32_t generation) {
  if (subscriber.value() >= slots_.all.size()) {
    return nullptr;
  }
  SessionSlot* slot = slots_.all[subscriber.value()].get();
  return slot != nullptr && slot->generation == generation ? slot : nullptr;
}

}  // namespace godwit::front
