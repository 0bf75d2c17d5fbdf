// Who owns each client id of the process (P-12): every front is the home of some ids, by hash, and
// answers where an id's session lives. One owner at a time, so two connections with one id meet on
// one thread, where takeover is an ordinary function.
//
// In a cluster the same questions go to the leader of the id's shard.
//
// Thread: the front's. Pure.
#pragma once

#include <cstdint>

#include "broker/front/mail.h"
#include "broker/front/settings.h"
#include "broker/routing/linear_hash.h"
#include "broker/routing/slab.h"
#include "broker/session/session_key.h"

namespace godwit::front {

// The front that is asked about this client id.
[[nodiscard]] ThreadIndex home_of(const session::SessionKey& key, const FrontSettings& settings);

class ClientRegistry {
 public:
  explicit ClientRegistry(HashKey hash_key)
      : hash_{session::SessionKeyHash(hash_key)}, by_key_(owners_, hash_) {}
  ClientRegistry(const ClientRegistry&) = delete;
  ClientRegistry& operator=(const ClientRegistry&) = delete;

  // The asking thread becomes the owner unless the id has one already; then the connection has to
  // go there. Each grant has an epoch of its own.
  [[nodiscard]] OpenAnswer open(const OpenRequest& request);
  // The owner's session is gone. Ignored if the id was granted again since.
  void gone(const ClientGone& gone);

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Owner;
  using OwnerIndex = StrongId<Owner, std::uint32_t>;  // 0: none.

  struct Owner {
    session::SessionKey key;
    std::uint64_t epoch = 0;
    OwnerIndex next;
    ThreadIndex thread;
  };
  // Of the 100 bytes that a client id may cost at its home: the entry 32, its bucket 4 to 8, and
  // the id's text, 4 bytes longer than the id, in a block of its own.
  static_assert(sizeof(Owner) <= 32);

  struct HashOfOwner {
    session::SessionKeyHash hash;
    std::uint32_t operator()(const session::SessionKey& key) const {
      return static_cast<std::uint32_t>(hash(key));
    }
    std::uint32_t operator()(const Owner& owner) const { return (*this)(owner.key); }
  };

  [[nodiscard]] OwnerIndex find(const session::SessionKey& key) const;

  HashOfOwner hash_;
  routing::Slab<Owner, OwnerIndex> owners_;
  routing::LinearHash<Owner, OwnerIndex, HashOfOwner> by_key_;
  std::size_t size_ = 0;
  std::uint64_t next_epoch_ = 1;
};

}  // namespace godwit::front
