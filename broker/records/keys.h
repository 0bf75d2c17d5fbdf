// Where a data shard keeps what, key by key. All keys of a shard's state begin with its number and
// the generation of that state, so that a snapshot is a scan of prefixes and a new state is written
// beside the old one (P-15).
//
//   shard u16, generation u32, then in table
//   shard     'c'                                         → ShardRow
//             'a' attachment u64                          → AttachmentRow
//             'l' lane, 16 bytes                          → LaneRow
//             'd' destination                             → LaneRow: the last sequence sent to it
//             'o' destination, sequence u64               → OutboxRow
//             'v' will u64                                → DueWillRow
//   session   's' session u64                             → SessionRow
//             'f' session u64, filter                     → SubscriptionRow
//   queue     'q' session u64, first sequence u64         → QueuePage
//             'w' session u64, sequence u64               → WindowRow
//             'i' session u64, packet id u16              → Qos2Row
//   message   'b' block u64                               → BodyBlock
//             'n' block u64                               → BodyCounts
//   retained  tenant u32, topic                           → RetainedRow
//
// A destination is kind u8 (1: shard, 2: node), id u64. Numbers are big-endian.
// Pure; thread: any.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "broker/mqtt/types.h"
#include "broker/records/command.h"

namespace godwit::records {

// Makes keys of one state. A value; cheap.
class Keys {
 public:
  Keys(ShardId shard, std::uint32_t generation);

  // All of the state, in each of the tables above.
  [[nodiscard]] const Bytes& prefix() const { return prefix_; }

  [[nodiscard]] Bytes counters() const;
  [[nodiscard]] Bytes attachments() const;
  [[nodiscard]] Bytes attachment(Attachment attachment) const;
  [[nodiscard]] Bytes lanes() const;
  [[nodiscard]] Bytes lane(const LaneId& lane) const;
  [[nodiscard]] Bytes destinations() const;
  [[nodiscard]] Bytes destination(const Destination& destination) const;
  [[nodiscard]] Bytes outbox() const;
  [[nodiscard]] Bytes outbox(const Destination& destination, LaneSequence sequence) const;
  [[nodiscard]] Bytes due_wills() const;
  [[nodiscard]] Bytes due_will(WillNumber will) const;
  [[nodiscard]] Bytes sessions() const;
  [[nodiscard]] Bytes session(SessionNumber session) const;
  [[nodiscard]] Bytes all_subscriptions() const;
  [[nodiscard]] Bytes subscriptions(SessionNumber session) const;
  [[nodiscard]] Bytes subscription(SessionNumber session, std::string_view filter) const;
  [[nodiscard]] Bytes pages(SessionNumber session) const;
  [[nodiscard]] Bytes page(SessionNumber session, QueueSequence first) const;
  [[nodiscard]] Bytes all_windows() const;
  [[nodiscard]] Bytes window(SessionNumber session) const;
  [[nodiscard]] Bytes window(SessionNumber session, QueueSequence sequence) const;
  [[nodiscard]] Bytes all_received_qos2() const;
  [[nodiscard]] Bytes received_qos2(SessionNumber session) const;
  [[nodiscard]] Bytes received_qos2(SessionNumber session, mqtt::PacketId packet_id) const;
  [[nodiscard]] Bytes bodies(BlockNumber block) const;
  [[nodiscard]] Bytes counts(BlockNumber block) const;
  [[nodiscard]] Bytes retained(TenantId tenant, std::string_view topic) const;

 private:
  [[nodiscard]] Bytes of(char letter) const;
  [[nodiscard]] Bytes of(char letter, std::uint64_t number) const;

  Bytes prefix_;
};

// --- what a key says, behind a prefix of the same kind -------------------------------------------

// CHECKs that the key is one of these: what is in a table was written by this code and is sealed.
[[nodiscard]] Attachment attachment_of(ByteView key);
[[nodiscard]] LaneId lane_of(ByteView key);
[[nodiscard]] Destination destination_of(ByteView key);
[[nodiscard]] LaneSequence outbox_sequence_of(ByteView key);
[[nodiscard]] WillNumber will_of(ByteView key);
// Of all keys that begin with a session.
[[nodiscard]] SessionNumber session_of(ByteView key);
[[nodiscard]] std::string_view filter_of(ByteView key);
[[nodiscard]] QueueSequence sequence_of(ByteView key);
[[nodiscard]] mqtt::PacketId packet_id_of(ByteView key);
[[nodiscard]] TenantId tenant_of(ByteView key);
[[nodiscard]] std::string_view topic_of(ByteView key);

}  // namespace godwit::records
