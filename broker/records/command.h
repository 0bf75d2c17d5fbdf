// What a data shard's log says, as values. What each does is in broker/shard; the fields are those
// of proto/shard/v1/commands.proto, where they are explained.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "broker/mqtt/types.h"
#include "broker/records/ids.h"

namespace godwit::records {

// Runs of bytes are strings here: they are moved from and to protobuf without a copy.

struct Attach {
  NodeId node;
  LaneId process;
  friend bool operator==(const Attach&, const Attach&) = default;
};

struct Will {
  std::string message;  // One message record.
  std::uint32_t delay_seconds = 0;
  friend bool operator==(const Will&, const Will&) = default;
};

struct Open {
  TenantId tenant;
  std::string client_id;
  std::string user_name;
  std::uint64_t client_hash = 0;
  Attachment attachment;
  ConnectionNumber connection;
  bool clean_start = false;
  std::uint32_t expiry_interval_seconds = 0;
  std::uint16_t receive_maximum = 0;
  std::uint32_t queue_messages_max = 0;
  std::uint64_t queue_bytes_max = 0;
  std::optional<Will> will;
  friend bool operator==(const Open&, const Open&) = default;
};

// A session and the ownership under which something is said of it (P-8).
struct Owned {
  SessionNumber session;
  Epoch epoch;
  friend bool operator==(const Owned&, const Owned&) = default;
};

struct Fenced {
  Owned by;
  Epoch former_epoch;
  friend bool operator==(const Fenced&, const Fenced&) = default;
};

struct Close {
  Owned by;
  bool keeps_will = false;
  std::optional<std::uint32_t> expiry_interval_seconds;
  friend bool operator==(const Close&, const Close&) = default;
};

struct SubscriptionRecord {
  mqtt::Qos qos = mqtt::Qos::kAtMostOnce;
  bool no_local = false;
  bool retain_as_published = false;
  bool all_topics_allowed = false;
  std::uint32_t identifier = 0;  // 0: none.
  friend bool operator==(const SubscriptionRecord&, const SubscriptionRecord&) = default;
};

struct Subscribe {
  struct One {
    std::string filter;
    SubscriptionRecord options;
    friend bool operator==(const One&, const One&) = default;
  };
  Owned by;
  std::vector<One> subscriptions;
  friend bool operator==(const Subscribe&, const Subscribe&) = default;
};

struct Unsubscribe {
  Owned by;
  std::vector<std::string> filters;
  friend bool operator==(const Unsubscribe&, const Unsubscribe&) = default;
};

struct PublishBatch {
  LaneId lane;
  LaneSequence first;
  std::string messages;  // Message records.
  friend bool operator==(const PublishBatch&, const PublishBatch&) = default;
};

struct Destinations {
  std::vector<ShardId> shards;
  std::vector<NodeId> nodes;
  std::optional<ShardId> retained;
  friend bool operator==(const Destinations&, const Destinations&) = default;
};

struct Qos2Receive {
  Owned by;
  mqtt::PacketId packet_id;
  std::string message;  // One message record.
  Destinations destinations;
  friend bool operator==(const Qos2Receive&, const Qos2Receive&) = default;
};

struct Qos2Release {
  Owned by;
  mqtt::PacketId packet_id;
  friend bool operator==(const Qos2Release&, const Qos2Release&) = default;
};

enum class AckKind : std::uint8_t {
  kPuback = 1,
  kPubrec = 2,
  kPubcomp = 3,
  kPubrecRefused = 4,  // With a reason code of 0x80 or more: the exchange is over.
};
struct Ack {
  AckKind kind = AckKind::kPuback;
  mqtt::PacketId packet_id;
  friend bool operator==(const Ack&, const Ack&) = default;
};
struct Acks {
  Owned by;
  std::vector<Ack> acks;
  friend bool operator==(const Acks&, const Acks&) = default;
};

struct WillSet {
  Owned by;
  std::optional<Will> will;
  friend bool operator==(const WillSet&, const WillSet&) = default;
};

struct WillFire {
  SessionNumber session;
  WillNumber will;
  Destinations destinations;
  friend bool operator==(const WillFire&, const WillFire&) = default;
};

using Destination = std::variant<ShardId, NodeId>;
struct OutboxDone {
  Destination destination;
  LaneSequence sequence;
  friend bool operator==(const OutboxDone&, const OutboxDone&) = default;
};

struct OwnerLost {
  Attachment attachment;
  friend bool operator==(const OwnerLost&, const OwnerLost&) = default;
};

struct RetainSet {
  LaneId lane;
  LaneSequence sequence;
  std::string message;  // One message record; an empty payload removes the topic's message.
  friend bool operator==(const RetainSet&, const RetainSet&) = default;
};

struct RetainedBatch {
  Owned by;
  std::string filter;
  std::string messages;  // Message records.
  bool last = false;
  friend bool operator==(const RetainedBatch&, const RetainedBatch&) = default;
};

using Command = std::variant<Attach, Open, Fenced, Close, Subscribe, Unsubscribe, PublishBatch,
                             Qos2Receive, Qos2Release, Acks, WillSet, WillFire, OutboxDone,
                             OwnerLost, RetainSet, RetainedBatch>;

// One entry of the log. Without commands it only moves the time (P-14).
struct Entry {
  ShardTime time;
  std::vector<Command> commands;
  friend bool operator==(const Entry&, const Entry&) = default;
};

}  // namespace godwit::records
