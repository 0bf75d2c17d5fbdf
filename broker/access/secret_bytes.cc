#include "broker/access/secret_bytes.h"

#include <cstring>

namespace godwit::access {

SecretBytes::~SecretBytes() {
  // memset would be left out by the compiler, since nobody reads the memory afterwards.
  if (!bytes_.empty()) {
    explicit_bzero(bytes_.data(), bytes_.size());
  }
}

}  // namespace godwit::access
