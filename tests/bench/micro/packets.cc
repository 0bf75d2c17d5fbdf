#include "tests/bench/micro/packets.h"

#include <cstdint>

#include "broker/mqtt/encoder.h"
#include "broker/mqtt/properties.h"

namespace godwit::bench {

SamplePublish::SamplePublish(const PublishShape& shape, std::string_view topic)
    : shape_(shape), topic_(topic), payload_(shape.payload_bytes, 'x') {
  packet_.topic = mqtt::TopicName::from_checked(topic_);
  packet_.payload = as_bytes(payload_);
  packet_.qos = shape.qos;
  if (shape.qos != mqtt::Qos::kAtMostOnce) {
    packet_.packet_id = mqtt::PacketId(1);
  }
  if (shape.with_properties) {
    mqtt::PropertiesWriter writer(properties_);
    writer.text(mqtt::PropertyId::kContentType, "application/json");
    writer.text(mqtt::PropertyId::kResponseTopic, "site/7/answers");
    writer.text(mqtt::PropertyId::kCorrelationData, "0123456789abcdef");
    writer.pair("origin", "sensor-42");
    packet_.properties = mqtt::PropertiesView::from_checked(properties_);
    packet_.message_expiry_interval = 3600;
  }
}

Bytes SamplePublish::encoded(mqtt::PacketId id) const {
  mqtt::Publish packet = packet_;
  if (packet.qos != mqtt::Qos::kAtMostOnce) {
    packet.packet_id = id;
  }
  Bytes out;
  mqtt::encode(packet, shape_.version, out);
  return out;
}

SentBytes publish_batch(const PublishShape& shape, std::string_view topic, std::uint16_t count) {
  const SamplePublish sample(shape, topic);
  Bytes batch;
  for (std::uint16_t id = 1; id <= count; ++id) {
    append(batch, sample.encoded(mqtt::PacketId(id)));
  }
  return as_sent(batch);
}

Bytes connect_packet(mqtt::ProtocolVersion version, std::string_view client_id) {
  mqtt::Connect connect;
  connect.version = version;
  connect.client_id = client_id;
  connect.clean_start = true;
  Bytes out;
  mqtt::encode(connect, out);
  return out;
}

Bytes subscribe_packet(mqtt::ProtocolVersion version, std::string_view filter, mqtt::Qos qos) {
  Bytes raw;
  mqtt::append_filter_request(filter, {.qos = qos}, raw);
  mqtt::Subscribe subscribe;
  subscribe.packet_id = mqtt::PacketId(1);
  subscribe.requests = mqtt::FilterRequests(raw, true);
  Bytes out;
  mqtt::encode(subscribe, version, out);
  return out;
}

std::string device_topic(std::size_t i, std::string_view last_level) {
  constexpr std::size_t kSites = 100;
  return "site/" + std::to_string(i % kSites) + "/device/" + std::to_string(i / kSites) + "/" +
         std::string(last_level);
}

}  // namespace godwit::bench
