// WebSocket on a real connection of a real I/O thread: how MQTT's own endings look in frames.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "broker/net/server_layers.h"
#include "broker/net/websocket.h"
#include "tests/testkit/shorthand.h"
#include "tests/unit/net/broker_loop.h"
#include "tests/unit/net/stream_pair.h"

namespace godwit::net::test {
namespace {

class WebSocketPeer {
 public:
  explicit WebSocketPeer(BrokerLoop& loop)
      : loop_(loop),
        peer_(loop.connect(
            0, make_server_stream({.proxy_protocol = false,
                                   .tls = {},
                                   .websocket = std::make_shared<const WebSocketSettings>()}))),
        end_(stream_of(std::make_unique<WebSocketClient>("b", "/mqtt", random_))) {
    end_.start();
    EXPECT_TRUE(run_until([&] { return end_.stream().ready(); }));
  }

  void send(ByteView bytes) { end_.send(bytes); }
  void finish() { end_.finish(); }
  [[nodiscard]] bool run_until(const std::function<bool()>& condition) {
    return loop_.run_until([&] {
      const Bytes unsent = end_.take_unsent();
      peer_.send_some(unsent);
      Bytes raw;
      peer_.poll_into(raw);
      if (!raw.empty()) {
        end_.feed(raw);
      }
      return condition();
    });
  }
  [[nodiscard]] const Bytes& received() const { return end_.received; }
  [[nodiscard]] StreamState state() const { return end_.state; }
  [[nodiscard]] Peer& peer() { return peer_; }

 private:
  BrokerLoop& loop_;
  testkit::CountingRandom random_;
  Peer peer_;
  StreamEnd end_;
};

constexpr mqtt::ProtocolVersion kV5 = mqtt::ProtocolVersion::k5_0;

// E-108: DISCONNECT in a binary frame, then a close frame, then the end of the connection.
TEST(WebSocketIo, an_error_of_mqtt_is_said_before_the_close_frame) {
  BrokerLoop loop;
  WebSocketPeer client(loop);
  client.send(testkit::connect_bytes("c", {.version = kV5}));
  ASSERT_TRUE(client.run_until([&] { return !client.received().empty(); }));
  const std::size_t connack = client.received().size();
  client.send(testkit::bytes({0xF1, 0x00}));  // AUTH with reserved flags.
  EXPECT_TRUE(client.run_until([&] { return client.peer().ended(); }));
  EXPECT_EQ(client.state(), StreamState::kClosed);
  ASSERT_GT(client.received().size(), connack + 2);
  EXPECT_EQ(std::to_integer<int>(client.received()[connack]), 0xE0);
  EXPECT_EQ(std::to_integer<int>(client.received()[connack + 2]), 0x81);
}

// E-104: a close frame without a DISCONNECT is a connection that was lost.
TEST(WebSocketIo, a_close_frame_without_a_disconnect_fires_the_will) {
  BrokerLoop loop;
  LoopClient watcher(loop, "w");
  watcher.subscribe("will");
  WebSocketPeer client(loop);
  mqtt::Connect connect;
  connect.version = mqtt::ProtocolVersion::k3_1_1;
  connect.client_id = "c";
  connect.clean_start = true;
  connect.will = mqtt::Will{};
  connect.will->topic = mqtt::TopicName::from_checked("will");
  connect.will->payload = as_bytes("gone");
  Bytes bytes;
  mqtt::encode(connect, bytes);
  client.send(bytes);
  ASSERT_TRUE(client.run_until([&] { return !client.received().empty(); }));
  client.finish();
  EXPECT_TRUE(client.run_until([&] { return client.peer().ended(); }));
  EXPECT_EQ(watcher.expect_publish(), "gone");
}

}  // namespace
}  // namespace godwit::net::test
