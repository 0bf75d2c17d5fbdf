// Who is this? From what a CONNECT carries to a proven principal.
//
// Thread: any; slow on purpose (the password hash), so called from a bounded pool and never from an
// I/O thread. The answer goes back as a value. Every doubt is a refusal.
#pragma once

#include <string_view>

#include "broker/access/authentication.h"
#include "broker/access/password_file.h"
#include "broker/access/sha256.h"
#include "broker/access/stand_ins.h"

namespace godwit::access {

// Against a password file. Immutable, so one serves all threads; a new file is a new object.
class PasswordAuthenticator {
 public:
  struct Ports {
    const PasswordHasher& hasher;
    const Sha256& sha256;
  };
  // What `ports` names outlives the authenticator.
  PasswordAuthenticator(PasswordFile file, const Ports& ports, bool allow_anonymous);

  // A client with a certificate is whom that names; it may leave its user name out, but not give
  // another, and its password is not looked at. Else no user name or an empty one is anonymous, and
  // then a password is a mistake and refused. The password of an unknown user is verified too, so
  // that time does not tell who exists.
  [[nodiscard]] AuthenticationResult authenticate(const Credentials& credentials) const;
  // Whether that takes a password hash, and so milliseconds.
  [[nodiscard]] static bool is_slow(const Credentials& credentials);

 private:
  [[nodiscard]] bool verify(std::string_view hash, std::string_view password) const;

  PasswordFile file_;
  StandIns stand_ins_;
  Ports ports_;
  bool allow_anonymous_;
};

}  // namespace godwit::access
