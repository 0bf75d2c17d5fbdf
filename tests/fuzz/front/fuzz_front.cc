// Three clients against one to three fronts: whatever they send, however it is cut, whoever goes,
// stands still or comes back, the fronts do not crash, hold bounded memory, and their gauges agree
// with what there is.

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "base/check.h"
#include "tests/fuzz/script.h"
#include "tests/testkit/shorthand.h"
#include "tests/testkit/two_step_method.h"

namespace godwit::fuzz {
namespace {

using mqtt::PacketType;
using mqtt::Qos;
using testkit::FrontWorld;
using testkit::TestClient;

constexpr std::size_t kClients = 3;
constexpr std::uint32_t kPacketMax = 2'000;
constexpr std::size_t kWriteBufferMax = 1'000;
constexpr std::uint32_t kQueueBytesMax = 5'000;
constexpr std::uint32_t kQueueBytesFew = 300;
constexpr std::uint32_t kExpiryMax = 100;
constexpr std::array<const char*, 8> kTopics{"a", "b", "a/b", "/", "$x", "a/long/c", "c", "a//b"};
constexpr std::array<const char*, 8> kFilters{"a",   "$share/g/a/#", "a/+",      "#",
                                              "+/b", "a/#",          "+/long/+", "$share/g/a"};

testkit::WorldOptions options_from(Script& script) {
  const std::uint8_t bits = script.byte();
  testkit::WorldOptions options;
  options.thread_count = static_cast<std::uint16_t>(1 + bits % 3);
  if ((bits & 0x10U) != 0) {
    options.seed = bits;
  }
  if ((bits & 0x40U) != 0) {
    options.turn = {.packets_max = 2, .deliveries_max = 3, .fanout_receivers_max = 1};
  }
  options.limits.codec.maximum_packet_size = kPacketMax;
  options.limits.connect_packet_size_max = kPacketMax;
  options.limits.write_buffer_max = kWriteBufferMax;
  options.limits.queue_messages_max = 20;
  options.limits.queue_bytes_max = (bits & 0x20U) != 0 ? kQueueBytesFew : kQueueBytesMax;
  options.share_strategy = static_cast<routing::ShareStrategy>(bits / 64 % 3);
  options.limits.receive_maximum = 3;
  options.limits.send_window_max = 4;
  options.limits.subscriptions_max = 6;
  options.limits.session_expiry_seconds_max = kExpiryMax;
  options.retained.messages_max = 60;
  options.memory_budget_bytes = 200'000;
  const std::uint8_t offers = script.byte();
  options.offers.shared_subscriptions = (offers & 7U) != 1;
  options.offers.retained_messages = (offers & 7U) != 2;
  options.offers.maximum_qos = (offers & 7U) == 3 ? Qos::kAtLeastOnce : Qos::kExactlyOnce;
  options.offers.response_information = (offers & 7U) == 4 ? "to/%c" : "";
  options.limits.keep_alive_seconds_max = (offers & 7U) == 5 ? 10 : 0;
  return options;
}

class Player {
 public:
  explicit Player(ByteView input) : script_(input), world_(options_from(script_)) {
    world_.methods = testkit::TwoStepMethod::alone();
  }

  void play() {
    while (!script_.empty()) {
      one_thing(clients_[script_.choice(kClients)]);
      check();
    }
    leave();
  }

 private:
  void one_thing(TestClient*& client) {
    const std::uint32_t what = script_.choice(16);
    if (client == nullptr || !client->open()) {
      client = &world_.open(script_.choice(static_cast<std::uint32_t>(world_.thread_count())));
      if (what == 0) {
        // Who knows which version this will be.
        client->decodes = false;
      } else {
        client->push_connect(std::string(1, static_cast<char>('a' + what % 3)), spec());
      }
      return;
    }
    if (what < 9) {
      send(*client, what);
      return;
    }
    switch (what) {
      case 9:
        client->cut();
        break;
      case 10:
        client->reads_bytes_max = script_.byte();
        break;
      case 11:
        world_.advance(std::chrono::milliseconds(script_.number() * 4));
        break;
      case 12:
        client = nullptr;  // Forgotten, not closed.
        break;
      case 13:
        for (std::uint32_t steps = script_.choice(8); steps > 0 && world_.step(); --steps) {
        }
        break;
      default:
        world_.settle();
    }
  }

  testkit::ConnectSpec spec() {
    const std::uint8_t bits = script_.byte();
    testkit::ConnectSpec spec;
    if ((bits & 3U) == 3) {
      spec.authentication_method = "two-step";
    } else {
      spec.version = static_cast<mqtt::ProtocolVersion>(5 - (bits & 3U));
    }
    spec.clean_start = (bits & 4U) != 0;
    if ((bits & 8U) != 0) {
      spec.session_expiry_seconds = script_.byte();
    }
    if ((bits & 16U) != 0) {
      spec.keep_alive_seconds = script_.byte();
    }
    if ((bits & 32U) != 0) {
      spec.receive_maximum = static_cast<std::uint16_t>(1 + script_.choice(4));
    }
    if ((bits & 64U) != 0) {
      const std::uint8_t more = script_.byte();
      spec.topic_alias_maximum = static_cast<std::uint16_t>(more % 4);
      spec.request_response_information = (more & 4U) != 0;
      if ((more & 8U) != 0) {
        spec.maximum_packet_size = 1U + script_.byte();
      }
    }
    if ((bits & 128U) != 0) {
      const std::uint8_t will = script_.byte();
      spec.will = testkit::WillSpec{.topic = kTopics[will % 8],
                                    .qos = Qos(will / 8 % 3),
                                    .retain = (will & 128U) != 0,
                                    .delay_seconds = script_.byte()};
    }
    return spec;
  }

  void send(TestClient& client, std::uint32_t what) {
    Bytes raw;
    const auto id = static_cast<std::uint16_t>(1 + script_.choice(6));
    switch (what) {
      case 0:
        client.push_raw(script_.some_bytes());
        break;
      case 1:
        authenticate(client);
        break;
      case 2:
      case 3:
      case 4: {
        const std::uint8_t bits = script_.byte();
        const Qos qos = Qos(bits % 3);
        payload_.assign(static_cast<std::size_t>(script_.byte()) * (bits / 64), 'x');
        mqtt::Publish publish =
            testkit::make_publish(kTopics[bits / 4 % 8], payload_, qos,
                                  qos == Qos::kAtMostOnce ? 0 : id, (bits & 32U) != 0);
        publish.dup = qos != Qos::kAtMostOnce && (bits & 128U) != 0;
        const std::uint32_t more = script_.choice(16);
        if (more % 4 == 0) {
          publish.message_expiry_interval = script_.choice(10);
        }
        if (more >= 8 && mqtt::is_v5(client.version)) {
          publish.topic_alias = static_cast<std::uint16_t>(1 + script_.choice(3));
          publish.topic = more >= 12 ? mqtt::TopicName() : publish.topic;
        }
        client.push(publish);
        break;
      }
      case 5: {
        const std::uint8_t bits = script_.byte();
        const char* filter = kFilters[bits % 8];
        mqtt::Subscribe subscribe = testkit::make_subscribe(
            raw, filter,
            {.qos = Qos(bits / 8 % 3),
             .no_local = (bits & 32U) != 0 && filter[0] != '$',
             .retain_as_published = (bits & 64U) != 0,
             .retain_handling = static_cast<mqtt::RetainHandling>(bits / 128)},
            id);
        Bytes properties;
        const std::uint32_t identifier = script_.choice(4);
        if (identifier != 0 && mqtt::is_v5(client.version)) {
          mqtt::PropertiesWriter(properties)
              .number(mqtt::PropertyId::kSubscriptionIdentifier, identifier);
          subscribe.properties = mqtt::PropertiesView::from_checked(properties);
        }
        client.push(subscribe);
        break;
      }
      case 6:
        client.push(testkit::make_unsubscribe(raw, kFilters[script_.choice(8)], id));
        break;
      case 7: {
        const auto type = static_cast<PacketType>(4 + script_.choice(4));
        client.push(testkit::make_ack(type, mqtt::PacketId(id)));
        break;
      }
      default:
        acknowledge(client);
    }
  }

  void authenticate(TestClient& client) {
    constexpr std::array<const char*, 4> kWords{"open", "again", "busy", "?"};
    const std::uint8_t bits = script_.byte();
    Bytes properties;
    mqtt::PropertiesWriter writer(properties);
    writer.text(mqtt::PropertyId::kAuthenticationMethod, (bits & 8U) != 0 ? "x" : "two-step");
    writer.text(mqtt::PropertyId::kAuthenticationData, kWords[bits % 4]);
    const mqtt::Auth auth{.reason_code = (bits & 4U) != 0
                                             ? mqtt::ReasonCode::kReAuthenticate
                                             : mqtt::ReasonCode::kContinueAuthentication,
                          .properties = mqtt::PropertiesView::from_checked(properties)};
    Bytes bytes;
    mqtt::encode(auth, mqtt::ProtocolVersion::k5_0, bytes);  // A 3.x client may do this too.
    client.push_raw(bytes);
  }

  // As a good client would.
  void acknowledge(TestClient& client) {
    for (const testkit::ReceivedPacket& received : client.packets) {
      if (const auto* publish = std::get_if<mqtt::Publish>(&received.packet)) {
        if (publish->qos != Qos::kAtMostOnce) {
          client.push(testkit::make_ack(
              publish->qos == Qos::kAtLeastOnce ? PacketType::kPuback : PacketType::kPubrec,
              publish->packet_id));
        }
      } else if (const auto* ack = std::get_if<mqtt::PublishAck>(&received.packet)) {
        if (ack->type == PacketType::kPubrel) {
          client.push(testkit::make_ack(PacketType::kPubcomp, ack->packet_id));
        } else if (ack->type == PacketType::kPubrec) {
          client.push(testkit::make_ack(PacketType::kPubrel, ack->packet_id));
        }
      }
    }
    client.packets.clear();
  }

  void check() const {
    const auto connections = static_cast<std::int64_t>(world_.connection_count());
    const auto sessions = sessions_.now();
    const auto outbox_bytes = outbox_bytes_.now();
    CHECK(outbox_bytes == static_cast<std::int64_t>(world_.outbox_bytes()));
    CHECK(connections_.now() <= connections);
    CHECK(sessions >= 0 && subscriptions_.now() >= 0);
    CHECK(subscriptions_.now() <= sessions * 6);
    const auto groups = shared_groups_.now();
    CHECK(groups >= 0);  // The end of one may still be mail between threads.
    CHECK(queue_bytes_.now() <= (sessions + groups) * kQueueBytesMax);
    CHECK(queue_messages_.now() <= (sessions + groups) * 20);
    CHECK(topic_alias_bytes_.now() <= connections * 2 * (64 << 10));
    CHECK(retained_messages_.now() <= 60);
    // Beyond the write buffer: one publish, a slice of retained ones, and answers to what a client
    // has sent without reading, which it pays for with its own bytes.
    CHECK(outbox_bytes <= connections * 100'000);
  }

  void leave() {
    for (TestClient* client : clients_) {
      if (client != nullptr && client->open()) {
        client->cut();
      }
    }
    world_.stop();
    check();
    // Kept sessions expire; nothing is left then.
    world_.advance(std::chrono::seconds(kExpiryMax + 2));
    testkit::expect_gauges_at_zero(world_);
  }

  Script script_;
  FrontWorld world_;
  FrontWorld::Reading sessions_ = world_.reading("godwit_sessions");
  FrontWorld::Reading outbox_bytes_ = world_.reading("godwit_outbox_bytes");
  FrontWorld::Reading connections_ = world_.reading("godwit_connections");
  FrontWorld::Reading subscriptions_ = world_.reading("godwit_subscriptions");
  FrontWorld::Reading shared_groups_ = world_.reading("godwit_shared_groups");
  FrontWorld::Reading queue_bytes_ = world_.reading("godwit_queue_bytes");
  FrontWorld::Reading queue_messages_ = world_.reading("godwit_queue_messages");
  FrontWorld::Reading topic_alias_bytes_ = world_.reading("godwit_topic_alias_bytes");
  FrontWorld::Reading retained_messages_ = world_.reading("godwit_retained_messages");
  std::array<TestClient*, kClients> clients_{};
  std::string payload_;
};

}  // namespace
}  // namespace godwit::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // What the testkit expects of the fronts ends the program here.
  GTEST_FLAG_SET(break_on_failure, true);
  godwit::fuzz::Player(godwit::ByteView(reinterpret_cast<const std::byte*>(data), size)).play();
  return 0;
}
