// Who is this? From what a CONNECT carries to a proven principal.
//
// Thread: any; slow on purpose (the password hash), so called from a bounded pool and never from an
// I/O thread. The answer goes back as a value. Every doubt is a refusal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "broker/access/password_file.h"
#include "broker/access/principal.h"
#include "broker/access/secret_bytes.h"

namespace godwit::access {

// Owned, because they travel to another thread. The password is wiped with them.
struct Credentials {
  std::string client_id;
  std::optional<std::string> user_name;
  std::optional<SecretBytes> password;
};

enum class AuthenticationVerdict : std::uint8_t {
  kAccepted,
  kBadCredentials,  // 0x86
  kNotAuthorized,   // 0x87: anonymous, where that is off.
  kBusy,            // 0x89: the pool is full. Said by the pool.
  kUnavailable,     // 0x88: a backend does not answer. Said by whoever asks one.
};

struct AuthenticationResult {
  AuthenticationVerdict verdict = AuthenticationVerdict::kNotAuthorized;
  Principal principal;  // Of a refused one: anonymous, and not to be used.
};

// Against a password file. Immutable, so one serves all threads; a new file is a new object.
class PasswordAuthenticator {
 public:
  // `hasher` outlives the authenticator.
  PasswordAuthenticator(PasswordFile file, const PasswordHasher& hasher, bool allow_anonymous);

  // No user name or an empty one is anonymous, and then a password is a mistake and refused. The
  // password of an unknown user is verified too, against a hash that nothing fits, so that time
  // does not tell who exists.
  [[nodiscard]] AuthenticationResult authenticate(const Credentials& credentials) const;

 private:
  PasswordFile file_;
  const PasswordHasher* hasher_;
  bool allow_anonymous_;
};

}  // namespace godwit::access
