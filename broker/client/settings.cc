#include "broker/client/settings.h"

#include <string_view>

#include "broker/client/send_window.h"
#include "broker/mqtt/topic.h"
#include "broker/mqtt/utf8.h"

namespace godwit::client {
namespace {

constexpr std::size_t kFieldBytesMax = 65'535;

Result<void> refuse(std::string text) { return fail(Error{std::move(text)}); }

bool fits(std::string_view bytes) { return bytes.size() <= kFieldBytesMax; }

// MQTT-1.5.4-1, MQTT-1.5.4-2
bool is_string(std::string_view text) { return fits(text) && !mqtt::find_invalid_utf8(text); }

Result<void> check_will(const WillSettings& will) {
  const mqtt::CodecLimits no_own_limits = ClientLimits{}.codec;
  if (mqtt::TopicName::check(will.topic, no_own_limits)) {  // MQTT-3.1.3-11
    return refuse("the will's topic is empty, too long, not UTF-8, or has a wildcard");
  }
  if (!fits(will.payload)) {
    return refuse("the will's payload is longer than 65535 bytes");
  }
  return {};
}

Result<void> check_limits(const ClientLimits& limits) {
  if (limits.receive_maximum == 0 || limits.codec.maximum_packet_size == 0) {
    return refuse("receive_maximum and maximum_packet_size are at least 1");
  }
  if (limits.in_flight_max == 0 || limits.in_flight_max > kInFlightCeiling) {
    return refuse("in_flight_max is 1 to 32767");
  }
  return {};
}

Result<void> check_session(const ClientSettings& settings) {
  if (mqtt::is_v5(settings.version)) {
    return {};
  }
  if (settings.session_expiry_seconds != 0) {
    return refuse("session expiry needs MQTT 5.0; in 3.1.1 a session is kept without clean start");
  }
  // 3.1.1: MQTT-3.1.3-8
  if (!settings.clean_start && settings.client_id.empty()) {
    return refuse("a session that is kept needs a client id");
  }
  return {};
}

}  // namespace

bool keeps_session(const ClientSettings& settings) {
  return mqtt::is_v5(settings.version) ? settings.session_expiry_seconds != 0
                                       : !settings.clean_start;
}

Result<void> check(const ClientSettings& settings) {
  const bool is_v5 = mqtt::is_v5(settings.version);
  if (!is_v5 && settings.version != mqtt::ProtocolVersion::k3_1_1) {
    return refuse("the client speaks MQTT 5.0 and 3.1.1");
  }
  if (!is_string(settings.client_id)) {  // MQTT-3.1.3-4
    return refuse("the client id is longer than 65535 bytes or not UTF-8");
  }
  if (settings.user_name && !is_string(*settings.user_name)) {  // MQTT-3.1.3-12
    return refuse("the user name is longer than 65535 bytes or not UTF-8");
  }
  if (settings.password && !fits(*settings.password)) {
    return refuse("the password is longer than 65535 bytes");
  }
  // 3.1.1: MQTT-3.1.2-22
  if (!is_v5 && settings.password && !settings.user_name) {
    return refuse("a password without a user name needs MQTT 5.0");
  }
  if (!is_v5 && !settings.user_properties.empty()) {
    return refuse("user properties need MQTT 5.0");
  }
  for (const UserProperty& property : settings.user_properties) {
    if (!is_string(property.name) || !is_string(property.value)) {  // MQTT-1.5.7-1
      return refuse("a user property is longer than 65535 bytes or not UTF-8");
    }
  }
  if (auto checked = check_limits(settings.limits); !checked) {
    return checked;
  }
  if (settings.will) {
    if (auto checked = check_will(*settings.will); !checked) {
      return checked;
    }
  }
  return check_session(settings);
}

}  // namespace godwit::client
