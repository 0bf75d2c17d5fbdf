// A chain of transforms on a real connection of a real I/O thread.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/testkit/shorthand.h"
#include "tests/unit/net/broker_loop.h"
#include "tests/unit/net/test_transforms.h"

namespace godwit::net::test {
namespace {

std::unique_ptr<Stream> chain() {
  std::vector<std::unique_ptr<Transform>> layers;
  layers.push_back(std::make_unique<DoublingTransform>());
  layers.push_back(std::make_unique<FrameTransform>());
  return std::make_unique<Stream>(std::move(layers));
}

// The client's side of the same chain.
class ChainedClient : public DecodedSink {
 public:
  explicit ChainedClient(BrokerLoop& loop, int buffer_bytes = 0)
      : loop_(loop), peer_(loop.connect(0, chain(), buffer_bytes)) {}

  void send(ByteView bytes) {
    const ByteView encoded = stream_->encode({&bytes, 1}, buffers_);
    ByteView left = encoded;
    EXPECT_TRUE(loop_.run_until([&] {
      left = left.subspan(peer_.send_some(left));
      return left.empty();
    }));
  }
  // With the end of the stream behind it, so that both come in one read.
  void send_and_end(ByteView bytes) {
    const ByteView encoded = stream_->encode({&bytes, 1}, buffers_);
    Bytes all(encoded.begin(), encoded.end());
    append(all, DoublingTransform::doubled(Bytes{std::byte{0}}));
    send_raw(all);
  }
  void send_raw(ByteView bytes) { EXPECT_EQ(peer_.send_some(bytes), bytes.size()); }

  // Waits until so much has come out of the chain.
  Bytes receive(std::size_t count) {
    EXPECT_TRUE(loop_.run_until([&] {
      poll();
      return received_.size() >= count || peer_.ended();
    }));
    return received_;
  }
  [[nodiscard]] bool closed_in_order() {
    EXPECT_TRUE(loop_.run_until([&] {
      poll();
      return peer_.ended() || peer_.was_reset();
    }));
    return peer_.ended();
  }
  void ready(const PeerFacts& /*facts*/) override {}
  void decoded(std::span<std::byte> bytes) override { append(received_, bytes); }
  [[nodiscard]] StreamState state() const { return state_; }
  [[nodiscard]] Peer& peer() { return peer_; }

 private:
  void poll() {
    Bytes raw;
    peer_.poll_into(raw);
    if (state_ == StreamState::kOpen && !raw.empty()) {
      state_ = stream_->receive(raw, buffers_, *this);
    }
  }

  BrokerLoop& loop_;
  Peer peer_;
  std::unique_ptr<Stream> stream_ = chain();
  StreamBuffers buffers_{std::size_t{64} << 10U};
  Bytes received_;
  StreamState state_ = StreamState::kOpen;
};

TEST(StreamIo, connects_and_publishes_through_the_chain) {
  BrokerLoop loop;
  LoopClient subscriber(loop, "s");
  subscriber.subscribe("t");
  ChainedClient client(loop);
  Bytes bytes = testkit::connect_bytes("c", {});
  const std::string payload(100'000, 'x');
  append(bytes, publish_bytes("t", payload));
  client.send(bytes);
  EXPECT_EQ(subscriber.expect_publish(), payload);
  const Bytes connack = client.receive(4);
  ASSERT_GE(connack.size(), 4U);
  EXPECT_EQ(std::to_integer<int>(connack[0]), 0x20);
}

TEST(StreamIo, much_output_survives_short_sends_in_order) {
  LoopOptions options;
  options.limits.write_buffer_max = std::size_t{8} << 20U;
  BrokerLoop loop(options);
  ChainedClient client(loop, 8'192);
  client.send(testkit::connect_bytes("c", {.version = mqtt::ProtocolVersion::k3_1_1}));
  ASSERT_EQ(client.receive(4).size(), 4U);
  client.send(testkit::bytes({0x82, 0x06, 0x00, 0x01, 0x00, 0x01, 't', 0x00}));
  ASSERT_EQ(client.receive(9).size(), 9U);

  LoopClient publisher(loop, "p");
  Bytes expected = client.receive(9);
  for (int i = 0; i < 50; ++i) {
    const std::string payload = std::to_string(i) + std::string(20'000, 'x');
    publisher.publish("t", payload);
    Bytes packet = testkit::bytes({0x30});
    // Remaining length in three bytes, topic, payload: as 3.1.1 has it.
    const std::size_t length = 3 + payload.size();
    for (const std::size_t part :
         {(length & 0x7FU) | 0x80U, ((length >> 7U) & 0x7FU) | 0x80U, length >> 14U}) {
      packet.push_back(static_cast<std::byte>(part));
    }
    append(packet, testkit::bytes({0x00, 0x01, 't'}));
    append(packet, as_bytes(payload));
    append(expected, packet);
  }
  EXPECT_TRUE(loop.run_until([&] { return loop.metric("godwit_network_short_sends_total") > 0; }));
  EXPECT_EQ(client.receive(expected.size()), expected);
}

TEST(StreamIo, what_a_layer_answers_is_sent_although_the_front_has_nothing_to_say) {
  BrokerLoop loop;
  ChainedClient client(loop);
  client.send(as_bytes("?are you there"));
  EXPECT_EQ(as_text(client.receive(14)), "!are you there");
}

TEST(StreamIo, says_goodbye_in_every_layer_before_it_closes) {
  BrokerLoop loop;
  ChainedClient client(loop);
  client.send(testkit::connect_bytes("c", {}));
  client.receive(4);
  loop.thread(0).begin_stop();
  EXPECT_TRUE(client.closed_in_order());
  // The inner layer's end of stream came through the outer layer.
  EXPECT_EQ(client.state(), StreamState::kClosed);
}

TEST(StreamIo, an_end_said_by_the_peer_closes_the_connection) {
  BrokerLoop loop;
  ChainedClient client(loop);
  client.send(testkit::connect_bytes("c", {}));
  client.receive(4);
  const Bytes end = {std::byte{0}};
  client.send_raw(DoublingTransform::doubled(end));
  EXPECT_TRUE(client.closed_in_order());
  client.peer().close();
  EXPECT_TRUE(loop.run_until([&] { return loop.sockets() == 0; }));
}

// Everything in one read: more than a turn's share, and the stream's end behind it.
TEST(StreamIo, what_came_in_front_of_the_end_is_not_thrown_away) {
  LoopOptions options;
  options.turn.packets_max = 2;
  BrokerLoop loop(options);
  LoopClient watcher(loop, "w");
  watcher.subscribe("#");
  ChainedClient client(loop);
  client.send(testkit::connect_bytes("c", {}));
  client.receive(4);
  Bytes bytes;
  for (int i = 0; i < 10; ++i) {
    append(bytes, publish_bytes("t", std::to_string(i)));
  }
  append(bytes, Bytes{std::byte{0xE0}, std::byte{0}});  // DISCONNECT
  client.send_and_end(bytes);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(watcher.expect_publish(), std::to_string(i));
  }
  client.peer().close();
  EXPECT_TRUE(loop.run_until([&] { return loop.sockets() == 1; }));
  EXPECT_EQ(loop.metric("godwit_connections_closed_total", "success"), 1);
}

TEST(StreamIo, bytes_that_a_layer_does_not_speak_close_the_connection_after_an_alert) {
  BrokerLoop loop;
  Peer raw = loop.connect(0, chain());
  EXPECT_EQ(raw.send_some(as_bytes("\x01\x07")), 2U);
  Bytes received;
  EXPECT_TRUE(loop.run_until([&] {
    raw.poll_into(received);
    return raw.ended() || raw.was_reset();
  }));
  EXPECT_TRUE(as_text(received).starts_with("alert")) << as_text(received);
  raw.close();
  EXPECT_TRUE(loop.run_until([&] { return loop.sockets() == 0; }));
}

TEST(StreamIo, a_peer_that_asks_without_reading_is_not_read_for_ever) {
  BrokerLoop loop;
  ChainedClient client(loop, 4'096);
  loop.turn();
  // 3 MiB of questions, whose answers nobody takes.
  Bytes questions;
  for (int i = 0; i < 8'192; ++i) {
    append(questions, FrameTransform::frame("?" + std::string(200, 'x')));
  }
  const Bytes wire = DoublingTransform::doubled(questions);
  std::size_t sent = 0;
  for (int i = 0; i < 2'000; ++i) {
    sent += client.peer().send_some(ByteView(wire).subspan(sent));
    loop.turn();
  }
  // What was read, and its answers, stay within a few buffers.
  EXPECT_LT(loop.metric("godwit_network_received_bytes_total"), std::int64_t{2} << 20U);
}

}  // namespace
}  // namespace godwit::net::test
