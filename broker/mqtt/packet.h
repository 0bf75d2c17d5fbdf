// One struct a packet, for all versions: views over the bytes they were decoded from, and what the
// encoder takes. Fields that a version does not have keep their defaults.
//
// Lifetime: as long as the bytes behind them. What must live longer is copied by its keeper.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "broker/mqtt/properties.h"
#include "broker/mqtt/reason_code.h"
#include "broker/mqtt/topic.h"
#include "broker/mqtt/types.h"

namespace godwit::mqtt {

// MQTT 5.0, 3.1.3.2 to 3.1.3.4.
struct Will {
  TopicName topic;
  ByteView payload;
  PropertiesView properties;
  Qos qos = Qos::kAtMostOnce;
  bool retain = false;
  friend bool operator==(const Will& a, const Will& b) {
    return a.topic == b.topic && as_text(a.payload) == as_text(b.payload) &&
           a.properties == b.properties && a.qos == b.qos && a.retain == b.retain;
  }
};

struct Connect {
  ProtocolVersion version = ProtocolVersion::k5_0;
  std::string_view client_id;  // Empty: the server is asked to make one up.
  bool clean_start = false;    // 3.x: Clean Session.
  std::uint16_t keep_alive_seconds = 0;
  std::optional<Will> will;
  std::optional<std::string_view> user_name;
  std::optional<ByteView> password;
  PropertiesView properties;
};

struct Connack {
  bool session_present = false;
  // 3.x: return codes travel; 1 to 5 are read as 0x84, 0x85, 0x88, 0x86, 0x87.
  ReasonCode reason_code = ReasonCode::kSuccess;
  PropertiesView properties;
};

struct Publish {
  TopicName topic;  // Empty only in 5.0 and with a topic alias.
  ByteView payload;
  PropertiesView properties;
  PacketId packet_id = kNoPacketId;  // kNoPacketId exactly at QoS 0.
  Qos qos = Qos::kAtMostOnce;
  bool dup = false;
  bool retain = false;
  // Read off the properties while they were checked, so that the hot path asks no list. The encoder
  // writes these two fields, and not what `properties` says of the same.
  std::uint16_t topic_alias = 0;                         // 0: none.
  std::optional<std::uint32_t> message_expiry_interval;  // Seconds.
};

// PUBACK, PUBREC, PUBREL and PUBCOMP: four packets of one shape.
struct PublishAck {
  PacketType type = PacketType::kPuback;
  PacketId packet_id = kNoPacketId;
  ReasonCode reason_code = ReasonCode::kSuccess;
  PropertiesView properties;
};

enum class RetainHandling : std::uint8_t { kSend = 0, kSendIfNew = 1, kDoNotSend = 2 };

// MQTT 5.0, 3.8.3.1. In 3.x only the QoS travels.
struct SubscriptionOptions {
  Qos qos = Qos::kAtMostOnce;
  bool no_local = false;
  bool retain_as_published = false;
  RetainHandling retain_handling = RetainHandling::kSend;
  friend bool operator==(const SubscriptionOptions&, const SubscriptionOptions&) = default;
};

struct FilterRequest {
  TopicFilter filter;
  SubscriptionOptions options;  // Defaults in UNSUBSCRIBE.
};

// The checked filters of a SUBSCRIBE or UNSUBSCRIBE as they lie in the packet, at least one.
class FilterRequests {
 public:
  FilterRequests() = default;
  // `with_options`: whether an option byte follows each filter (SUBSCRIBE). `raw` was checked.
  FilterRequests(ByteView raw, bool with_options) : raw_(raw), with_options_(with_options) {}

  // Takes the next request off this list: false at its end. Copy the list to walk it twice.
  bool next(FilterRequest& request);
  [[nodiscard]] ByteView raw() const { return raw_; }

 private:
  ByteView raw_;
  bool with_options_ = true;
};

struct Subscribe {
  PacketId packet_id = kNoPacketId;
  PropertiesView properties;
  FilterRequests requests;
};

struct Suback {
  PacketId packet_id = kNoPacketId;
  PropertiesView properties;
  ByteView reason_codes;  // One a filter, in the order of the request; 0x80 is 3.1.1's failure.
};

struct Unsubscribe {
  PacketId packet_id = kNoPacketId;
  PropertiesView properties;
  FilterRequests requests;
};

struct Unsuback {
  PacketId packet_id = kNoPacketId;
  PropertiesView properties;
  ByteView reason_codes;  // Empty in 3.x, which has none.
};

struct Pingreq {};
struct Pingresp {};

struct Disconnect {
  ReasonCode reason_code = ReasonCode::kSuccess;
  PropertiesView properties;
};

struct Auth {
  ReasonCode reason_code = ReasonCode::kSuccess;
  PropertiesView properties;
};

// Every packet, for what treats them all alike: tests, fuzzers, the client side.
using Packet = std::variant<Connect, Connack, Publish, PublishAck, Subscribe, Suback, Unsubscribe,
                            Unsuback, Pingreq, Pingresp, Disconnect, Auth>;

}  // namespace godwit::mqtt
