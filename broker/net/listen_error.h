// Why listening on an address has failed.
#pragma once

#include <string>

namespace godwit::net {

struct ListenError {
  std::string text;  // "cannot listen on [::1]:1883: Address already in use"
  // The machine does not have this address, or not its family: fine where the address is one of
  // several that a name stands for.
  bool no_such_address = false;
};

}  // namespace godwit::net
