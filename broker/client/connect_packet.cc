#include "broker/client/connect_packet.h"

#include "broker/mqtt/encoder.h"

namespace godwit::client {
namespace {

using mqtt::PropertyId;

constexpr std::uint16_t kReceiveMaximumDefault = 65'535;

// What is said by saying nothing is left out. No Topic Alias Maximum: the server may use none.
Bytes connect_properties(const ClientSettings& settings) {
  Bytes raw;
  mqtt::PropertiesWriter writer(raw);
  const ClientLimits& limits = settings.limits;
  if (settings.session_expiry_seconds != 0) {
    writer.number(PropertyId::kSessionExpiryInterval, settings.session_expiry_seconds);
  }
  if (limits.receive_maximum != kReceiveMaximumDefault) {
    writer.number(PropertyId::kReceiveMaximum, limits.receive_maximum);
  }
  if (limits.codec.maximum_packet_size < mqtt::kPacketSizeCeiling) {
    writer.number(PropertyId::kMaximumPacketSize, limits.codec.maximum_packet_size);
  }
  for (const UserProperty& property : settings.user_properties) {
    writer.pair(property.name, property.value);
  }
  return raw;
}

Bytes will_properties(const WillSettings& will) {
  Bytes raw;
  if (will.delay_seconds != 0) {
    mqtt::PropertiesWriter(raw).number(PropertyId::kWillDelayInterval, will.delay_seconds);
  }
  return raw;
}

}  // namespace

void append_connect(const ClientSettings& settings, bool clean_start, Bytes& out) {
  const Bytes properties = connect_properties(settings);
  const Bytes properties_of_will = settings.will ? will_properties(*settings.will) : Bytes{};
  mqtt::Connect packet;
  packet.version = settings.version;
  packet.client_id = settings.client_id;
  packet.clean_start = clean_start;
  packet.keep_alive_seconds = settings.keep_alive_seconds;
  packet.properties = mqtt::PropertiesView::from_checked(properties);
  if (settings.will) {
    mqtt::Will& will = packet.will.emplace();
    will.topic = mqtt::TopicName::from_checked(settings.will->topic);
    will.payload = as_bytes(settings.will->payload);
    will.properties = mqtt::PropertiesView::from_checked(properties_of_will);
    will.qos = settings.will->qos;
    will.retain = settings.will->retain;
  }
  if (settings.user_name) {
    packet.user_name = *settings.user_name;
  }
  if (settings.password) {
    packet.password = as_bytes(*settings.password);
  }
  mqtt::encode(packet, out);
}

}  // namespace godwit::client
