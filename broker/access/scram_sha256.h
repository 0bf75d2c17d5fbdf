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
#include <memory>
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
  // What `ports` names outlives the method and its exchanges; those may outlive the method.
  ScramSha256(PasswordFile file, Ports ports);

  [[nodiscard]] std::string_view name() const override { return "SCRAM-SHA-256"; }
  [[nodiscard]] std::unique_ptr<AuthenticationExchange> begin() const override;

 private:
  class Exchange;
  struct Knowledge;

  const std::shared_ptr<const Knowledge> knowledge_;
};

}  // namespace godwit::access
