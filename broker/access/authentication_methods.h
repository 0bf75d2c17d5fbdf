// The methods of enhanced authentication (section 4.12) that a node offers, by name. SCRAM-SHA-256
// is one (scram_sha256.h); another implements AuthenticationMethod and AuthenticationExchange and
// is listed where the node is built.
//
// Thread: immutable once made and shared by all threads.
#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/access/authentication.h"

namespace godwit::access {

class AuthenticationMethod {
 public:
  virtual ~AuthenticationMethod() = default;
  // As in the Authentication Method property; compared byte for byte.
  [[nodiscard]] virtual std::string_view name() const = 0;
  [[nodiscard]] virtual std::unique_ptr<AuthenticationExchange> begin() const = 0;
};

class AuthenticationMethods {
 public:
  using List = std::vector<std::unique_ptr<const AuthenticationMethod>>;
  AuthenticationMethods() = default;
  explicit AuthenticationMethods(List methods) : methods_(std::move(methods)) {}

  // The answer carries the exchange if that goes on.
  [[nodiscard]] AuthenticationResult step(ExchangeStep step) const;

 private:
  List methods_;
};

}  // namespace godwit::access
