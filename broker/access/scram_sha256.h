// SCRAM-SHA-256 (RFC 5802, RFC 7677) as a method of enhanced authentication: the client proves that
// it knows the password without sending it, and the server that it knows the verifier.
//
// Two steps: client first → server first (AUTH 0x18), client final → server final (in CONNACK, or
// in AUTH 0x00). Without channel binding. User names are compared byte for byte; `godwit passwd`
// takes only printable ASCII for SCRAM, which SASLprep leaves as it is.
//
// Thread: any; pure apart from its ports.
#pragma once

#include <functional>
#include <span>

#include "broker/access/authentication_methods.h"
#include "broker/access/password_file.h"
#include "broker/access/stand_ins.h"

namespace godwit::access {

class ScramSha256 final : public AuthenticationMethod {
 public:
  struct Ports {
    const Sha256& sha256;
    // Fills with bytes that nobody can guess. Thread: any.
    std::function<void(std::span<std::byte>)> fill_random;
  };
  // What `ports` names outlives the method, and the method its exchanges.
  ScramSha256(PasswordFile file, Ports ports);

  [[nodiscard]] std::string_view name() const override { return "SCRAM-SHA-256"; }
  [[nodiscard]] std::unique_ptr<AuthenticationExchange> begin() const override;

 private:
  class Exchange;

  // Of an unknown user too, with keys that no proof fits.
  [[nodiscard]] ScramVerifier verifier(std::string_view user_name) const;
  [[nodiscard]] std::string make_nonce() const;

  PasswordFile file_;
  StandIns stand_ins_;
  Ports ports_;
};

}  // namespace godwit::access
