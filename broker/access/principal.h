// Who somebody is, once that has been proven. Part of every session key check (P-17).
#pragma once

#include <string_view>

#include "base/compact_text.h"
#include "base/ids.h"

namespace godwit::access {

// Anonymous is a principal too: a session opened anonymously is not resumed by a user, nor the
// other way round.
struct Principal {
  TenantId tenant;
  CompactText user_name;  // Empty exactly if anonymous.

  [[nodiscard]] bool anonymous() const { return user_name.empty(); }
  friend bool operator==(const Principal&, const Principal&) = default;
};

// Who asks for something: the principal and the client id it uses. Borrowed for one call.
struct Subject {
  const Principal& principal;
  std::string_view client_id;
};

}  // namespace godwit::access
