// The port through which an I/O thread asks whether credentials hold.
#pragma once

#include <optional>

#include "broker/access/authentication.h"
#include "broker/front/effects.h"

namespace godwit::net {

// Where a late answer goes. Thread: any.
class AuthenticationReply {
 public:
  virtual ~AuthenticationReply() = default;
  virtual void authenticated(front::ConnectionId connection,
                             access::AuthenticationResult result) = 0;
};

// Thread: any.
class AuthenticationService {
 public:
  virtual ~AuthenticationService() = default;
  // An answer that takes no work is returned at once. Else none is, and exactly one goes to
  // `later`, from another thread, unless the service is stopped first. `later` outlives the
  // service's work.
  [[nodiscard]] virtual std::optional<access::AuthenticationResult> request(
      front::Authenticate&& question, AuthenticationReply& later) = 0;
};

}  // namespace godwit::net
