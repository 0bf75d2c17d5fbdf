#include "broker/client/server_offer.h"

namespace godwit::client {

ServerOffer ServerOffer::from(mqtt::PropertiesView connack_properties) {
  using mqtt::PropertyId;
  ServerOffer offer;
  auto walk = connack_properties.walk();
  mqtt::Property property;
  while (walk.next(property)) {
    switch (property.id) {
      case PropertyId::kReceiveMaximum:
        offer.receive_maximum = static_cast<std::uint16_t>(property.number);
        break;
      case PropertyId::kMaximumPacketSize:
        offer.maximum_packet_size = property.number;
        break;
      case PropertyId::kMaximumQos:
        offer.maximum_qos = static_cast<mqtt::Qos>(property.number);
        break;
      case PropertyId::kRetainAvailable:
        offer.retain_available = property.number != 0;
        break;
      case PropertyId::kWildcardSubscriptionAvailable:
        offer.wildcard_subscription_available = property.number != 0;
        break;
      case PropertyId::kSubscriptionIdentifierAvailable:
        offer.subscription_identifier_available = property.number != 0;
        break;
      case PropertyId::kSharedSubscriptionAvailable:
        offer.shared_subscription_available = property.number != 0;
        break;
      case PropertyId::kServerKeepAlive:
        offer.server_keep_alive_seconds = static_cast<std::uint16_t>(property.number);
        break;
      case PropertyId::kSessionExpiryInterval:
        offer.session_expiry_seconds = property.number;
        break;
      default:
        break;
    }
  }
  return offer;
}

}  // namespace godwit::client
