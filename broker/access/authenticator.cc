#include "broker/access/authenticator.h"

#include <string_view>
#include <utility>

namespace godwit::access {

PasswordAuthenticator::PasswordAuthenticator(PasswordFile file, const PasswordHasher& hasher,
                                             bool allow_anonymous)
    : file_(std::move(file)), hasher_(&hasher), allow_anonymous_(allow_anonymous) {}

AuthenticationResult PasswordAuthenticator::authenticate(const Credentials& credentials) const {
  const std::string_view user_name =
      credentials.user_name ? std::string_view(*credentials.user_name) : std::string_view();
  if (user_name.empty()) {
    if (credentials.password) {
      return {AuthenticationVerdict::kBadCredentials, {}};
    }
    return {
        allow_anonymous_ ? AuthenticationVerdict::kAccepted : AuthenticationVerdict::kNotAuthorized,
        {}};
  }
  if (!credentials.password) {
    return {AuthenticationVerdict::kBadCredentials, {}};
  }
  const std::string* hash = file_.find(user_name);
  const bool fits = hasher_->verify(hash != nullptr ? *hash : PasswordFile::dummy_hash(),
                                    as_text(credentials.password->view()));
  if (hash == nullptr || !fits) {
    return {AuthenticationVerdict::kBadCredentials, {}};
  }
  return {AuthenticationVerdict::kAccepted, {TenantId{}, std::string(user_name)}};
}

}  // namespace godwit::access
