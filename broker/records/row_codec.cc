// The rows that protobuf writes.
#include "broker/records/row_codec.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "proto/shard/v1/rows.pb.h"

namespace godwit::records {
namespace {

namespace pb = godwit::shard::v1;

template <class Message>
Bytes bytes_of(const Message& message) {
  Bytes bytes(message.ByteSizeLong());
  CHECK(message.SerializeToArray(bytes.data(), static_cast<int>(bytes.size())));
  return bytes;
}

template <class Message>
Result<Message, RecordError> parse(ByteView bytes) {
  Message message;
  if (bytes.size() > INT32_MAX ||
      !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return fail(RecordError::kMalformed);
  }
  return message;
}

void set_will(pb::WillRow& to, const WillRow& will) {
  to.set_number(will.number.value());
  to.set_message(will.will.message);
  to.set_delay_seconds(will.will.delay_seconds);
}

WillRow will_of(pb::WillRow& from) {
  return {WillNumber(from.number()), {std::move(*from.mutable_message()), from.delay_seconds()}};
}

bool fits_u16(std::uint64_t value) { return value <= UINT16_MAX; }

}  // namespace

Bytes encode(const ShardRow& row) {
  pb::ShardRow to;
  to.set_time_ms(to_milliseconds(row.time));
  to.set_last_session(row.last_session.value());
  to.set_last_block(row.last_block.value());
  to.set_last_will(row.last_will.value());
  to.set_last_epoch(row.last_epoch.value());
  to.set_applied(row.applied);
  return bytes_of(to);
}

Result<ShardRow, RecordError> decode_shard(ByteView bytes) {
  const auto from = parse<pb::ShardRow>(bytes);
  if (!from) {
    return fail(from.error());
  }
  return ShardRow{from_milliseconds(from->time_ms()), SessionNumber(from->last_session()),
                  BlockNumber(from->last_block()),    WillNumber(from->last_will()),
                  Epoch(from->last_epoch()),          from->applied()};
}

Bytes encode(const AttachmentRow& row) {
  pb::AttachmentRow to;
  to.set_node(row.node.value());
  to.set_process(row.process.bytes.data(), row.process.bytes.size());
  return bytes_of(to);
}

Result<AttachmentRow, RecordError> decode_attachment(ByteView bytes) {
  const auto from = parse<pb::AttachmentRow>(bytes);
  AttachmentRow row;
  if (!from || from->process().size() != row.process.bytes.size()) {
    return fail(RecordError::kMalformed);
  }
  row.node = NodeId(from->node());
  std::memcpy(row.process.bytes.data(), from->process().data(), row.process.bytes.size());
  return row;
}

Bytes encode(const LaneRow& row) {
  pb::LaneRow to;
  to.set_last_sequence(row.last.value());
  to.set_node(row.node.value());
  to.set_used_ms(to_milliseconds(row.used));
  return bytes_of(to);
}

Result<LaneRow, RecordError> decode_lane(ByteView bytes) {
  const auto from = parse<pb::LaneRow>(bytes);
  if (!from) {
    return fail(from.error());
  }
  return LaneRow{LaneSequence(from->last_sequence()), NodeId(from->node()),
                 from_milliseconds(from->used_ms())};
}

Bytes encode(const SessionRow& row) {
  pb::SessionRow to;
  to.set_tenant(row.tenant.value());
  to.set_client_id(row.client_id);
  to.set_user_name(row.user_name);
  to.set_client_hash(row.client_hash);
  to.set_epoch(row.epoch.value());
  to.set_attachment(row.attachment.value());
  to.set_connection(row.connection.value());
  for (const Former& former : row.formers) {
    pb::Former& one = *to.add_formers();
    one.set_epoch(former.epoch.value());
    one.set_attachment(former.attachment.value());
    one.set_connection(former.connection.value());
  }
  to.set_expiry_interval_seconds(row.expiry_interval_seconds);
  if (row.expires) {
    to.set_expires_ms(to_milliseconds(*row.expires));
  }
  to.set_receive_maximum(row.receive_maximum);
  to.set_queue_messages_max(row.queue_messages_max);
  to.set_queue_bytes_max(row.queue_bytes_max);
  if (row.will) {
    set_will(*to.mutable_will(), *row.will);
  }
  to.set_next_sequence(row.next_sequence.value());
  to.set_head_page(row.head_page.value());
  to.set_head_sequence(row.head_sequence.value());
  to.set_queued_messages(row.queued_messages);
  to.set_queued_bytes(row.queued_bytes);
  to.set_last_packet_id(row.last_packet_id.value());
  to.set_dropped_messages(row.dropped_messages);
  to.set_ended(row.ended);
  to.set_session_present(row.session_present);
  return bytes_of(to);
}

Result<SessionRow, RecordError> decode_session(ByteView bytes) {
  auto from = parse<pb::SessionRow>(bytes);
  if (!from || !fits_u16(from->receive_maximum()) || !fits_u16(from->last_packet_id())) {
    return fail(RecordError::kMalformed);
  }
  SessionRow row{
      .tenant = TenantId(from->tenant()),
      .client_id = std::move(*from->mutable_client_id()),
      .user_name = std::move(*from->mutable_user_name()),
      .client_hash = from->client_hash(),
      .epoch = Epoch(from->epoch()),
      .attachment = Attachment(from->attachment()),
      .connection = ConnectionNumber(from->connection()),
      .expiry_interval_seconds = from->expiry_interval_seconds(),
      .receive_maximum = static_cast<std::uint16_t>(from->receive_maximum()),
      .queue_messages_max = from->queue_messages_max(),
      .queue_bytes_max = from->queue_bytes_max(),
      .next_sequence = QueueSequence(from->next_sequence()),
      .head_page = QueueSequence(from->head_page()),
      .head_sequence = QueueSequence(from->head_sequence()),
      .queued_messages = from->queued_messages(),
      .queued_bytes = from->queued_bytes(),
      .last_packet_id = mqtt::PacketId(static_cast<std::uint16_t>(from->last_packet_id())),
      .dropped_messages = from->dropped_messages(),
      .ended = from->ended(),
      .session_present = from->session_present()};
  for (const pb::Former& former : from->formers()) {
    row.formers.push_back({Epoch(former.epoch()), Attachment(former.attachment()),
                           ConnectionNumber(former.connection())});
  }
  if (from->has_expires_ms()) {
    row.expires = from_milliseconds(from->expires_ms());
  }
  if (from->has_will()) {
    row.will = will_of(*from->mutable_will());
  }
  return row;
}

Bytes encode(const SubscriptionRecord& row) {
  pb::SubscriptionRow to;
  to.set_qos(static_cast<std::uint32_t>(row.qos));
  to.set_no_local(row.no_local);
  to.set_retain_as_published(row.retain_as_published);
  to.set_all_topics_allowed(row.all_topics_allowed);
  to.set_identifier(row.identifier);
  return bytes_of(to);
}

Result<SubscriptionRecord, RecordError> decode_subscription(ByteView bytes) {
  const auto from = parse<pb::SubscriptionRow>(bytes);
  if (!from || from->qos() > 2) {
    return fail(RecordError::kMalformed);
  }
  return SubscriptionRecord{.qos = static_cast<mqtt::Qos>(from->qos()),
                            .no_local = from->no_local(),
                            .retain_as_published = from->retain_as_published(),
                            .all_topics_allowed = from->all_topics_allowed(),
                            .identifier = from->identifier()};
}

Bytes encode(const DueWillRow& row) {
  pb::DueWillRow to;
  to.set_session(row.session.value());
  to.set_message(row.message);
  to.set_due_ms(to_milliseconds(row.due));
  return bytes_of(to);
}

Result<DueWillRow, RecordError> decode_due_will(ByteView bytes) {
  auto from = parse<pb::DueWillRow>(bytes);
  if (!from) {
    return fail(from.error());
  }
  return DueWillRow{SessionNumber(from->session()), std::move(*from->mutable_message()),
                    from_milliseconds(from->due_ms())};
}

Bytes encode(const OutboxRow& row) {
  pb::OutboxRow to;
  to.set_message(row.message);
  to.set_session(row.session.value());
  to.set_packet_id(row.packet_id.value());
  to.set_retained(row.retained);
  return bytes_of(to);
}

Result<OutboxRow, RecordError> decode_outbox(ByteView bytes) {
  auto from = parse<pb::OutboxRow>(bytes);
  if (!from || !fits_u16(from->packet_id())) {
    return fail(RecordError::kMalformed);
  }
  return OutboxRow{std::move(*from->mutable_message()), SessionNumber(from->session()),
                   mqtt::PacketId(static_cast<std::uint16_t>(from->packet_id())), from->retained()};
}

Bytes encode(const Qos2Row& row) {
  pb::Qos2Row to;
  to.set_waiting(row.waiting);
  to.set_released(row.released);
  return bytes_of(to);
}

Result<Qos2Row, RecordError> decode_qos2(ByteView bytes) {
  const auto from = parse<pb::Qos2Row>(bytes);
  if (!from) {
    return fail(from.error());
  }
  return Qos2Row{from->waiting(), from->released()};
}

}  // namespace godwit::records
