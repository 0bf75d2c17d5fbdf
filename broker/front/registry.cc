#include "broker/front/registry.h"

namespace godwit::front {

ThreadIndex home_of(const session::SessionKey& key, const FrontSettings& settings) {
  if (settings.thread_count == 1) {
    return settings.self;
  }
  const std::size_t hash = session::SessionKeyHash(settings.hash_key)(key);
  return ThreadIndex(static_cast<std::uint16_t>(hash % settings.thread_count));
}

OpenAnswer ClientRegistry::open(const OpenRequest& request) {
  OwnerIndex index = find(request.key);
  if (index == OwnerIndex{}) {
    index = owners_.take();
    owners_[index].key = request.key;
    owners_[index].thread = request.from;
    by_key_.link(index);
    ++size_;
  }
  Owner& owner = owners_[index];
  if (owner.thread == request.from) {
    owner.epoch = next_epoch_++;
  }
  return {.key = request.key,
          .connection = request.connection,
          .owner = owner.thread,
          .epoch = owner.epoch};
}

void ClientRegistry::gone(const ClientGone& gone) {
  const OwnerIndex index = find(gone.key);
  if (index == OwnerIndex{} || owners_[index].epoch != gone.epoch) {
    return;
  }
  by_key_.unlink(index);
  owners_.give_back(index);
  --size_;
}

ClientRegistry::OwnerIndex ClientRegistry::find(const session::SessionKey& key) const {
  return by_key_.find(hash_(key), [&](const Owner& owner) { return owner.key == key; });
}

}  // namespace godwit::front
