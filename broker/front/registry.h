// Who owns each client id of the process (P-12): every front is the home of some ids, by hash, and
// answers where an id's session lives. One owner at a time, so two connections with one id meet on
// one thread, where takeover is an ordinary function.
//
// In a cluster the same questions go to the leader of the id's shard.
//
// Thread: the front's. Pure.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "broker/front/mail.h"
#include "broker/front/settings.h"
#include "broker/session/session_key.h"

namespace godwit::front {

// The front that is asked about this client id.
[[nodiscard]] ThreadIndex home_of(const session::SessionKey& key, const FrontSettings& settings);

class ClientRegistry {
 public:
  explicit ClientRegistry(HashKey hash_key) : owners_(0, session::SessionKeyHash(hash_key)) {}

  // The asking thread becomes the owner unless the id has one already; then the connection has to
  // go there. Each grant has an epoch of its own.
  [[nodiscard]] OpenAnswer open(const OpenRequest& request);
  // The owner's session is gone. Ignored if the id was granted again since.
  void gone(const ClientGone& gone);

  [[nodiscard]] std::size_t size() const { return owners_.size(); }

 private:
  struct Owner {
    ThreadIndex thread;
    std::uint64_t epoch = 0;
  };

  std::unordered_map<session::SessionKey, Owner, session::SessionKeyHash> owners_;
  std::uint64_t next_epoch_ = 1;
};

}  // namespace godwit::front
