// The generator's TLS against a server in memory, alone and below its WebSocket.
#include "tests/bench/load/tls_layer.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <string>

#include "tests/bench/load/websocket_layer.h"
#include "tests/bench/tls_peer.h"

namespace godwit::bench {
namespace {

constexpr std::size_t kRecordHeaderBytes = 5;

const TlsIdentity& identity() {
  static const TlsIdentity kIdentity("127.0.0.1");
  return kIdentity;
}

Buffer bytes_of(std::string_view text) { return {text.begin(), text.end()}; }
std::string text_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

// How many TLS records lie one behind the other; 0 when the last is not whole.
std::size_t records_in(Bytes bytes) {
  std::size_t count = 0;
  while (bytes.size() >= kRecordHeaderBytes) {
    const std::size_t size = kRecordHeaderBytes + (bytes[3] << 8U | bytes[4]);
    if (size > bytes.size()) {
      return 0;
    }
    bytes = bytes.subspan(size);
    ++count;
  }
  return bytes.empty() ? count : 0;
}

// A client's layer and a server, and what has come out of both.
class Pair {
 public:
  Pair(Layer& layer, TlsPeer& peer) : layer_(layer), peer_(peer) {}

  // Until nobody has anything more to say. False: the layer gave up.
  bool exchange(std::size_t cut_bytes = 1 << 20) {
    bool intact = true;
    while (intact) {
      at_peer += peer_.take(below);
      below.clear();
      const Buffer answer = peer_.output();
      if (answer.empty()) {
        break;
      }
      for (Bytes left(answer); intact && !left.empty();) {
        const Bytes part = left.first(std::min(cut_bytes, left.size()));
        intact = layer_.decode(part, above, below);
        left = left.subspan(part.size());
      }
    }
    return intact;
  }
  bool connect() { return layer_.connected(below) && exchange(); }

  Scratch above;
  Buffer below;
  std::string at_peer;

 private:
  Layer& layer_;
  TlsPeer& peer_;
};

TEST(TlsLayer, carries_bytes_both_ways_in_both_versions) {
  for (const char* version : {"1.2", "1.3"}) {
    const TlsContext context({identity().ca_file(), "127.0.0.1", version});
    ASSERT_EQ(context.problem(), "");
    TlsPeer peer(identity());
    TlsLayer layer(context);
    Pair pair(layer, peer);
    ASSERT_TRUE(pair.connect()) << layer.problem();
    ASSERT_TRUE(layer.ready());
    EXPECT_EQ(peer.version(), std::string(version) == "1.2" ? TLS1_2_VERSION : TLS1_3_VERSION);

    ASSERT_TRUE(layer.encode(bytes_of("ping"), pair.below));
    peer.write(std::string(100'000, 'x'));
    ASSERT_TRUE(pair.exchange());
    EXPECT_EQ(pair.at_peer, "ping");
    EXPECT_EQ(text_of(pair.above.bytes()), std::string(100'000, 'x'));
  }
}

TEST(TlsLayer, reads_byte_by_byte) {
  const TlsContext context({identity().ca_file(), "127.0.0.1", "1.3"});
  TlsPeer peer(identity());
  TlsLayer layer(context);
  Pair pair(layer, peer);
  ASSERT_TRUE(layer.connected(pair.below));
  ASSERT_TRUE(pair.exchange(1));
  peer.write("in small pieces");
  ASSERT_TRUE(pair.exchange(1));
  EXPECT_EQ(text_of(pair.above.bytes()), "in small pieces");
}

TEST(TlsLayer, makes_one_record_of_what_it_is_given_at_once) {
  const TlsContext context({identity().ca_file(), "127.0.0.1", "1.3"});
  TlsPeer peer(identity());
  TlsLayer layer(context);
  Pair pair(layer, peer);
  ASSERT_TRUE(pair.connect());
  ASSERT_TRUE(layer.encode(Buffer(16384), pair.below));
  EXPECT_EQ(records_in(pair.below), 1U);
  ASSERT_TRUE(layer.encode(Buffer(256), pair.below));
  ASSERT_TRUE(layer.encode(Buffer(256), pair.below));
  EXPECT_EQ(records_in(pair.below), 3U);
  ASSERT_TRUE(layer.encode(Buffer(40'000), pair.below));
  EXPECT_EQ(records_in(pair.below), 6U) << "a record holds 16 KiB at most";
  ASSERT_TRUE(pair.exchange());
  EXPECT_EQ(pair.at_peer.size(), 16384U + 256 + 256 + 40'000);
}

TEST(TlsLayer, refuses_a_certificate_of_another_ca) {
  const TlsIdentity other("127.0.0.1");
  const TlsContext context({other.ca_file(), "127.0.0.1", "1.3"});
  TlsPeer peer(identity());
  TlsLayer layer(context);
  Pair pair(layer, peer);
  EXPECT_FALSE(pair.connect());
  EXPECT_FALSE(layer.ready());
  EXPECT_NE(layer.problem().find("TLS handshake"), std::string::npos) << layer.problem();
}

TEST(TlsLayer, refuses_a_certificate_of_another_address) {
  const TlsContext context({identity().ca_file(), "127.0.0.2", "1.3"});
  TlsPeer peer(identity());
  TlsLayer layer(context);
  Pair pair(layer, peer);
  EXPECT_FALSE(pair.connect());
  EXPECT_NE(layer.problem().find("IP address mismatch"), std::string::npos) << layer.problem();
}

TEST(TlsLayer, refuses_what_is_not_tls) {
  const TlsContext context({identity().ca_file(), "127.0.0.1", "1.3"});
  TlsLayer layer(context);
  Scratch above;
  Buffer below;
  ASSERT_TRUE(layer.connected(below));
  EXPECT_FALSE(layer.decode(bytes_of("HTTP/1.1 400 Bad Request\r\n\r\n"), above, below));
  EXPECT_NE(layer.problem(), "");
}

TEST(TlsLayer, ends_after_what_came_before_the_end) {
  const TlsContext context({identity().ca_file(), "127.0.0.1", "1.3"});
  TlsPeer peer(identity());
  TlsLayer layer(context);
  Pair pair(layer, peer);
  ASSERT_TRUE(pair.connect());
  peer.write("last");
  peer.close();
  EXPECT_FALSE(pair.exchange());
  EXPECT_EQ(text_of(pair.above.bytes()), "last");
  EXPECT_EQ(layer.problem(), "") << "an orderly end is no problem";
}

TEST(TlsContext, says_which_file_cannot_be_read) {
  const TlsContext context({"/does/not/exist.pem", "127.0.0.1", "1.3"});
  EXPECT_NE(context.problem().find("/does/not/exist.pem"), std::string::npos);
}

TEST(StackedLayer, opens_from_below_and_carries_frames_in_records) {
  // Arrange
  const TlsContext context({identity().ca_file(), "127.0.0.1", "1.3"});
  TlsPeer peer(identity());
  StackScratch scratch;
  StackedLayer layer(std::make_unique<TlsLayer>(context),
                     std::make_unique<WebSocketLayer>("127.0.0.1:8084", 1), scratch);
  Pair pair(layer, peer);
  // The GET comes through TLS.
  ASSERT_TRUE(pair.connect());
  EXPECT_FALSE(layer.ready()) << "the WebSocket is not open yet";
  ASSERT_TRUE(pair.at_peer.starts_with("GET /mqtt HTTP/1.1\r\n"));
  const std::string name = "Sec-WebSocket-Key: ";
  const std::string key = pair.at_peer.substr(pair.at_peer.find(name) + name.size(), 24);
  // The answer opens it; a ping that comes with it is answered, data is passed on.
  peer.write(
      "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
      websocket_accept(key) + "\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n\x82\x05hello\x89\x01p");
  pair.at_peer.clear();
  ASSERT_TRUE(pair.exchange());
  EXPECT_TRUE(layer.ready());
  EXPECT_EQ(text_of(pair.above.bytes()), "hello");
  ASSERT_EQ(pair.at_peer.size(), 7U);
  EXPECT_EQ(pair.at_peer.substr(0, 2), "\x8A\x81");
  // Two units are two frames in two records.
  ASSERT_TRUE(layer.encode(bytes_of("one"), pair.below));
  ASSERT_TRUE(layer.encode(bytes_of("two"), pair.below));
  EXPECT_EQ(records_in(pair.below), 2U);
  pair.at_peer.clear();
  ASSERT_TRUE(pair.exchange());
  EXPECT_EQ(pair.at_peer.size(), 2U * (2 + 4 + 3));
  // The peer's end is its end.
  peer.write(std::string("\x88\x00", 2));
  EXPECT_FALSE(pair.exchange());
  EXPECT_EQ(layer.problem(), "");
}

}  // namespace
}  // namespace godwit::bench
