#include "tests/testkit/shorthand.h"

#include <gtest/gtest.h>

namespace godwit::testkit {

Bytes bytes(std::initializer_list<int> values) {
  Bytes owned;
  for (const int value : values) {
    owned.push_back(std::byte(value));
  }
  return owned;
}

mqtt::Publish make_publish(std::string_view topic, std::string_view payload, mqtt::Qos qos,
                           std::uint16_t packet_id, bool retain) {
  mqtt::Publish publish;
  publish.topic = mqtt::TopicName::from_checked(topic);
  publish.payload = as_bytes(payload);
  publish.qos = qos;
  publish.packet_id = mqtt::PacketId(packet_id);
  publish.retain = retain;
  return publish;
}

mqtt::PublishAck make_ack(mqtt::PacketType type, mqtt::PacketId id, mqtt::ReasonCode reason_code) {
  return {.type = type, .packet_id = id, .reason_code = reason_code, .properties = {}};
}

mqtt::Subscribe make_subscribe(Bytes& raw, std::string_view filter,
                               mqtt::SubscriptionOptions options, std::uint16_t packet_id) {
  mqtt::append_filter_request(filter, options, raw);
  mqtt::Subscribe packet;
  packet.packet_id = mqtt::PacketId(packet_id);
  packet.requests = mqtt::FilterRequests(raw, true);
  return packet;
}

mqtt::ReasonCode subscribe(TestClient& client, std::string_view filter,
                           mqtt::SubscriptionOptions options) {
  Bytes raw;
  client.send(make_subscribe(raw, filter, options));
  const auto suback = client.find<mqtt::Suback>();
  return static_cast<mqtt::ReasonCode>(suback.reason_codes[0]);
}

mqtt::Unsubscribe make_unsubscribe(Bytes& raw, std::string_view filter, std::uint16_t packet_id) {
  mqtt::append_unsubscribe_filter(filter, raw);
  mqtt::Unsubscribe packet;
  packet.packet_id = mqtt::PacketId(packet_id);
  packet.requests = mqtt::FilterRequests(raw, false);
  return packet;
}

void unsubscribe(TestClient& client, std::string_view filter) {
  Bytes raw;
  client.send(make_unsubscribe(raw, filter));
  (void)client.find<mqtt::Unsuback>();
}

std::string text_of(const mqtt::Publish& publish) { return std::string(as_text(publish.payload)); }

std::vector<std::string> texts_of(const std::vector<mqtt::Publish>& publishes) {
  std::vector<std::string> texts;
  for (const mqtt::Publish& publish : publishes) {
    texts.push_back(text_of(publish));
  }
  return texts;
}

void expect_gauges_at_zero(const FrontWorld& world) {
  for (const char* gauge :
       {"godwit_connections", "godwit_sessions", "godwit_subscriptions", "godwit_queue_messages",
        "godwit_queue_bytes", "godwit_in_flight_bytes", "godwit_outbox_bytes",
        "godwit_topic_alias_bytes", "godwit_shared_groups", "godwit_retained_read_bytes",
        "godwit_subscription_bytes"}) {
    EXPECT_EQ(world.metric(gauge), 0) << gauge;
  }
  EXPECT_EQ(world.connection_count(), 0U);
}

}  // namespace godwit::testkit
