// The question who somebody is, and its answer: values that travel between an I/O thread and who
// knows the answer.
//
// Thread: the one that holds it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/bytes.h"
#include "broker/access/principal.h"
#include "broker/access/secret_bytes.h"

namespace godwit::access {

enum class AuthenticationVerdict : std::uint8_t {
  kAccepted,
  kContinue,        // 0x18: the client has to say more. Of enhanced authentication only.
  kBadCredentials,  // 0x86
  kNotAuthorized,   // 0x87: anonymous, where that is off.
  kUnknownMethod,   // 0x8C
  kBusy,            // 0x89: the pool is full. Said by the pool.
  kUnavailable,     // 0x88: a backend does not answer. Said by whoever asks one.
};

// What a step of an exchange says. `data` goes to the client with it, also with acceptance.
struct ExchangeAnswer {
  AuthenticationVerdict verdict = AuthenticationVerdict::kBadCredentials;
  Principal principal = {};  // Of an accepted one.
  Bytes data = {};
};

// One client's way through a method of enhanced authentication (section 4.12). It belongs to one
// connection and is used by one thread at a time. A step is pure apart from its ports, and quick:
// it may run on an I/O thread. After an answer other than kContinue it is over.
class AuthenticationExchange {
 public:
  virtual ~AuthenticationExchange() = default;
  // `data` is the client's Authentication Data; empty if it sent none. Hostile.
  [[nodiscard]] virtual ExchangeAnswer step(ByteView data) = 0;
};

// What a CONNECT without a method carries. Owned, because it travels to another thread. The
// password is wiped with it.
struct Credentials {
  std::string client_id;
  std::optional<std::string> user_name = {};
  std::optional<SecretBytes> password = {};
  // Proven by a client certificate, where the listener takes names from them. Empty: none is.
  std::string certificate_name = {};
};

// What a CONNECT with a method, or an AUTH, carries.
struct ExchangeStep {
  std::string method;
  Bytes data;
  std::unique_ptr<AuthenticationExchange> exchange = nullptr;  // Null: a new one.
};

using AuthenticationQuestion = std::variant<Credentials, ExchangeStep>;

struct AuthenticationResult {
  AuthenticationVerdict verdict = AuthenticationVerdict::kNotAuthorized;
  Principal principal = {};  // Of a refused one: anonymous, and not to be used.
  // Of enhanced authentication only:
  Bytes data = {};                                             // For the client.
  std::unique_ptr<AuthenticationExchange> exchange = nullptr;  // If it goes on.
};

}  // namespace godwit::access
