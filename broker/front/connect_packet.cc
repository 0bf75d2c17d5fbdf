#include "broker/front/connect_packet.h"

#include <algorithm>

#include "broker/session/session.h"

namespace godwit::front {
namespace {

using mqtt::PropertyId;

// E-010: Clean Session 0 of 3.x is a session that never expires.
std::uint32_t session_expiry_asked(const mqtt::Connect& packet) {
  if (mqtt::is_v5(packet.version)) {
    return packet.properties.number(PropertyId::kSessionExpiryInterval).value_or(0);  // E-001
  }
  return packet.clean_start ? 0 : session::kNeverExpires;
}

// 3.x clients cannot be told of another value than their own, so they keep it.
std::uint16_t keep_alive_granted(const mqtt::Connect& packet,
                                 const session::SessionLimits& limits) {
  const std::uint16_t asked = packet.keep_alive_seconds;
  const std::uint16_t most = limits.keep_alive_seconds_max;
  const bool over = most != 0 && (asked == 0 || asked > most);
  return over && mqtt::is_v5(packet.version) ? most : asked;
}

ArmedWill take_will(const mqtt::Will& will, Instant now) {
  mqtt::Publish publish;
  publish.topic = will.topic;
  publish.payload = will.payload;
  publish.properties = will.properties;
  publish.qos = will.qos;
  publish.retain = will.retain;
  publish.message_expiry_interval = will.properties.number(PropertyId::kMessageExpiryInterval);
  return {.message = mqtt::MessageRef::make(publish, now),
          .delay_seconds = will.properties.number(PropertyId::kWillDelayInterval).value_or(0)};
}

}  // namespace

mqtt::ProtocolVersion version_of_refusal(const mqtt::Frame& frame) {
  if (frame.body.size() < 2) {
    return mqtt::ProtocolVersion::k3_1_1;
  }
  const std::size_t name_size = std::to_integer<std::size_t>(frame.body[0]) << 8U |
                                std::to_integer<std::size_t>(frame.body[1]);
  if (frame.body.size() <= 2 + name_size) {
    return mqtt::ProtocolVersion::k3_1_1;
  }
  return std::to_integer<unsigned>(frame.body[2 + name_size]) >= 5 ? mqtt::ProtocolVersion::k5_0
                                                                   : mqtt::ProtocolVersion::k3_1_1;
}

std::unique_ptr<PendingConnect> take_connect(const mqtt::Connect& packet,
                                             const session::SessionLimits& limits, Instant now) {
  auto pending = std::make_unique<PendingConnect>();
  pending->version = packet.version;
  pending->key.client_id = packet.client_id;
  pending->clean_start = packet.clean_start;
  pending->keep_alive_seconds = keep_alive_granted(packet, limits);
  pending->keep_alive_is_ours = pending->keep_alive_seconds != packet.keep_alive_seconds;
  pending->session_expiry_asked_seconds = session_expiry_asked(packet);
  pending->session_expiry_seconds =
      std::min(pending->session_expiry_asked_seconds, limits.session_expiry_seconds_max);
  if (mqtt::is_v5(packet.version)) {
    const mqtt::PropertiesView& properties = packet.properties;
    pending->receive_maximum =
        static_cast<std::uint16_t>(properties.number(PropertyId::kReceiveMaximum).value_or(65'535));
    pending->maximum_packet_size =
        properties.number(PropertyId::kMaximumPacketSize).value_or(UINT32_MAX);
    pending->topic_alias_maximum =
        static_cast<std::uint16_t>(properties.number(PropertyId::kTopicAliasMaximum).value_or(0));
    pending->request_response_information =
        properties.number(PropertyId::kRequestResponseInformation).value_or(0) != 0;
  }
  if (packet.will) {
    pending->will = take_will(*packet.will, now);
  }
  return pending;
}

access::AuthenticationQuestion take_question(const mqtt::Connect& packet, PendingConnect& pending) {
  if (const auto method = packet.properties.text(PropertyId::kAuthenticationMethod)) {
    pending.authentication_method = *method;
    return access::ExchangeStep{.method = pending.authentication_method,
                                .data = take_authentication_data(packet.properties)};
  }
  access::Credentials credentials;
  credentials.client_id = pending.key.client_id.view();
  if (packet.user_name) {
    credentials.user_name = std::string(*packet.user_name);
  }
  if (packet.password) {
    credentials.password = Bytes(packet.password->begin(), packet.password->end());
  }
  return credentials;
}

Bytes take_authentication_data(mqtt::PropertiesView properties) {
  const ByteView data =
      as_bytes(properties.text(PropertyId::kAuthenticationData).value_or(std::string_view()));
  return {data.begin(), data.end()};
}

bool is_broker_topic(mqtt::TopicName topic) {
  return topic.begins_with_dollar() &&
         (topic.text() == "$SYS" || topic.text().starts_with("$SYS/"));
}

}  // namespace godwit::front
