// Socket addresses as text, and back.
#pragma once

#include <cstdint>
#include <string>

struct sockaddr;

namespace godwit::net {

// "192.0.2.7:40312", "[2001:db8::1]:40312"; "unknown" for another family.
[[nodiscard]] std::string address_text(const sockaddr& address);

}  // namespace godwit::net
