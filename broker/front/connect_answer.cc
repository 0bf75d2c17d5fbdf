// The CONNACK of an accepted CONNECT: what is granted and what is offered (section 3.2).
#include <string>

#include "broker/front/connect_flow.h"

namespace godwit::front {

using mqtt::PropertyId;

std::string ConnectFlow::response_information(const PendingConnect& connect) const {
  const std::string& offered = needs_.settings.offers.response_information;
  const std::string_view client_id = connect.key.client_id;
  // MQTT-3.1.2-28: only to whoever asks.
  if (!connect.request_response_information || offered.empty()) {
    return {};
  }
  const std::size_t at = offered.find("%c");
  if (at == std::string::npos) {
    return offered;
  }
  // Such an id can be no part of a topic name.
  if (client_id.find_first_of("+#") != std::string_view::npos) {
    return {};
  }
  return offered.substr(0, at).append(client_id).append(offered, at + 2);
}

bool ConnectFlow::send_connack(Connection& connection, const PendingConnect& connect,
                               bool session_present) {
  mqtt::Connack connack{.session_present = session_present};
  properties_.clear();
  if (mqtt::is_v5(connect.version)) {
    const session::SessionLimits& limits = needs_.settings.limits;
    mqtt::PropertiesWriter writer(properties_);
    if (connect.session_expiry_seconds != connect.session_expiry_asked_seconds) {
      writer.number(PropertyId::kSessionExpiryInterval, connect.session_expiry_seconds);  // E-003
    }
    if (limits.receive_maximum != 65'535) {
      writer.number(PropertyId::kReceiveMaximum, limits.receive_maximum);
    }
    const Offers& offers = needs_.settings.offers;
    if (offers.maximum_qos != mqtt::Qos::kExactlyOnce) {
      writer.number(PropertyId::kMaximumQos,
                    static_cast<std::uint32_t>(offers.maximum_qos));  // MQTT-3.2.2-9
    }
    if (!offers.retained_messages) {
      writer.number(PropertyId::kRetainAvailable, 0);
    }
    writer.number(PropertyId::kMaximumPacketSize, limits.codec.maximum_packet_size);
    if (connect.client_id_assigned) {
      writer.text(PropertyId::kAssignedClientIdentifier, connect.key.client_id);
    }
    if (connect.keep_alive_is_ours) {
      writer.number(PropertyId::kServerKeepAlive, connect.keep_alive_seconds);  // MQTT-3.1.2-21
    }
    if (limits.topic_alias_maximum != 0) {
      writer.number(PropertyId::kTopicAliasMaximum, limits.topic_alias_maximum);
    }
    if (!needs_.settings.offers.shared_subscriptions) {
      writer.number(PropertyId::kSharedSubscriptionAvailable, 0);  // E-035, E-118
    }
    const std::string response = response_information(connect);
    if (!response.empty()) {
      writer.text(PropertyId::kResponseInformation, response);
    }
    if (!connect.authentication_method.empty()) {
      writer.text(PropertyId::kAuthenticationMethod,
                  connect.authentication_method);  // MQTT-4.12.0-5
      if (!connect.authentication_data.empty()) {
        writer.text(PropertyId::kAuthenticationData, as_text(connect.authentication_data));
      }
    }
    connack.properties = mqtt::PropertiesView::from_checked(properties_);
  }
  return needs_.wire.send(connection, connack);
}

}  // namespace godwit::front
