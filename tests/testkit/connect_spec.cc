#include "tests/testkit/connect_spec.h"

#include "broker/mqtt/encoder.h"

namespace godwit::testkit {
namespace {

using mqtt::PropertyId;

mqtt::Will make_will(const WillSpec& spec, bool v5, Bytes& properties) {
  mqtt::Will will;
  will.topic = mqtt::TopicName::from_checked(spec.topic);
  will.payload = as_bytes(spec.payload);
  will.qos = spec.qos;
  will.retain = spec.retain;
  if (v5) {
    mqtt::PropertiesWriter writer(properties);
    if (spec.delay_seconds != 0) {
      writer.number(PropertyId::kWillDelayInterval, spec.delay_seconds);
    }
    if (spec.message_expiry_seconds) {
      writer.number(PropertyId::kMessageExpiryInterval, *spec.message_expiry_seconds);
    }
    will.properties = mqtt::PropertiesView::from_checked(properties);
  }
  return will;
}

}  // namespace

Bytes connect_bytes(std::string_view client_id, const ConnectSpec& spec) {
  const bool v5 = mqtt::is_v5(spec.version);
  mqtt::Connect connect;
  connect.version = spec.version;
  connect.client_id = client_id;
  connect.clean_start = spec.clean_start;
  connect.keep_alive_seconds = spec.keep_alive_seconds;
  if (spec.user_name) {
    connect.user_name = *spec.user_name;
  }
  if (spec.password) {
    connect.password = as_bytes(*spec.password);
  }
  Bytes will_properties;
  if (spec.will) {
    connect.will = make_will(*spec.will, v5, will_properties);
  }
  Bytes properties;
  if (v5) {
    mqtt::PropertiesWriter writer(properties);
    if (spec.session_expiry_seconds) {
      writer.number(PropertyId::kSessionExpiryInterval, *spec.session_expiry_seconds);
    }
    if (spec.receive_maximum) {
      writer.number(PropertyId::kReceiveMaximum, *spec.receive_maximum);
    }
    if (spec.maximum_packet_size) {
      writer.number(PropertyId::kMaximumPacketSize, *spec.maximum_packet_size);
    }
    if (spec.topic_alias_maximum) {
      writer.number(PropertyId::kTopicAliasMaximum, *spec.topic_alias_maximum);
    }
    if (spec.request_response_information) {
      writer.number(PropertyId::kRequestResponseInformation,
                    *spec.request_response_information ? 1 : 0);
    }
    if (spec.request_problem_information) {
      writer.number(PropertyId::kRequestProblemInformation,
                    *spec.request_problem_information ? 1 : 0);
    }
    if (spec.authentication_method) {
      writer.text(PropertyId::kAuthenticationMethod, *spec.authentication_method);
    }
    if (spec.authentication_data) {
      writer.text(PropertyId::kAuthenticationData, *spec.authentication_data);
    }
    connect.properties = mqtt::PropertiesView::from_checked(properties);
  }
  Bytes bytes;
  mqtt::encode(connect, bytes);
  return bytes;
}

ConnectSpec kept_v5(std::uint32_t session_expiry_seconds) {
  ConnectSpec spec;
  spec.clean_start = false;
  spec.session_expiry_seconds = session_expiry_seconds;
  return spec;
}

ConnectSpec kept_v311() {
  ConnectSpec spec;
  spec.version = mqtt::ProtocolVersion::k3_1_1;
  spec.clean_start = false;
  return spec;
}

}  // namespace godwit::testkit
