// A client's connection on the loopback, with the test as the server.
#include "broker/net/client_connection.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <ctime>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "broker/mqtt/encoder.h"
#include "tests/unit/net/loopback.h"
#include "tests/unit/net/test_transforms.h"

namespace godwit::net {
namespace {

using client::Client;
using client::Ending;
using std::chrono::milliseconds;
using std::chrono::seconds;

class BootClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override {
    timespec time{};
    clock_gettime(CLOCK_BOOTTIME, &time);
    return Instant(seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
  }
};

class Events : public client::ClientEvents {
 public:
  void connected(const client::Connected&) override { is_connected = true; }
  void refused(const client::Refusal& refusal) override { refusal_reason = refusal.reason; }
  void message(const mqtt::Publish& message) override {
    payloads.emplace_back(as_text(message.payload));
    if (on_message) {
      on_message();
    }
  }
  void published(mqtt::PacketId, mqtt::ReasonCode) override {}
  void discarded(mqtt::PacketId) override {}
  void subscribed(mqtt::PacketId, ByteView) override {}
  void unsubscribed(mqtt::PacketId, ByteView) override {}
  void disconnected(const Ending& ending) override { ended_by = ending.by; }

  bool is_connected = false;
  mqtt::ReasonCode refusal_reason = mqtt::ReasonCode::kSuccess;
  std::vector<std::string> payloads;
  std::optional<client::EndedBy> ended_by;
  std::function<void()> on_message;
};

template <class Packet>
Bytes encoded(const Packet& packet) {
  Bytes bytes;
  mqtt::encode(packet, mqtt::ProtocolVersion::k5_0, bytes);
  return bytes;
}

mqtt::Publish publish_of(std::string_view payload) {
  mqtt::Publish packet;
  packet.topic = mqtt::TopicName::from_checked("t");
  packet.payload = as_bytes(payload);
  return packet;
}

client::ClientSettings settings() {
  client::ClientSettings settings;
  settings.client_id = "c";
  settings.limits.output_bytes_max = std::size_t{16} << 20U;
  return settings;
}

class ClientConnectionTest : public testing::Test {
 protected:
  ClientConnectionTest() : listener_(::socket(AF_INET, SOCK_STREAM, 0), nullptr) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(listener_.descriptor(), any, size), 0);
    EXPECT_EQ(getsockname(listener_.descriptor(), any, &size), 0);
    port_ = ntohs(address.sin_port);
  }

  [[nodiscard]] Instant soon() const { return clock_.now() + seconds(10); }

  // The TCP connection; CONNECT has been taken by the server.
  void open(std::unique_ptr<Stream> stream = nullptr, std::size_t connect_bytes = kConnectBytes) {
    ASSERT_EQ(listen(listener_.descriptor(), 1), 0);
    connection_.emplace(client_, events_, clock_, std::move(stream));
    ASSERT_TRUE(connection_->open({"127.0.0.1", port_}, soon()));
    server_ = test::Peer(OwnedSocket(accept(listener_.descriptor(), nullptr, nullptr), nullptr));
    EXPECT_EQ(server_.receive(connect_bytes).size(), connect_bytes);
  }

  void open_online() {
    open();
    server_.send(encoded(mqtt::Connack{}));
    turn_until([&] { return events_.is_connected; });
  }

  void turn_until(const std::function<bool()>& done) {
    const Instant deadline = soon();
    while (!done()) {
      ASSERT_LT(clock_.now(), deadline);
      ASSERT_TRUE(connection_->turn(clock_.now() + milliseconds(100)));
    }
  }

  // Until the connection is over.
  void finish() {
    const Instant deadline = soon();
    while (connection_->turn(clock_.now() + milliseconds(100))) {
      ASSERT_LT(clock_.now(), deadline);
    }
  }

  // The CONNECT of these settings.
  static constexpr std::size_t kConnectBytes = 19;

  BootClock clock_;
  Events events_;
  Client client_{settings()};
  OwnedSocket listener_;
  std::uint16_t port_ = 0;
  test::Peer server_;
  std::optional<ClientConnection> connection_;
};

TEST_F(ClientConnectionTest, says_why_it_cannot_connect) {
  ClientConnection connection(client_, events_, clock_);
  const auto refused = connection.open({"127.0.0.1", port_}, soon());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text,
            "cannot connect to 127.0.0.1:" + std::to_string(port_) + ": Connection refused");
  const auto unknown = connection.open({"no such host", 1883}, soon());
  ASSERT_FALSE(unknown);
  EXPECT_TRUE(unknown.error().text.starts_with("cannot connect to no such host:1883: "));
  EXPECT_FALSE(connection.turn(soon()));
}

TEST_F(ClientConnectionTest, moves_packets_both_ways) {
  open_online();
  server_.send(encoded(publish_of("hello")));
  turn_until([&] { return !events_.payloads.empty(); });
  EXPECT_EQ(events_.payloads, std::vector<std::string>{"hello"});
  const Bytes expected = encoded(publish_of("back"));
  ASSERT_TRUE(client_.publish({.topic = mqtt::TopicName::from_checked("t"),
                               .payload = as_bytes("back"),
                               .properties = {},
                               .message_expiry_interval = std::nullopt},
                              clock_.now()));
  EXPECT_TRUE(connection_->turn(clock_.now()));
  EXPECT_EQ(server_.receive(expected.size()), expected);
}

TEST_F(ClientConnectionTest, moves_long_packets_through_short_buffers) {
  open_online();
  const Bytes long_payload = test::patterned_bytes(std::size_t{3} << 20U);
  const Bytes packet = encoded(publish_of(as_text(long_payload)));
  ASSERT_TRUE(client_.publish({.topic = mqtt::TopicName::from_checked("t"),
                               .payload = long_payload,
                               .properties = {},
                               .message_expiry_interval = std::nullopt},
                              clock_.now()));
  std::size_t sent = 0;
  Bytes received;
  turn_until([&] {
    sent += server_.send_some(ByteView(packet).subspan(sent));
    server_.poll_into(received);
    return received.size() >= packet.size() && !events_.payloads.empty();
  });
  EXPECT_EQ(received, packet);
  EXPECT_TRUE(events_.payloads[0] == as_text(long_payload));
}

TEST_F(ClientConnectionTest, goodbye_arrives_though_input_is_unread) {
  open_online();
  events_.on_message = [&] { client_.disconnect(); };
  // More than one read takes: closing with unread bytes would reset the connection.
  Bytes flood;
  for (int i = 0; i < 20'000; ++i) {
    append(flood, encoded(publish_of("enough")));
  }
  std::size_t sent = server_.send_some(flood);
  EXPECT_GT(sent, 0U);
  turn_until([&] { return !client_.open(); });
  Bytes received;
  turn_until([&] {
    server_.poll_into(received);
    return server_.ended();
  });
  EXPECT_FALSE(server_.was_reset());
  EXPECT_EQ(received, encoded(mqtt::Disconnect{}));
  server_.close();
  finish();
  EXPECT_EQ(events_.payloads.size(), 1U);
  EXPECT_FALSE(events_.ended_by);
}

TEST_F(ClientConnectionTest, closes_its_side_without_waiting_for_the_server) {
  open_online();
  client_.disconnect();
  // Not even this turn waits: there is no deadline but that of the goodbye.
  EXPECT_TRUE(connection_->turn(clock_.now()));
  EXPECT_EQ(server_.receive(2), encoded(mqtt::Disconnect{}));
  EXPECT_TRUE(server_.at_end());
  // The server never closes, and is not waited for for ever.
  const Instant begin = clock_.now();
  while (connection_->turn(kNever)) {
  }
  EXPECT_LT(clock_.now() - begin, seconds(10));
  EXPECT_FALSE(events_.ended_by);
}

TEST_F(ClientConnectionTest, tells_that_the_server_has_gone) {
  open_online();
  server_.close();
  finish();
  EXPECT_EQ(events_.ended_by, client::EndedBy::kNetwork);
  EXPECT_EQ(connection_->loss(), "");
}

TEST_F(ClientConnectionTest, tells_of_a_reset) {
  open_online();
  server_.reset();
  finish();
  EXPECT_EQ(events_.ended_by, client::EndedBy::kNetwork);
  EXPECT_EQ(connection_->loss(), "Connection reset by peer");
}

TEST_F(ClientConnectionTest, hears_a_refusal_that_comes_before_the_end) {
  open();
  server_.send(encoded(mqtt::Connack{.reason_code = mqtt::ReasonCode::kNotAuthorized}));
  server_.close();
  finish();
  EXPECT_EQ(events_.refusal_reason, mqtt::ReasonCode::kNotAuthorized);
  EXPECT_FALSE(events_.ended_by);
}

TEST_F(ClientConnectionTest, wakes_for_other_descriptors) {
  open_online();
  test::Pair pair = test::connected_pair();
  pair.client.send("x");
  pollfd other{.fd = pair.server.descriptor(), .events = POLLIN, .revents = 0};
  EXPECT_TRUE(connection_->turn(kNever, {&other, 1}));
  EXPECT_NE(other.revents & POLLIN, 0);
}

TEST_F(ClientConnectionTest, speaks_through_a_stream) {
  const auto stream = [] {
    std::vector<std::unique_ptr<Transform>> chain;
    chain.push_back(std::make_unique<test::DoublingTransform>());
    return std::make_unique<Stream>(std::move(chain));
  };
  open(stream(), 2 * kConnectBytes);
  server_.send(test::DoublingTransform::doubled(encoded(mqtt::Connack{})));
  server_.send(test::DoublingTransform::doubled(encoded(publish_of("hello"))));
  turn_until([&] { return !events_.payloads.empty(); });
  EXPECT_EQ(events_.payloads, std::vector<std::string>{"hello"});

  const Bytes long_payload = test::patterned_bytes(std::size_t{1} << 20U);
  const Bytes packet = encoded(publish_of(as_text(long_payload)));
  ASSERT_TRUE(client_.publish({.topic = mqtt::TopicName::from_checked("t"),
                               .payload = long_payload,
                               .properties = {},
                               .message_expiry_interval = std::nullopt},
                              clock_.now()));
  client_.disconnect();
  Bytes received;
  turn_until([&] {
    server_.poll_into(received);
    return server_.ended();
  });
  Bytes expected = packet;
  append(expected, encoded(mqtt::Disconnect{}));
  const Bytes doubled = test::DoublingTransform::doubled(expected);
  // Behind it comes the layer's own goodbye.
  ASSERT_GT(received.size(), doubled.size());
  received.resize(doubled.size());
  EXPECT_TRUE(received == doubled);
  server_.close();
  finish();
}

TEST_F(ClientConnectionTest, tells_of_a_peer_that_speaks_something_else) {
  std::vector<std::unique_ptr<Transform>> chain;
  chain.push_back(std::make_unique<test::DoublingTransform>());
  open(std::make_unique<Stream>(std::move(chain)), 2 * kConnectBytes);
  server_.send("HTTP/1.1 400 Bad Request\r\n\r\n");
  finish();
  EXPECT_EQ(events_.ended_by, client::EndedBy::kNetwork);
  EXPECT_NE(connection_->loss(), "");
}

}  // namespace
}  // namespace godwit::net
