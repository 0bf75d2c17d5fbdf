// Reads the files that say who may connect and what they may do.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "broker/access/authenticators.h"
#include "broker/access/password_file.h"
#include "broker/access/policy.h"
#include "broker/app/config.h"
#include "broker/app/setting.h"

namespace godwit::app {

struct Access {
  access::PasswordFile users;
  std::shared_ptr<const access::Policy> policy;
  bool password_file_is_readable_by_others = false;
};

// Without a rules file everything is allowed to whoever is let in; the front keeps $SYS to itself.
// All mistakes of both files at once.
[[nodiscard]] Result<Access, Problems> load_access(const AccessConfig& config);

// What checking who somebody is needs of the machine. All outlive what is made with them.
struct AuthenticatorPorts {
  const access::PasswordHasher& hasher;
  const access::Sha256& sha256;
  std::function<void(std::span<std::byte>)> fill_random;
};

// SCRAM is offered as soon as one user has a verifier.
[[nodiscard]] std::shared_ptr<const access::Authenticators> make_authenticators(
    const Access& access, bool allow_anonymous, const AuthenticatorPorts& ports);

}  // namespace godwit::app
