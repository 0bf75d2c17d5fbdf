// Reason codes of MQTT 5.0, section 2.4. Used for all versions inside the broker; what a 3.x
// client gets to see is decided where its packets are encoded.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "broker/mqtt/types.h"

namespace godwit::mqtt {

enum class ReasonCode : std::uint8_t {
  kSuccess = 0x00,  // Also "normal disconnection" and "granted QoS 0".
  kGrantedQos1 = 0x01,
  kGrantedQos2 = 0x02,
  kDisconnectWithWill = 0x04,
  kNoMatchingSubscribers = 0x10,
  kNoSubscriptionExisted = 0x11,
  kContinueAuthentication = 0x18,
  kReAuthenticate = 0x19,
  kUnspecifiedError = 0x80,
  kMalformedPacket = 0x81,
  kProtocolError = 0x82,
  kImplementationSpecificError = 0x83,
  kUnsupportedProtocolVersion = 0x84,
  kClientIdentifierNotValid = 0x85,
  kBadUserNameOrPassword = 0x86,
  kNotAuthorized = 0x87,
  kServerUnavailable = 0x88,
  kServerBusy = 0x89,
  kBanned = 0x8A,
  kServerShuttingDown = 0x8B,
  kBadAuthenticationMethod = 0x8C,
  kKeepAliveTimeout = 0x8D,
  kSessionTakenOver = 0x8E,
  kTopicFilterInvalid = 0x8F,
  kTopicNameInvalid = 0x90,
  kPacketIdentifierInUse = 0x91,
  kPacketIdentifierNotFound = 0x92,
  kReceiveMaximumExceeded = 0x93,
  kTopicAliasInvalid = 0x94,
  kPacketTooLarge = 0x95,
  kMessageRateTooHigh = 0x96,
  kQuotaExceeded = 0x97,
  kAdministrativeAction = 0x98,
  kPayloadFormatInvalid = 0x99,
  kRetainNotSupported = 0x9A,
  kQosNotSupported = 0x9B,
  kUseAnotherServer = 0x9C,
  kServerMoved = 0x9D,
  kSharedSubscriptionsNotSupported = 0x9E,
  kConnectionRateExceeded = 0x9F,
  kMaximumConnectTime = 0xA0,
  kSubscriptionIdentifiersNotSupported = 0xA1,
  kWildcardSubscriptionsNotSupported = 0xA2,
};

[[nodiscard]] constexpr bool is_error(ReasonCode code) {
  return static_cast<std::uint8_t>(code) >= 0x80;
}

// "not_authorized": for logs and metric labels. "unknown" for a value the standard does not name.
[[nodiscard]] std::string_view reason_code_name(ReasonCode code);

// Whether the tables of the standard (conformance annex B) allow `code` in a packet of this type
// from this end. MQTT-3.2.2-8, MQTT-3.4.2-1, MQTT-3.5.2-1, MQTT-3.6.2-1, MQTT-3.7.2-1,
// MQTT-3.9.3-2, MQTT-3.11.3-2, MQTT-3.14.2-1, MQTT-3.15.2-1.
[[nodiscard]] bool reason_code_allowed(ReasonCode code, PacketType type, Sender sender);

// The return code of a 3.x CONNACK for a refusal (E-116); none where 3.x has no word for it, and
// the connection is closed without a packet.
[[nodiscard]] std::optional<std::uint8_t> connack_return_code(ReasonCode code);

}  // namespace godwit::mqtt
