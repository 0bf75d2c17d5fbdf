#include "broker/mqtt/reason_code.h"

#include <array>
#include <cstddef>

namespace godwit::mqtt {
namespace {

// A set of packet types: bit n is the type with value n.
using Types = std::uint16_t;

constexpr Types only(PacketType type) {
  return static_cast<Types>(1U << static_cast<std::uint8_t>(type));
}

constexpr Types kConnack = only(PacketType::kConnack);
constexpr Types kPuback = only(PacketType::kPuback) | only(PacketType::kPubrec);
constexpr Types kPubrel = only(PacketType::kPubrel) | only(PacketType::kPubcomp);
constexpr Types kSuback = only(PacketType::kSuback);
constexpr Types kUnsuback = only(PacketType::kUnsuback);
constexpr Types kDisconnect = only(PacketType::kDisconnect);
constexpr Types kAuth = only(PacketType::kAuth);
constexpr Types kRequestAcks = kSuback | kUnsuback;

struct Row {
  ReasonCode code;
  std::string_view name;
  Types from_client;
  Types from_server;
};

// Annex B of the conformance list. 0x8C is not in the standard's DISCONNECT table, only in its
// overview of all codes: it is not allowed there.
constexpr std::array kRows = {
    Row{ReasonCode::kSuccess, "success", kPuback | kPubrel | kDisconnect,
        kConnack | kPuback | kPubrel | kRequestAcks | kDisconnect | kAuth},
    Row{ReasonCode::kGrantedQos1, "granted_qos1", 0, kSuback},
    Row{ReasonCode::kGrantedQos2, "granted_qos2", 0, kSuback},
    Row{ReasonCode::kDisconnectWithWill, "disconnect_with_will", kDisconnect, 0},
    Row{ReasonCode::kNoMatchingSubscribers, "no_matching_subscribers", 0, kPuback},
    Row{ReasonCode::kNoSubscriptionExisted, "no_subscription_existed", 0, kUnsuback},
    Row{ReasonCode::kContinueAuthentication, "continue_authentication", kAuth, kAuth},
    Row{ReasonCode::kReAuthenticate, "re_authenticate", kAuth, 0},
    Row{ReasonCode::kUnspecifiedError, "unspecified_error", kPuback | kDisconnect,
        kConnack | kPuback | kRequestAcks | kDisconnect},
    Row{ReasonCode::kMalformedPacket, "malformed_packet", kDisconnect, kConnack | kDisconnect},
    Row{ReasonCode::kProtocolError, "protocol_error", kDisconnect, kConnack | kDisconnect},
    Row{ReasonCode::kImplementationSpecificError, "implementation_specific_error",
        kPuback | kDisconnect, kConnack | kPuback | kRequestAcks | kDisconnect},
    Row{ReasonCode::kUnsupportedProtocolVersion, "unsupported_protocol_version", 0, kConnack},
    Row{ReasonCode::kClientIdentifierNotValid, "client_identifier_not_valid", 0, kConnack},
    Row{ReasonCode::kBadUserNameOrPassword, "bad_user_name_or_password", 0, kConnack},
    Row{ReasonCode::kNotAuthorized, "not_authorized", kPuback,
        kConnack | kPuback | kRequestAcks | kDisconnect},
    Row{ReasonCode::kServerUnavailable, "server_unavailable", 0, kConnack},
    Row{ReasonCode::kServerBusy, "server_busy", 0, kConnack | kDisconnect},
    Row{ReasonCode::kBanned, "banned", 0, kConnack},
    Row{ReasonCode::kServerShuttingDown, "server_shutting_down", 0, kDisconnect},
    Row{ReasonCode::kBadAuthenticationMethod, "bad_authentication_method", 0, kConnack},
    Row{ReasonCode::kKeepAliveTimeout, "keep_alive_timeout", 0, kDisconnect},
    Row{ReasonCode::kSessionTakenOver, "session_taken_over", 0, kDisconnect},
    Row{ReasonCode::kTopicFilterInvalid, "topic_filter_invalid", 0, kRequestAcks | kDisconnect},
    Row{ReasonCode::kTopicNameInvalid, "topic_name_invalid", kPuback | kDisconnect,
        kConnack | kPuback | kDisconnect},
    Row{ReasonCode::kPacketIdentifierInUse, "packet_identifier_in_use", kPuback,
        kPuback | kRequestAcks},
    Row{ReasonCode::kPacketIdentifierNotFound, "packet_identifier_not_found", kPubrel, kPubrel},
    Row{ReasonCode::kReceiveMaximumExceeded, "receive_maximum_exceeded", kDisconnect, kDisconnect},
    Row{ReasonCode::kTopicAliasInvalid, "topic_alias_invalid", kDisconnect, kDisconnect},
    Row{ReasonCode::kPacketTooLarge, "packet_too_large", kDisconnect, kConnack | kDisconnect},
    Row{ReasonCode::kMessageRateTooHigh, "message_rate_too_high", kDisconnect, kDisconnect},
    Row{ReasonCode::kQuotaExceeded, "quota_exceeded", kPuback | kDisconnect,
        kConnack | kPuback | kSuback | kDisconnect},
    Row{ReasonCode::kAdministrativeAction, "administrative_action", kDisconnect, kDisconnect},
    Row{ReasonCode::kPayloadFormatInvalid, "payload_format_invalid", kPuback | kDisconnect,
        kConnack | kPuback | kDisconnect},
    Row{ReasonCode::kRetainNotSupported, "retain_not_supported", 0, kConnack | kDisconnect},
    Row{ReasonCode::kQosNotSupported, "qos_not_supported", 0, kConnack | kDisconnect},
    Row{ReasonCode::kUseAnotherServer, "use_another_server", 0, kConnack | kDisconnect},
    Row{ReasonCode::kServerMoved, "server_moved", 0, kConnack | kDisconnect},
    Row{ReasonCode::kSharedSubscriptionsNotSupported, "shared_subscriptions_not_supported", 0,
        kSuback | kDisconnect},
    Row{ReasonCode::kConnectionRateExceeded, "connection_rate_exceeded", 0, kConnack | kDisconnect},
    Row{ReasonCode::kMaximumConnectTime, "maximum_connect_time", 0, kDisconnect},
    Row{ReasonCode::kSubscriptionIdentifiersNotSupported, "subscription_identifiers_not_supported",
        0, kSuback | kDisconnect},
    Row{ReasonCode::kWildcardSubscriptionsNotSupported, "wildcard_subscriptions_not_supported", 0,
        kSuback | kDisconnect},
};

// Position in kRows plus one, by code; 0 for a code that the standard does not name.
constexpr std::array<std::uint8_t, 256> index_rows() {
  std::array<std::uint8_t, 256> index{};
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    index[static_cast<std::uint8_t>(kRows[i].code)] = static_cast<std::uint8_t>(i + 1);
  }
  return index;
}

constexpr std::array<std::uint8_t, 256> kIndex = index_rows();

const Row* find_row(ReasonCode code) {
  const std::uint8_t position = kIndex[static_cast<std::uint8_t>(code)];
  return position == 0 ? nullptr : &kRows[position - 1U];
}

}  // namespace

std::string_view reason_code_name(ReasonCode code) {
  const Row* row = find_row(code);
  return row == nullptr ? "unknown" : row->name;
}

bool reason_code_allowed(ReasonCode code, PacketType type, Sender sender) {
  const Row* row = find_row(code);
  if (row == nullptr) {
    return false;
  }
  const Types types = sender == Sender::kClient ? row->from_client : row->from_server;
  return (types & only(type)) != 0;
}

std::optional<std::uint8_t> connack_return_code(ReasonCode code) {
  switch (code) {
    case ReasonCode::kSuccess:
      return 0;
    case ReasonCode::kUnsupportedProtocolVersion:
      return 1;
    case ReasonCode::kClientIdentifierNotValid:
      return 2;
    case ReasonCode::kServerUnavailable:
    case ReasonCode::kServerBusy:
      return 3;
    case ReasonCode::kBadUserNameOrPassword:
      return 4;
    case ReasonCode::kNotAuthorized:
    case ReasonCode::kBanned:
      return 5;
    default:
      return std::nullopt;
  }
}

}  // namespace godwit::mqtt
