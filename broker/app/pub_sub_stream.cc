#include "broker/app/pub_sub_stream.h"

#include <string>
#include <utility>

#include "broker/app/pem_file.h"
#include "broker/net/client_layers.h"
#include "broker/net/client_socket.h"

namespace godwit::app {
namespace {

Result<net::TlsCertificate> read_certificate(const ClientTransport& transport) {
  auto chain = read_pem(transport.cert_file);
  // One file may hold both.
  auto key = read_pem(transport.key_file.empty() ? transport.cert_file : transport.key_file);
  if (!chain || !key) {
    return fail(std::move(chain ? key.error() : chain.error()));
  }
  return net::TlsCertificate{
      .chain = std::move(*chain), .key = std::move(*key), .key_password = {}};
}

Result<std::shared_ptr<const net::TlsContext>> make_context(const ClientTransport& transport) {
  net::TlsClientSettings settings{.ca = {},
                                  .certificate = {},
                                  .host = transport.host,
                                  .verify = !transport.insecure,
                                  .application_protocol = transport.websocket ? "" : "mqtt"};
  if (!transport.ca_file.empty()) {
    auto ca = read_pem(transport.ca_file);
    if (!ca) {
      return fail(std::move(ca.error()));
    }
    settings.ca = std::move(*ca);
  }
  if (!transport.cert_file.empty()) {
    auto certificate = read_certificate(transport);
    if (!certificate) {
      return fail(std::move(certificate.error()));
    }
    settings.certificate = std::move(*certificate);
  }
  auto context = net::TlsContext::client(settings);
  if (!context) {
    return fail(std::move(context.error().front()));
  }
  return std::move(*context);
}

}  // namespace

Result<std::unique_ptr<net::Stream>> make_client_stream(const ClientTransport& transport,
                                                        Random& random) {
  net::ClientLayers layers;
  if (transport.tls) {
    auto context = make_context(transport);
    if (!context) {
      return fail(std::move(context.error()));
    }
    layers.tls = std::move(*context);
  }
  if (transport.websocket) {
    layers.websocket = {.host = net::address_text({transport.host, transport.port}),
                        .path = transport.path};
  }
  return net::make_client_stream(layers, random);
}

}  // namespace godwit::app
