// What follows from an entry. The leader's node does it; the other replicas throw it away.
//
// Events first, in order; then deliveries, in order. Values; views live until the next entry.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "broker/records/command.h"

namespace godwit::shard {

// Whom something is for: the process that owns a session, and under which ownership.
struct Owner {
  records::Attachment attachment;
  records::ConnectionNumber connection;
  records::SessionNumber session;
  records::Epoch epoch;
  friend bool operator==(const Owner&, const Owner&) = default;
};

struct Attached {
  records::Attachment attachment;
  records::LaneId process;
  records::LaneSequence last;  // Of its lane.
};

// CONNACK may go out: no former owner is left that could still act (P-9).
struct Opened {
  Owner owner;
  bool session_present = false;
};
enum class OpenRefusal : std::uint8_t {
  kAttachmentEnded,  // The node has to attach anew (P-7).
  kNotAuthorized,    // The session belongs to another principal (P-17): 0x85.
};
struct OpenRefused {
  records::Attachment attachment;
  records::ConnectionNumber connection;
  OpenRefusal reason = OpenRefusal::kAttachmentEnded;
};
// The former owner's connection is to be closed; then Fenced.
struct Fence {
  Owner former;
  Owner by;  // Whose Fenced is waited for.
};

// Everything of the lane up to here is taken (P-2).
struct LaneTaken {
  records::LaneId lane;
  records::LaneSequence last;
};
// Nothing was changed: the lane has no row, or `expected` is the next it takes.
struct LaneRefused {
  records::LaneId lane;
  records::LaneSequence expected;
  bool unknown = false;
};

// PUBREC may go out.
struct Qos2Received {
  Owner owner;
  mqtt::PacketId packet_id;
};
// PUBCOMP may go out. Not known: the id was not in use (0x92).
struct Qos2Completed {
  Owner owner;
  mqtt::PacketId packet_id;
  bool known = true;
};
// PUBREL is to be sent (again).
struct SendPubrel {
  Owner owner;
  mqtt::PacketId packet_id;
  bool known = true;  // False: the PUBREC was for no message in flight (0x92).
};
// To be sent to a destination by this shard's lane: `sequence` is its place there.
struct OutboxAdded {
  records::Destination destination;
  records::LaneSequence sequence;
};
// To be matched and proposed as WillFire.
struct WillDue {
  records::SessionNumber session;
  records::WillNumber will;
};
struct SessionEnded {
  records::SessionNumber session;
};

using Event =
    std::variant<Attached, Opened, OpenRefused, Fence, LaneTaken, LaneRefused, Qos2Received,
                 Qos2Completed, SendPubrel, OutboxAdded, WillDue, SessionEnded>;

// A PUBLISH for a client, in its window by now.
struct Delivery {
  Owner owner;
  records::QueueSequence sequence;
  mqtt::PacketId packet_id;
  bool dup = false;
  mqtt::Qos qos = mqtt::Qos::kAtLeastOnce;
  bool retain = false;
  std::vector<std::uint32_t> identifiers;  // Subscription Identifiers.
  ByteView record;                         // The message record,
  records::ShardTime time;                 // whose lifetime counts from here.
};

// Messages that were not kept for a session, by reason.
struct Dropped {
  std::uint64_t queue_full = 0;
  std::uint64_t expired = 0;
  std::uint64_t session_ended = 0;
};

struct Effects {
  std::vector<Event> events;
  std::vector<Delivery> deliveries;
  Dropped dropped;

  void clear() {
    events.clear();
    deliveries.clear();
    dropped = {};
  }
};

}  // namespace godwit::shard
