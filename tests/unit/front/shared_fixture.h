// Shared subscriptions in one thread, and with members, publishers and the group's home on several.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/testkit/shorthand.h"

namespace godwit::testkit {

using Texts = std::vector<std::string>;

class SharedFixture : public testing::TestWithParam<std::uint16_t> {
 protected:
  [[nodiscard]] static WorldOptions options() { return {.thread_count = GetParam()}; }
  // Spreads clients over the threads.
  TestClient& connect(FrontWorld& world, std::string_view id, const ConnectSpec& spec = {}) {
    return world.connect(id, spec, next_thread_++ % GetParam());
  }
  static void acknowledge(TestClient& client, const mqtt::Publish& publish) {
    client.send(make_ack(publish.qos == mqtt::Qos::kAtLeastOnce ? mqtt::PacketType::kPuback
                                                                : mqtt::PacketType::kPubrec,
                         publish.packet_id));
    if (publish.qos == mqtt::Qos::kExactlyOnce) {
      EXPECT_EQ(client.find<mqtt::PublishAck>().type, mqtt::PacketType::kPubrel);
      client.send(make_ack(mqtt::PacketType::kPubcomp, publish.packet_id));
    }
  }
  // Takes and acknowledges until nothing comes any more.
  static Texts consume(TestClient& client) {
    Texts texts;
    while (client.has_packets()) {
      const auto publish = client.expect<mqtt::Publish>();
      texts.push_back(text_of(publish));
      if (publish.qos != mqtt::Qos::kAtMostOnce) {
        acknowledge(client, publish);
      }
    }
    return texts;
  }
  void publish(FrontWorld& world, std::string_view topic, int from, int to,
               mqtt::Qos qos = mqtt::Qos::kAtLeastOnce) {
    if (publisher_ == nullptr) {
      publisher_ = &connect(world, "publisher");
    }
    for (int i = from; i < to; ++i) {
      const auto id = static_cast<std::uint16_t>(qos == mqtt::Qos::kAtMostOnce ? 0 : 1 + i % 1'000);
      publisher_->send(make_publish(topic, std::to_string(i), qos, id));
      if (qos == mqtt::Qos::kExactlyOnce) {
        publisher_->send(make_ack(mqtt::PacketType::kPubrel, mqtt::PacketId(id)));
      }
    }
    publisher_->packets.clear();
  }

  TestClient* publisher_ = nullptr;
  std::size_t next_thread_ = 0;
};

// As texts.
inline Texts numbers(int from, int to) {
  Texts texts;
  for (int i = from; i < to; ++i) {
    texts.push_back(std::to_string(i));
  }
  return texts;
}

}  // namespace godwit::testkit
