// Where a listener binds, as written in the configuration.
//
//   127.0.0.1:1883  [2001:db8::1]:1883    one address
//   localhost:1883                        127.0.0.1 and, if the machine has it, ::1
//   *:1883                                0.0.0.0 and, if the machine has IPv6, ::
//
// No other names: what a resolver answers may change, and a listener is no place for surprises.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace godwit::app {

struct BindAddress {
  std::string ip;  // Without brackets.
  std::uint16_t port = 0;
  bool loopback = false;
  bool optional = false;  // Left out when the machine does not know the address family.
};

// The error is the end of a sentence: "… is not HOST:PORT …".
[[nodiscard]] Result<std::vector<BindAddress>> parse_bind(std::string_view text);

// "127.0.0.1:1883", "[::1]:1883".
[[nodiscard]] std::string address_text(std::string_view ip, std::uint16_t port);

}  // namespace godwit::app
