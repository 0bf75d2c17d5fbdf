// Rows as bytes, without their seal. Formats are in row.h.
//
// Pure; thread: any.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "broker/records/error.h"
#include "broker/records/row.h"

namespace godwit::records {

[[nodiscard]] Bytes encode(const ShardRow& row);
[[nodiscard]] Bytes encode(const AttachmentRow& row);
[[nodiscard]] Bytes encode(const LaneRow& row);
[[nodiscard]] Bytes encode(const SessionRow& row);
[[nodiscard]] Bytes encode(const SubscriptionRecord& row);
[[nodiscard]] Bytes encode(const DueWillRow& row);
[[nodiscard]] Bytes encode(const OutboxRow& row);
[[nodiscard]] Bytes encode(const Qos2Row& row);
// `first`: the sequence in the key.
[[nodiscard]] Bytes encode(const QueuePage& page, QueueSequence first);
[[nodiscard]] Bytes encode(const WindowRow& row);
// `messages`: message records, one behind the other.
[[nodiscard]] Bytes encode_block(ShardTime time, ByteView messages);
[[nodiscard]] Bytes encode_counts(const std::vector<std::uint32_t>& counts);

// What a block holds; a view.
struct BlockView {
  ShardTime time;
  ByteView messages;
};

[[nodiscard]] Result<ShardRow, RecordError> decode_shard(ByteView bytes);
[[nodiscard]] Result<AttachmentRow, RecordError> decode_attachment(ByteView bytes);
[[nodiscard]] Result<LaneRow, RecordError> decode_lane(ByteView bytes);
[[nodiscard]] Result<SessionRow, RecordError> decode_session(ByteView bytes);
[[nodiscard]] Result<SubscriptionRecord, RecordError> decode_subscription(ByteView bytes);
[[nodiscard]] Result<DueWillRow, RecordError> decode_due_will(ByteView bytes);
[[nodiscard]] Result<OutboxRow, RecordError> decode_outbox(ByteView bytes);
[[nodiscard]] Result<Qos2Row, RecordError> decode_qos2(ByteView bytes);
[[nodiscard]] Result<QueuePage, RecordError> decode_page(ByteView bytes, QueueSequence first);
[[nodiscard]] Result<WindowRow, RecordError> decode_window(ByteView bytes);
[[nodiscard]] Result<BlockView, RecordError> decode_block(ByteView bytes);
[[nodiscard]] Result<std::vector<std::uint32_t>, RecordError> decode_counts(ByteView bytes);

}  // namespace godwit::records
