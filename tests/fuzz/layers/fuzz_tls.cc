// A TLS server shown any bytes: no handshake comes about by chance, nothing comes out, and a
// failure is final. What happens behind a good handshake is in fuzz_secure_layers.
//
// Input: the size of the pieces, the rest.
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/check.h"
#include "broker/net/tls_transform.h"
#include "tests/fuzz/layers/pieces.h"
#include "tests/unit/net/test_certificates.h"

namespace godwit::fuzz {
namespace {

using net::StreamState;
using net::test::StreamEnd;

std::shared_ptr<const net::TlsContext> make_context() {
  net::test::TestCa ca;
  net::TlsServerSettings settings;
  settings.certificate = net::test::issue_for_server(ca);
  settings.client_certificates = net::ClientCertificates::kOptional;
  settings.client_ca = ca.certificate();
  settings.identity = net::CertificateIdentity::kCommonName;
  settings.ticket_key.emplace();
  settings.application_protocol = "mqtt";
  return *net::TlsContext::server(settings);
}

void check(ByteView wire, std::size_t piece) {
  static const std::shared_ptr<const net::TlsContext> kContext = make_context();
  StreamEnd end(net::test::stream_of(std::make_unique<net::TlsTransform>(kContext)), kScratchBytes);
  feed_in_pieces(end, wire, piece);
  CHECK(end.times_ready == 0 && end.received.empty());
  const bool failed = end.state == StreamState::kFailed;
  end.finish();
  CHECK(end.take_unsent().size() <= 2'000 + (failed ? 7U : 0U));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  check({reinterpret_cast<const std::byte*>(data) + 1, size - 1}, data[0]);
  return 0;
}

}  // namespace godwit::fuzz
