#include "broker/net/owned_socket.h"

#include <unistd.h>

namespace godwit::net {

OwnedSocket::~OwnedSocket() {
  if (descriptor_ < 0) {
    return;
  }
  // Linux frees the descriptor whatever close says.
  static_cast<void>(close(descriptor_));
  if (limit_ != nullptr) {
    limit_->give_back();
  }
}

}  // namespace godwit::net
