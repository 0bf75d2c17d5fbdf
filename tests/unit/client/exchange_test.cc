// Clients against real fronts: random publishing, losses and returns, and nothing is lost or, at
// QoS 2, doubled.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>

#include "broker/client/client.h"
#include "tests/testkit/shorthand.h"
#include "tests/unit/client/fixture.h"

namespace godwit::client::test {
namespace {

// One client, its connection in the world, and what it was told.
class Peer : public ClientEvents {
 public:
  Peer(testkit::FrontWorld& world, const ClientSettings& settings)
      : client(settings), world_(world) {}

  void connect() {
    connection_ = &world_.open();
    connection_->decodes = false;
    unread_.clear();
    client.connect(world_.now());
    move_bytes();
  }

  // The network fails with whatever is on its way.
  void drop() {
    connection_->take_bytes();
    connection_->drop();
    client.lost(*this);
  }

  // Until nobody says anything any more.
  void move_bytes() {
    for (bool moved = true; moved;) {
      moved = false;
      if (const std::size_t size = client.output().size(); size > 0) {
        connection_->send_raw(client.output());
        client.sent(size, world_.now());
        moved = true;
      }
      const Bytes bytes = connection_->take_bytes();
      if (!bytes.empty()) {
        append(unread_, bytes);
        const std::size_t used = client.receive(unread_, world_.now(), *this);
        unread_.erase(unread_.begin(), unread_.begin() + static_cast<std::ptrdiff_t>(used));
        moved = true;
      }
    }
  }

  void connected(const Connected&) override {}
  void refused(const Refusal& refusal) override { FAIL() << reason_code_name(refusal.reason); }
  void message(const mqtt::Publish& message) override {
    ++got[std::string(as_text(message.payload))];
  }
  void published(mqtt::PacketId, mqtt::ReasonCode reason) override {
    EXPECT_FALSE(is_error(reason)) << reason_code_name(reason);
    ++finished;
  }
  void discarded(mqtt::PacketId) override { FAIL() << "the front has lost a session"; }
  void subscribed(mqtt::PacketId, ByteView codes) override {
    EXPECT_LE(std::to_integer<int>(codes[0]), 2);
  }
  void unsubscribed(mqtt::PacketId, ByteView) override {}
  void disconnected(const Ending& ending) override {
    EXPECT_EQ(ending.by, EndedBy::kNetwork) << ending.text;
  }

  Client client;
  std::map<std::string, int> got;
  std::size_t finished = 0;

 private:
  testkit::FrontWorld& world_;
  testkit::TestClient* connection_ = nullptr;
  Bytes unread_;
};

ClientSettings settings_of(std::string_view id, mqtt::ProtocolVersion version) {
  ClientSettings settings;
  settings.version = version;
  settings.client_id = id;
  settings.keep_alive_seconds = 0;
  settings.limits.in_flight_max = 5;
  settings.limits.receive_maximum = 3;
  if (mqtt::is_v5(version)) {
    settings.session_expiry_seconds = 3'600;
  } else {
    settings.clean_start = false;
  }
  return settings;
}

struct Exchange {
  testkit::FrontWorld world;
  Peer publisher;
  Peer subscriber;
  std::mt19937 chance;
  std::map<std::string, mqtt::Qos> sent = {};

  void publish() {
    const auto qos = static_cast<mqtt::Qos>(1 + chance() % 2);
    const std::string payload = std::to_string(sent.size());
    const auto id = publisher.client.publish({.topic = mqtt::TopicName::from_checked("a/b"),
                                              .payload = as_bytes(payload),
                                              .properties = {},
                                              .message_expiry_interval = std::nullopt,
                                              .qos = qos},
                                             world.now());
    if (id) {
      sent[payload] = qos;
    } else {
      EXPECT_EQ(id.error(), RequestError::kWindowFull);
    }
  }

  void step() {
    const auto choice = chance() % 20;
    if (choice < 12) {
      publish();
    } else if (choice < 18) {
      (choice % 2 == 0 ? publisher : subscriber).move_bytes();
    } else {
      Peer& unlucky = choice == 18 ? publisher : subscriber;
      unlucky.drop();
      unlucky.connect();
    }
  }
};

class RandomExchange : public testing::TestWithParam<std::tuple<mqtt::ProtocolVersion, unsigned>> {
};

TEST_P(RandomExchange, loses_nothing_and_doubles_nothing_at_qos_2) {
  const auto [version, seed] = GetParam();
  testkit::WorldOptions options;
  options.limits.receive_maximum = 4;
  Exchange exchange{testkit::FrontWorld(options),
                    {exchange.world, settings_of("publisher", version)},
                    {exchange.world, settings_of("subscriber", version)},
                    std::mt19937(seed)};
  exchange.publisher.connect();
  exchange.subscriber.connect();
  const mqtt::FilterRequest request{mqtt::TopicFilter::from_checked("a/#"), {.qos = kQos2}};
  ASSERT_TRUE(exchange.subscriber.client.subscribe({&request, 1}, 0, exchange.world.now()));
  exchange.subscriber.move_bytes();

  for (int i = 0; i < 500; ++i) {
    exchange.step();
    ASSERT_TRUE(exchange.publisher.client.online() && exchange.subscriber.client.online());
  }
  exchange.publisher.move_bytes();
  exchange.subscriber.move_bytes();

  EXPECT_EQ(exchange.publisher.client.in_flight(), 0U);
  EXPECT_EQ(exchange.publisher.finished, exchange.sent.size());
  for (const auto& [payload, qos] : exchange.sent) {
    const int times = exchange.subscriber.got[payload];
    EXPECT_GE(times, 1) << payload << " was lost, seed " << seed;
    if (qos == kQos2) {
      EXPECT_EQ(times, 1) << payload << " came twice, seed " << seed;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomExchange,
                         testing::Combine(testing::Values(mqtt::ProtocolVersion::k5_0,
                                                          mqtt::ProtocolVersion::k3_1_1),
                                          testing::Range(1U, 11U)));

}  // namespace
}  // namespace godwit::client::test
