#include "broker/app/pub_sub_stream.h"

namespace godwit::app {

Result<std::unique_ptr<net::Stream>> make_client_stream(const ClientTransport& transport) {
  if (transport.tls) {
    return fail(Error{"this client does not speak TLS yet; connect to a listener without it"});
  }
  if (transport.websocket) {
    return fail(Error{"this client does not speak WebSocket yet; connect to a TCP listener"});
  }
  return nullptr;
}

}  // namespace godwit::app
