// The rows of a data shard's state, as values. What there is one of a session or a shard is
// protobuf (proto/shard/v1/rows.proto, where fields are explained); what comes in large
// numbers is packed by hand:
//
//   QueuePage   format u8 = 1, then rows to the end, each: sequence behind the one before it
//               (varint; the first behind the sequence in the key), QueuedMessage
//   WindowRow   format u8 = 1, packet id u16, state u8, sent varint, QueuedMessage
//   QueuedMessage  flags u8 (bits 0-1: QoS, 2: retain, 3: has identifiers), block varint,
//               item varint, size varint, [count varint, so many identifiers varint]
//   BodyBlock   format u8 = 1, time u64 (milliseconds), message records to the end
//   BodyCounts  format u8 = 1, a count varint for each item
//   RetainedRow format u8 = 1, time u64, message record
//
// A varint has seven bits a byte, the lowest first, and the highest bit while more follow. Every
// value is sealed (storage/seal.h) by whoever writes it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "broker/records/command.h"

namespace godwit::records {

struct ShardRow {
  ShardTime time;
  SessionNumber last_session;
  BlockNumber last_block;
  WillNumber last_will;
  Epoch last_epoch;
  std::uint64_t applied = 0;  // The index of the newest entry of commands in this state.
  friend bool operator==(const ShardRow&, const ShardRow&) = default;
};

struct AttachmentRow {
  NodeId node;
  LaneId process;
  friend bool operator==(const AttachmentRow&, const AttachmentRow&) = default;
};

struct LaneRow {
  LaneSequence last;
  NodeId node;     // Whose process it is; 0: a shard's.
  ShardTime used;  // When something came by it last.
  friend bool operator==(const LaneRow&, const LaneRow&) = default;
};

// Of a connection that lasts.
struct WillRow {
  WillNumber number;
  Will will;
  friend bool operator==(const WillRow&, const WillRow&) = default;
};

// Of a connection that has ended: to be published at `due`.
struct DueWillRow {
  SessionNumber session;
  std::string message;
  ShardTime due;
  friend bool operator==(const DueWillRow&, const DueWillRow&) = default;
};

struct Former {
  Epoch epoch;
  Attachment attachment;
  ConnectionNumber connection;
  friend bool operator==(const Former&, const Former&) = default;
};

struct SessionRow {
  TenantId tenant;
  std::string client_id;
  std::string user_name;
  std::uint64_t client_hash = 0;
  Epoch epoch;
  Attachment attachment;  // 0: nobody is connected.
  ConnectionNumber connection;
  std::vector<Former> formers;
  std::uint32_t expiry_interval_seconds = 0;
  std::optional<ShardTime> expires;  // Set while nobody is connected, unless it never does.
  std::uint16_t receive_maximum = 0;
  std::uint32_t queue_messages_max = 0;
  std::uint64_t queue_bytes_max = 0;
  std::optional<WillRow> will;
  QueueSequence next_sequence{1};
  QueueSequence head_page{1};      // The first page of the queue is not before it,
  QueueSequence head_sequence{1};  // and rows before this have left it.
  std::uint32_t queued_messages = 0;
  std::uint64_t queued_bytes = 0;
  mqtt::PacketId last_packet_id;
  std::uint64_t dropped_messages = 0;
  bool ended = false;
  bool session_present = false;
  friend bool operator==(const SessionRow&, const SessionRow&) = default;
};

struct OutboxRow {
  std::string message;
  SessionNumber session;  // Of a QoS 2 exchange; 0: a will.
  mqtt::PacketId packet_id;
  bool retained = false;
  friend bool operator==(const OutboxRow&, const OutboxRow&) = default;
};

// A QoS 2 publish that was received and not released, or whose destinations do not all have it.
struct Qos2Row {
  std::uint32_t waiting = 0;
  bool released = false;
  friend bool operator==(const Qos2Row&, const Qos2Row&) = default;
};

// A message for one session: a reference to its body, and what differs from receiver to receiver.
struct QueuedMessage {
  BodyRef body;
  std::uint32_t size_bytes = 0;  // What it costs the queue.
  mqtt::Qos qos = mqtt::Qos::kAtLeastOnce;
  bool retain = false;
  std::vector<std::uint32_t> identifiers;  // Subscription Identifiers.
  friend bool operator==(const QueuedMessage&, const QueuedMessage&) = default;
};

struct QueueRow {
  QueueSequence sequence;
  QueuedMessage message;
  friend bool operator==(const QueueRow&, const QueueRow&) = default;
};
// Rows of one session in the order of their sequences, the first of which is in the key.
using QueuePage = std::vector<QueueRow>;

enum class WindowState : std::uint8_t { kAwaitPuback = 1, kAwaitPubrec = 2, kAwaitPubcomp = 3 };

// In flight (P-4).
struct WindowRow {
  mqtt::PacketId packet_id;
  WindowState state = WindowState::kAwaitPuback;
  // The ownership under which the PUBLISH was sent last, and counts against the Receive Maximum.
  Epoch sent;
  // Without a body once PUBREC has come: it is never sent again.
  QueuedMessage message;
  friend bool operator==(const WindowRow&, const WindowRow&) = default;
};

}  // namespace godwit::records
