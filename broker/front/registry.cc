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
  const auto [found, is_new] = owners_.try_emplace(request.key, Owner{request.from, 0});
  Owner& owner = found->second;
  if (owner.thread == request.from) {
    owner.epoch = next_epoch_++;
  }
  return {.key = request.key,
          .connection = request.connection,
          .owner = owner.thread,
          .epoch = owner.epoch};
}

void ClientRegistry::gone(const ClientGone& gone) {
  const auto found = owners_.find(gone.key);
  if (found != owners_.end() && found->second.epoch == gone.epoch) {
    owners_.erase(found);
  }
}

}  // namespace godwit::front
