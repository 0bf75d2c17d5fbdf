// Bounds of handshakes on a real I/O thread: time each, number, time a turn; and what they tell.
#include "broker/net/handshakes.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "broker/net/server_layers.h"
#include "tests/testkit/shorthand.h"
#include "tests/unit/net/broker_loop.h"
#include "tests/unit/net/stream_pair.h"

namespace godwit::net::test {
namespace {

constexpr std::string_view kHeader = "PROXY TCP4 192.0.2.7 198.51.100.1 40320 1883\r\n";

std::unique_ptr<Stream> proxied() { return make_server_stream({.proxy_protocol = true}); }

// Needs two bytes, and so much time for each.
class SlowTransform final : public Transform {
 public:
  SlowTransform(ManualClock& clock, Duration takes) : clock_(clock), takes_(takes) {}
  [[nodiscard]] Layer layer() const override { return Layer::kTls; }
  [[nodiscard]] bool ready() const override { return seen_ >= 2; }
  [[nodiscard]] Inbound inbound(std::span<std::byte> input, std::span<std::byte> /*scratch*/,
                                Bytes& reply) override {
    clock_.advance(takes_);
    seen_ += input.size();
    append(reply, input);
    return {};
  }
  void outbound(std::span<const ByteView> /*input*/, Bytes& /*output*/) override {}
  void finish(Bytes& /*output*/) override {}

 private:
  ManualClock& clock_;
  const Duration takes_;
  std::size_t seen_ = 0;
};

class HandshakesTest : public testing::Test {
 protected:
  static LoopOptions options() {
    LoopOptions options;
    options.handshakes = {.deadline = std::chrono::seconds(5), .unfinished_max = 3};
    return options;
  }
  std::int64_t ended(std::string_view how) const {
    return loop.metric("godwit_network_handshakes_total", how);
  }

  BrokerLoop loop{options()};
};

TEST_F(HandshakesTest, a_connection_behind_a_header_is_served_and_counted) {
  Peer peer = loop.connect(0, proxied());
  peer.send(kHeader);
  peer.send(testkit::connect_bytes("c", {}));
  Bytes received;
  EXPECT_TRUE(loop.run_until([&] {
    peer.poll_into(received);
    return received.size() >= 4;
  }));
  EXPECT_EQ(ended("done"), 1);
}

TEST_F(HandshakesTest, one_that_takes_too_long_is_cut) {
  Peer silent = loop.connect(0, proxied());
  Peer half = loop.connect(0, proxied());
  half.send("PROXY TCP4");
  EXPECT_TRUE(loop.run_until([&] { return loop.sockets() == 2; }));
  loop.turn();
  loop.clock.advance(std::chrono::seconds(4));
  loop.turn();
  EXPECT_EQ(loop.sockets(), 2);
  loop.clock.advance(std::chrono::seconds(2));
  EXPECT_TRUE(loop.run_until([&] { return loop.sockets() == 0; }));
  EXPECT_EQ(ended("late"), 2);
}

TEST_F(HandshakesTest, one_that_is_done_in_time_is_not_cut_later) {
  Peer peer = loop.connect(0, proxied());
  peer.send(kHeader);
  peer.send(testkit::connect_bytes("c", {}));
  Bytes received;
  EXPECT_TRUE(loop.run_until([&] {
    peer.poll_into(received);
    return !received.empty();
  }));
  loop.clock.advance(std::chrono::seconds(6));
  loop.turn();
  EXPECT_EQ(ended("late"), 0);
  EXPECT_EQ(loop.sockets(), 1);
}

TEST_F(HandshakesTest, bytes_that_are_no_header_close_the_connection) {
  Peer peer = loop.connect(0, proxied());
  peer.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(loop.run_until([&] { return ended("failed") == 1; }));
  EXPECT_EQ(loop.metric("godwit_network_layer_failures_total", "proxy"), 1);
  peer.shutdown_write();
  EXPECT_TRUE(loop.run_until([&] { return loop.sockets() == 0; }));
}

TEST_F(HandshakesTest, one_too_many_cuts_the_oldest_and_not_those_that_said_nothing) {
  Peer silent = loop.connect(0, proxied());
  std::vector<Peer> halves;
  for (int i = 0; i < 4; ++i) {
    halves.push_back(loop.connect(0, proxied()));
    halves.back().send("PROXY");
    const std::int64_t seen = (i + 1) * 5;
    EXPECT_TRUE(
        loop.run_until([&] { return loop.metric("godwit_network_received_bytes_total") == seen; }));
  }
  EXPECT_TRUE(loop.run_until([&] { return loop.sockets() == 4; }));
  EXPECT_EQ(ended("crowded_out"), 1);
  EXPECT_TRUE(halves[0].at_end() || halves[0].was_reset());
  halves[3].send(kHeader.substr(5));
  EXPECT_TRUE(loop.run_until([&] { return ended("done") == 1; }));
}

// A turn that signed for a second would hold up every message for a second.
TEST_F(HandshakesTest, a_storm_is_spread_over_turns_in_the_order_of_its_coming) {
  std::vector<Peer> peers;
  for (int i = 0; i < 3; ++i) {
    peers.push_back(loop.connect(
        0, stream_of(std::make_unique<SlowTransform>(loop.clock, std::chrono::microseconds(700)))));
  }
  EXPECT_TRUE(loop.run_until([&] { return loop.sockets() == 3; }));
  for (Peer& peer : peers) {
    peer.send("x");
  }
  // Two of 700 µs are over the millisecond of a turn.
  const std::int64_t before = loop.metric("godwit_network_received_bytes_total");
  EXPECT_TRUE(
      loop.run_until([&] { return loop.metric("godwit_network_received_bytes_total") > before; }));
  EXPECT_EQ(loop.metric("godwit_network_received_bytes_total"), before + 2);
  loop.turn();
  EXPECT_EQ(loop.metric("godwit_network_received_bytes_total"), before + 3);
  for (Peer& peer : peers) {
    peer.send("y");
  }
  EXPECT_TRUE(loop.run_until([&] { return ended("done") == 3; }));
}

}  // namespace
}  // namespace godwit::net::test
