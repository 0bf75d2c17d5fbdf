#include "broker/mqtt/property.h"

#include <array>
#include <limits>

namespace godwit::mqtt {
namespace {

constexpr PropertyPlaces at(PropertyPlace place) { return 1U << static_cast<std::uint8_t>(place); }

constexpr PropertyPlaces kNowhere = 0;
constexpr PropertyPlaces kConnect = at(PropertyPlace::kConnect);
constexpr PropertyPlaces kConnack = at(PropertyPlace::kConnack);
constexpr PropertyPlaces kPublish = at(PropertyPlace::kPublish);
constexpr PropertyPlaces kSubscribe = at(PropertyPlace::kSubscribe);
constexpr PropertyPlaces kDisconnect = at(PropertyPlace::kDisconnect);
constexpr PropertyPlaces kAuth = at(PropertyPlace::kAuth);
constexpr PropertyPlaces kWill = at(PropertyPlace::kWill);
constexpr PropertyPlaces kMessage = kPublish | kWill;
constexpr PropertyPlaces kPublishAcks = at(PropertyPlace::kPuback) | at(PropertyPlace::kPubrec) |
                                        at(PropertyPlace::kPubrel) | at(PropertyPlace::kPubcomp);
constexpr PropertyPlaces kRequestAcks = at(PropertyPlace::kSuback) | at(PropertyPlace::kUnsuback);
constexpr PropertyPlaces kFromBoth = kPublish | kPublishAcks | kDisconnect | kAuth;
constexpr PropertyPlaces kAllFromClient =
    kFromBoth | kConnect | kWill | kSubscribe | at(PropertyPlace::kUnsubscribe);
constexpr PropertyPlaces kAllFromServer = kFromBoth | kConnack | kRequestAcks;

constexpr std::uint32_t kU16Max = 65'535;
constexpr std::uint32_t kU32Max = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint32_t kVarintMax = 268'435'455;

constexpr bool kIsTopic = true;
constexpr bool kNotTopic = false;

using enum PropertyId;
using enum PropertyType;

// Annex A of the conformance list. Texts have no range: 0, 0.
constexpr std::array kRules = {
    PropertyRule{kPayloadFormatIndicator, "Payload Format Indicator", kByte, kMessage, kPublish,
                 kNowhere, 0, 1},
    PropertyRule{kMessageExpiryInterval, "Message Expiry Interval", kU32, kMessage, kPublish,
                 kNowhere, 0, kU32Max},
    PropertyRule{kContentType, "Content Type", kString, kMessage, kPublish, kNowhere, 0, 0},
    PropertyRule{kResponseTopic, "Response Topic", kString, kMessage, kPublish, kNowhere, 0, 0,
                 kIsTopic},
    PropertyRule{kCorrelationData, "Correlation Data", kBinary, kMessage, kPublish, kNowhere, 0, 0},
    PropertyRule{kSubscriptionIdentifier, "Subscription Identifier", kVarint, kSubscribe, kPublish,
                 kPublish, 1, kVarintMax},
    PropertyRule{kSessionExpiryInterval, "Session Expiry Interval", kU32, kConnect | kDisconnect,
                 kConnack, kNowhere, 0, kU32Max},
    PropertyRule{kAssignedClientIdentifier, "Assigned Client Identifier", kString, kNowhere,
                 kConnack, kNowhere, 0, 0},
    PropertyRule{kServerKeepAlive, "Server Keep Alive", kU16, kNowhere, kConnack, kNowhere, 0,
                 kU16Max},
    PropertyRule{kAuthenticationMethod, "Authentication Method", kString, kConnect | kAuth,
                 kConnack | kAuth, kNowhere, 0, 0},
    PropertyRule{kAuthenticationData, "Authentication Data", kBinary, kConnect | kAuth,
                 kConnack | kAuth, kNowhere, 0, 0},
    PropertyRule{kRequestProblemInformation, "Request Problem Information", kByte, kConnect,
                 kNowhere, kNowhere, 0, 1},
    PropertyRule{kWillDelayInterval, "Will Delay Interval", kU32, kWill, kNowhere, kNowhere, 0,
                 kU32Max},
    PropertyRule{kRequestResponseInformation, "Request Response Information", kByte, kConnect,
                 kNowhere, kNowhere, 0, 1},
    PropertyRule{kResponseInformation, "Response Information", kString, kNowhere, kConnack,
                 kNowhere, 0, 0},
    PropertyRule{kServerReference, "Server Reference", kString, kNowhere, kConnack | kDisconnect,
                 kNowhere, 0, 0},
    PropertyRule{kReasonString, "Reason String", kString, kPublishAcks | kDisconnect | kAuth,
                 kPublishAcks | kDisconnect | kAuth | kConnack | kRequestAcks, kNowhere, 0, 0},
    PropertyRule{kReceiveMaximum, "Receive Maximum", kU16, kConnect, kConnack, kNowhere, 1,
                 kU16Max},
    PropertyRule{kTopicAliasMaximum, "Topic Alias Maximum", kU16, kConnect, kConnack, kNowhere, 0,
                 kU16Max},
    // MQTT-3.3.2-8
    PropertyRule{kTopicAlias, "Topic Alias", kU16, kPublish, kPublish, kNowhere, 1, kU16Max,
                 kNotTopic, ReasonCode::kTopicAliasInvalid},
    PropertyRule{kMaximumQos, "Maximum QoS", kByte, kNowhere, kConnack, kNowhere, 0, 1},
    PropertyRule{kRetainAvailable, "Retain Available", kByte, kNowhere, kConnack, kNowhere, 0, 1},
    PropertyRule{kUserProperty, "User Property", kStringPair, kAllFromClient, kAllFromServer,
                 kAllFromClient | kAllFromServer, 0, 0},
    PropertyRule{kMaximumPacketSize, "Maximum Packet Size", kU32, kConnect, kConnack, kNowhere, 1,
                 kU32Max},
    PropertyRule{kWildcardSubscriptionAvailable, "Wildcard Subscription Available", kByte, kNowhere,
                 kConnack, kNowhere, 0, 1},
    PropertyRule{kSubscriptionIdentifierAvailable, "Subscription Identifier Available", kByte,
                 kNowhere, kConnack, kNowhere, 0, 1},
    PropertyRule{kSharedSubscriptionAvailable, "Shared Subscription Available", kByte, kNowhere,
                 kConnack, kNowhere, 0, 1},
};

constexpr std::size_t kIdLimit = 0x2B;

// Position in kRules plus one, by identifier; 0 for one that does not exist.
constexpr std::array<std::uint8_t, kIdLimit> index_rules() {
  std::array<std::uint8_t, kIdLimit> index{};
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    index[static_cast<std::uint8_t>(kRules[i].id)] = static_cast<std::uint8_t>(i + 1);
  }
  return index;
}

constexpr std::array<std::uint8_t, kIdLimit> kIndex = index_rules();

}  // namespace

std::span<const PropertyRule> property_rules() { return kRules; }

const PropertyRule* find_property_rule(std::uint32_t id) {
  if (id >= kIdLimit || kIndex[id] == 0) {
    return nullptr;
  }
  return &kRules[kIndex[id] - 1U];
}

}  // namespace godwit::mqtt
