// The chain of PROXY and WebSocket, in fuzz_secure_layers with TLS between them, and our own client
// at its other end: what one says the other hears, byte by byte, whatever the cuts, and bytes that
// are changed on the way do no harm.
//
// Input: choices of a script.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/check.h"
#include "base/random.h"
#include "broker/net/server_layers.h"
#include "broker/net/tls_transform.h"
#include "broker/net/websocket.h"
#include "tests/fuzz/layers/pieces.h"
#include "tests/fuzz/script.h"
#include "tests/unit/net/test_certificates.h"

namespace godwit::fuzz {
namespace {

using net::StreamState;
using net::test::StreamEnd;
using net::test::StreamPair;

constexpr std::string_view kHeader = "PROXY TCP4 192.0.2.7 198.51.100.1 40320 1883\r\n";

class Counting final : public Random {
 public:
  [[nodiscard]] std::uint64_t next_u64() override { return next_ += 0x9E3779B97F4A7C15U; }

 private:
  std::uint64_t next_ = 0;
};

struct Doors {
  Doors() {
    net::test::TestCa ca;
    net::TlsServerSettings settings;
    settings.certificate = net::test::issue_for_server(ca);
    plain = {.proxy_protocol = true,
             .tls = {},
             .websocket = std::make_shared<const net::WebSocketSettings>()};
    secure = plain;
    secure.tls = *net::TlsContext::server(settings);
    client = *net::TlsContext::client(
        {.ca = ca.certificate(), .certificate = {}, .host = "localhost", .verify = true});
  }
  net::ServerLayers plain;
  net::ServerLayers secure;
  std::shared_ptr<const net::TlsContext> client;
};

const Doors& doors() {
  static const Doors kDoors;
  return kDoors;
}

StreamPair make_pair(bool with_tls, Random& random) {
  auto websocket = std::make_unique<net::WebSocketClient>("b", "/mqtt", random);
  auto client = with_tls ? net::test::stream_of(std::make_unique<net::TlsTransform>(doors().client),
                                                std::move(websocket))
                         : net::test::stream_of(std::move(websocket));
  return {std::move(client), net::make_server_stream(with_tls ? doors().secure : doors().plain),
          kScratchBytes};
}

bool is_beginning(ByteView part, ByteView whole) {
  return part.size() <= whole.size() && std::ranges::equal(part, whole.first(part.size()));
}

class Conversation {
 public:
  Conversation(StreamPair& pair, Script& script) : pair_(pair), script_(script) {}

  void run() {
    while (!script_.empty()) {
      step();
      CHECK(is_beginning(pair_.server.received, said_by_client_));
      CHECK(is_beginning(pair_.client.received, said_by_server_));
    }
    pair_.carry();
    if (!changed_ && !finished_) {
      CHECK(pair_.server.received == said_by_client_ && pair_.client.received == said_by_server_);
      CHECK(pair_.server.facts.address == "192.0.2.7:40320");
    }
  }

 private:
  void step() {
    switch (script_.choice(8)) {
      case 0:
      case 1:
        say(pair_.client, said_by_client_);
        break;
      case 2:
      case 3:
        say(pair_.server, said_by_server_);
        break;
      case 4:
        change_a_byte();
        break;
      case 5:
        finish(script_.choice(2) == 0 ? pair_.client : pair_.server);
        break;
      default:
        pair_.carry(script_.choice(64) + 1U);
        break;
    }
  }

  void say(StreamEnd& end, Bytes& said) {
    const ByteView bytes = script_.some_bytes();
    if (!end.stream().unsent().empty() || end.state != StreamState::kOpen || finished_ ||
        bytes.empty()) {
      return;
    }
    end.send(bytes);
    append(said, bytes);
  }

  void finish(StreamEnd& end) {
    end.finish();
    finished_ = true;
  }

  // On its way to the server.
  void change_a_byte() {
    Bytes wire = pair_.client.take_unsent(script_.choice(255) + 1U);
    if (wire.empty()) {
      return;
    }
    // What is only masked may come out changed; what is sealed comes out as it was said.
    wire[script_.byte() % wire.size()] ^= static_cast<std::byte>(script_.byte());
    changed_ = true;
    pair_.server.feed(wire);
    if (GODWIT_FUZZ_TLS == 0) {
      said_by_client_ = pair_.server.received;
    }
    pair_.server.state = StreamState::kFailed;
  }

  StreamPair& pair_;
  Script& script_;
  Bytes said_by_client_;
  Bytes said_by_server_;
  bool changed_ = false;
  bool finished_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Script script({reinterpret_cast<const std::byte*>(data), size});
  Counting random;
  // A target of its own: a handshake of TLS costs as much as many conversations.
  StreamPair pair = make_pair(GODWIT_FUZZ_TLS != 0, random);
  feed_in_pieces(pair.server, as_bytes(kHeader), script.byte());
  pair.connect(script.byte() + 1U);
  CHECK(pair.client.stream().ready() && pair.server.stream().ready());
  Conversation(pair, script).run();
  return 0;
}

}  // namespace godwit::fuzz
