#include "broker/access/authenticator.h"

#include <string_view>
#include <utility>

namespace godwit::access {
namespace {

std::string_view user_name_of(const Credentials& credentials) {
  return credentials.user_name ? std::string_view(*credentials.user_name) : std::string_view();
}

AuthenticationResult by_certificate(const std::string& name, std::string_view user_name) {
  if (!user_name.empty() && user_name != name) {
    return {.verdict = AuthenticationVerdict::kBadCredentials};
  }
  return {.verdict = AuthenticationVerdict::kAccepted, .principal = {TenantId{}, name}};
}

}  // namespace

PasswordAuthenticator::PasswordAuthenticator(PasswordFile file, const Ports& ports,
                                             bool allow_anonymous)
    : file_(std::move(file)),
      stand_ins_(file_, ports.sha256),
      ports_(ports),
      allow_anonymous_(allow_anonymous) {}

bool PasswordAuthenticator::verify(std::string_view hash, std::string_view password) const {
  const auto verifier = ScramVerifier::parse(hash);
  return verifier ? verifier->fits(password, ports_.sha256) : ports_.hasher.verify(hash, password);
}

bool PasswordAuthenticator::is_slow(const Credentials& credentials) {
  return credentials.certificate_name.empty() && !user_name_of(credentials).empty() &&
         credentials.password;
}

AuthenticationResult PasswordAuthenticator::authenticate(const Credentials& credentials) const {
  const std::string_view user_name = user_name_of(credentials);
  if (!credentials.certificate_name.empty()) {
    return by_certificate(credentials.certificate_name, user_name);
  }
  if (user_name.empty()) {
    if (credentials.password) {
      return {.verdict = AuthenticationVerdict::kBadCredentials};
    }
    return {.verdict = allow_anonymous_ ? AuthenticationVerdict::kAccepted
                                        : AuthenticationVerdict::kNotAuthorized};
  }
  if (!credentials.password) {
    return {.verdict = AuthenticationVerdict::kBadCredentials};
  }
  const std::string* hash = file_.find(user_name);
  const bool fits = verify(hash != nullptr ? *hash : stand_ins_.hash(user_name),
                           as_text(credentials.password->view()));
  if (hash == nullptr || !fits) {
    return {.verdict = AuthenticationVerdict::kBadCredentials};
  }
  return {.verdict = AuthenticationVerdict::kAccepted,
          .principal = {TenantId{}, std::string(user_name)}};
}

}  // namespace godwit::access
