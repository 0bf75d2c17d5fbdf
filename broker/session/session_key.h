// Under what a session is found: the tenant and the client identifier (P-17, MQTT-3.1.3-2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/compact_text.h"
#include "base/ids.h"
#include "base/siphash.h"

namespace godwit::session {

struct SessionKey {
  TenantId tenant;
  CompactText client_id;
  friend bool operator==(const SessionKey&, const SessionKey&) = default;
};

// Of something that a tenant's clients have named. Keyed, so that they cannot choose what collides.
[[nodiscard]] inline std::uint64_t hash_of(HashKey key, TenantId tenant, std::string_view name) {
  return siphash(key, as_bytes(name)) ^ (tenant.value() * 0x9E3779B97F4A7C15U);
}

// Keyed, because clients choose their ids. The same key on all threads of a process: the home of
// a client id follows from it.
class SessionKeyHash {
 public:
  explicit SessionKeyHash(HashKey key) : key_(key) {}
  std::size_t operator()(const SessionKey& key) const {
    return hash_of(key_, key.tenant, key.client_id.view());
  }

 private:
  HashKey key_;
};

}  // namespace godwit::session
