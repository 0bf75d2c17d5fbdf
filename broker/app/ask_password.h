// Passwords from a human or a pipe. They are wiped from memory after use.
#pragma once

#include "base/result.h"
#include "broker/access/secret_bytes.h"

namespace godwit::app {

// The first line of `descriptor`, without its end.
[[nodiscard]] Result<access::SecretBytes> read_password_line(int descriptor);

// Asks on the terminal without echo, and once more, until a line is given or the answers differ.
[[nodiscard]] Result<access::SecretBytes> ask_password_twice();

}  // namespace godwit::app
