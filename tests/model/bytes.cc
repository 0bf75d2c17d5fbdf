#include "tests/model/bytes.h"

#include <string>

#include "broker/mqtt/encoder.h"

namespace godwit::model {

using mqtt::PropertiesView;
using mqtt::PropertiesWriter;
using mqtt::PropertyId;

namespace {

std::string payload_of(std::uint32_t number) {
  return number == 0 ? std::string() : std::to_string(number);
}

Bytes properties_of(const ConnectAction& connect) {
  Bytes properties;
  PropertiesWriter writer(properties);
  writer.number(PropertyId::kSessionExpiryInterval, connect.session_expiry_seconds);
  writer.number(PropertyId::kReceiveMaximum, connect.receive_maximum);
  if (connect.topic_alias_maximum != 0) {
    writer.number(PropertyId::kTopicAliasMaximum, connect.topic_alias_maximum);
  }
  return properties;
}

Bytes properties_of(const WillAction& will) {
  Bytes properties;
  PropertiesWriter writer(properties);
  if (will.delay_seconds != 0) {
    writer.number(PropertyId::kWillDelayInterval, will.delay_seconds);
  }
  if (will.expiry_seconds) {
    writer.number(PropertyId::kMessageExpiryInterval, *will.expiry_seconds);
  }
  return properties;
}

}  // namespace

void write(const ConnectAction& connect, Bytes& out) {
  out.clear();
  const bool v5 = mqtt::is_v5(connect.version);
  const std::string client_id = "c" + std::to_string(connect.client);
  mqtt::Connect packet;
  packet.version = connect.version;
  packet.client_id = client_id;
  packet.clean_start = connect.clean_start;
  packet.keep_alive_seconds = connect.keep_alive_seconds;
  const Bytes properties = v5 ? properties_of(connect) : Bytes();
  packet.properties = PropertiesView::from_checked(properties);
  Bytes will_properties;
  std::string payload;
  if (connect.will) {
    payload = payload_of(connect.will->number);
    will_properties = v5 ? properties_of(*connect.will) : Bytes();
    mqtt::Will will;
    will.topic = mqtt::TopicName::from_checked(kTopics[connect.will->topic]);
    will.payload = as_bytes(payload);
    will.qos = connect.will->qos;
    will.retain = connect.will->retain;
    will.properties = PropertiesView::from_checked(will_properties);
    packet.will = will;
  }
  mqtt::encode(packet, out);
}

void write(const PublishAction& publish, mqtt::ProtocolVersion version, Bytes& out) {
  out.clear();
  const std::string payload = payload_of(publish.number);
  mqtt::Publish packet;
  packet.topic = mqtt::TopicName::from_checked(publish.topic_is_left_out ? std::string_view()
                                                                         : kTopics[publish.topic]);
  packet.payload = as_bytes(payload);
  packet.packet_id = mqtt::PacketId(publish.packet_id);
  packet.qos = publish.qos;
  packet.dup = publish.dup;
  packet.retain = publish.retain;
  packet.topic_alias = publish.topic_alias;
  packet.message_expiry_interval = publish.expiry_seconds;
  mqtt::encode(packet, version, out);
}

void write(const SubscribeAction& subscribe, mqtt::ProtocolVersion version, Bytes& out) {
  out.clear();
  Bytes raw;
  mqtt::append_filter_request(kFilters[subscribe.filter],
                              {.qos = subscribe.qos,
                               .no_local = subscribe.no_local,
                               .retain_as_published = subscribe.retain_as_published,
                               .retain_handling = subscribe.retain_handling},
                              raw);
  Bytes properties;
  if (subscribe.identifier != 0) {
    PropertiesWriter(properties).number(PropertyId::kSubscriptionIdentifier, subscribe.identifier);
  }
  mqtt::encode(mqtt::Subscribe{.packet_id = mqtt::PacketId(subscribe.packet_id),
                               .properties = PropertiesView::from_checked(properties),
                               .requests = mqtt::FilterRequests(raw, true)},
               version, out);
}

void write_unsubscribe(FilterIndex filter, std::uint16_t id, mqtt::ProtocolVersion version,
                       Bytes& out) {
  out.clear();
  Bytes raw;
  mqtt::append_unsubscribe_filter(kFilters[filter], raw);
  mqtt::encode(mqtt::Unsubscribe{.packet_id = mqtt::PacketId(id),
                                 .properties = {},
                                 .requests = mqtt::FilterRequests(raw, false)},
               version, out);
}

void write_ack(mqtt::PacketType type, std::uint16_t id, bool refused, mqtt::ProtocolVersion version,
               Bytes& out) {
  out.clear();
  mqtt::encode(mqtt::PublishAck{.type = type,
                                .packet_id = mqtt::PacketId(id),
                                .reason_code = refused ? mqtt::ReasonCode::kUnspecifiedError
                                                       : mqtt::ReasonCode::kSuccess,
                                .properties = {}},
               version, out);
}

void write_disconnect(bool keep_will, std::optional<std::uint32_t> session_expiry_seconds,
                      mqtt::ProtocolVersion version, Bytes& out) {
  out.clear();
  Bytes properties;
  if (session_expiry_seconds) {
    PropertiesWriter(properties)
        .number(PropertyId::kSessionExpiryInterval, *session_expiry_seconds);
  }
  mqtt::encode(mqtt::Disconnect{.reason_code = keep_will ? mqtt::ReasonCode::kDisconnectWithWill
                                                         : mqtt::ReasonCode::kSuccess,
                                .properties = PropertiesView::from_checked(properties)},
               version, out);
}

}  // namespace godwit::model
