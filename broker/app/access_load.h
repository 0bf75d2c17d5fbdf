// Reads the files that say who may connect and what they may do.
#pragma once

#include <memory>

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

}  // namespace godwit::app
