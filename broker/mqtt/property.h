// The properties of MQTT 5.0 (table 2-4) as one table: identifier, type, where each may stand,
// whether it may repeat, and its range. Decoder, encoder checks, tests and documentation read this
// table; a rule about a property belongs here and nowhere else.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "broker/mqtt/reason_code.h"
#include "broker/mqtt/types.h"

namespace godwit::mqtt {

enum class PropertyId : std::uint8_t {
  kPayloadFormatIndicator = 0x01,
  kMessageExpiryInterval = 0x02,
  kContentType = 0x03,
  kResponseTopic = 0x08,
  kCorrelationData = 0x09,
  kSubscriptionIdentifier = 0x0B,
  kSessionExpiryInterval = 0x11,
  kAssignedClientIdentifier = 0x12,
  kServerKeepAlive = 0x13,
  kAuthenticationMethod = 0x15,
  kAuthenticationData = 0x16,
  kRequestProblemInformation = 0x17,
  kWillDelayInterval = 0x18,
  kRequestResponseInformation = 0x19,
  kResponseInformation = 0x1A,
  kServerReference = 0x1C,
  kReasonString = 0x1F,
  kReceiveMaximum = 0x21,
  kTopicAliasMaximum = 0x22,
  kTopicAlias = 0x23,
  kMaximumQos = 0x24,
  kRetainAvailable = 0x25,
  kUserProperty = 0x26,
  kMaximumPacketSize = 0x27,
  kWildcardSubscriptionAvailable = 0x28,
  kSubscriptionIdentifierAvailable = 0x29,
  kSharedSubscriptionAvailable = 0x2A,
};

enum class PropertyType : std::uint8_t {
  kByte,
  kU16,
  kU32,
  kVarint,
  kString,
  kBinary,
  kStringPair
};

// Where a list of properties stands. A will has a list of its own inside CONNECT.
enum class PropertyPlace : std::uint8_t {
  kConnect = 1,
  kConnack = 2,
  kPublish = 3,
  kPuback = 4,
  kPubrec = 5,
  kPubrel = 6,
  kPubcomp = 7,
  kSubscribe = 8,
  kSuback = 9,
  kUnsubscribe = 10,
  kUnsuback = 11,
  kDisconnect = 14,
  kAuth = 15,
  kWill = 16,
};

// A set of places: bit n is the place with value n.
using PropertyPlaces = std::uint32_t;

struct PropertyRule {
  PropertyId id;
  std::string_view name;  // "Session Expiry Interval"
  PropertyType type;
  PropertyPlaces from_client;  // Where a client may send it.
  PropertyPlaces from_server;  // Where a server may send it.
  PropertyPlaces repeatable;   // Where it may stand more than once.
  std::uint32_t minimum;       // Of numbers, both ends included.
  std::uint32_t maximum;
  bool is_topic = false;  // Its text is a topic name: no wildcard, not empty (Response Topic).
  ReasonCode out_of_range = ReasonCode::kProtocolError;  // For a number outside its range.
};

// All rows, in order of their identifiers.
[[nodiscard]] std::span<const PropertyRule> property_rules();

// Null for an identifier that the standard does not know.
[[nodiscard]] const PropertyRule* find_property_rule(std::uint32_t id);

// One property of a list, as a view. Which members mean something follows from the type.
struct Property {
  PropertyId id{};
  std::uint32_t number = 0;  // kByte, kU16, kU32, kVarint
  std::string_view text;     // kString; name of a kStringPair; bytes of a kBinary
  std::string_view value;    // value of a kStringPair
};

}  // namespace godwit::mqtt
