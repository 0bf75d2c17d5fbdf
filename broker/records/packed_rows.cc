// The rows that are packed by hand.
#include "base/check.h"
#include "broker/records/packed.h"
#include "broker/records/row_codec.h"

namespace godwit::records {
namespace {

constexpr std::uint64_t kFormat = 1;
constexpr std::uint64_t kRetain = 0x04;
constexpr std::uint64_t kHasIdentifiers = 0x08;

Bytes begin_row() {
  Bytes bytes;
  put_big_endian(bytes, kFormat, 1);
  return bytes;
}

// Behind the format.
Result<BigEndianReader, RecordError> open_row(ByteView bytes) {
  BigEndianReader reader(bytes);
  const std::uint64_t format = reader.number(1);
  if (!reader.ok()) {
    return fail(RecordError::kTruncated);
  }
  if (format != kFormat) {
    return fail(RecordError::kUnknownFormat);
  }
  return reader;
}

void put_message(Bytes& to, const QueuedMessage& message) {
  put_big_endian(to,
                 static_cast<std::uint64_t>(message.qos) | (message.retain ? kRetain : 0) |
                     (message.identifiers.empty() ? 0 : kHasIdentifiers),
                 1);
  put_varint(to, message.body.block.value());
  put_varint(to, message.body.item);
  put_varint(to, message.size_bytes);
  if (!message.identifiers.empty()) {
    put_varint(to, message.identifiers.size());
    for (const std::uint32_t identifier : message.identifiers) {
      put_varint(to, identifier);
    }
  }
}

Result<QueuedMessage, RecordError> take_message(BigEndianReader& from) {
  QueuedMessage message;
  const std::uint64_t flags = from.number(1);
  message.qos = static_cast<mqtt::Qos>(flags & 0x03U);
  message.retain = (flags & kRetain) != 0;
  message.body.block = BlockNumber(take_varint(from));
  const std::uint64_t item = take_varint(from);
  const std::uint64_t size = take_varint(from);
  if (flags > 0x0f || (flags & 0x03U) > 2 || item > UINT16_MAX || size > UINT32_MAX) {
    return fail(RecordError::kMalformed);
  }
  message.body.item = static_cast<std::uint16_t>(item);
  message.size_bytes = static_cast<std::uint32_t>(size);
  if ((flags & kHasIdentifiers) != 0) {
    for (std::uint64_t left = take_varint(from); left > 0 && from.ok(); --left) {
      const std::uint64_t identifier = take_varint(from);
      if (identifier > UINT32_MAX) {
        return fail(RecordError::kMalformed);
      }
      message.identifiers.push_back(static_cast<std::uint32_t>(identifier));
    }
  }
  if (!from.ok()) {
    return fail(RecordError::kTruncated);
  }
  return message;
}

}  // namespace

Bytes encode(const QueuePage& page, QueueSequence first) {
  Bytes bytes = begin_row();
  QueueSequence before = first;
  for (const QueueRow& row : page) {
    CHECK(row.sequence >= before);
    put_varint(bytes, row.sequence.value() - before.value());
    put_message(bytes, row.message);
    before = row.sequence;
  }
  return bytes;
}

Result<QueuePage, RecordError> decode_page(ByteView bytes, QueueSequence first) {
  auto reader = open_row(bytes);
  if (!reader) {
    return fail(reader.error());
  }
  QueuePage page;
  QueueSequence before = first;
  while (reader->left() > 0) {
    const QueueSequence sequence = after(before, take_varint(*reader));
    auto message = take_message(*reader);
    if (!message) {
      return fail(message.error());
    }
    if (sequence < before || (!page.empty() && sequence == before)) {
      return fail(RecordError::kMalformed);
    }
    page.push_back({sequence, *std::move(message)});
    before = sequence;
  }
  return page;
}

Bytes encode(const WindowRow& row) {
  Bytes bytes = begin_row();
  put_big_endian(bytes, row.packet_id.value(), 2);
  put_big_endian(bytes, static_cast<std::uint64_t>(row.state), 1);
  put_varint(bytes, row.sent.value());
  put_message(bytes, row.message);
  return bytes;
}

Result<WindowRow, RecordError> decode_window(ByteView bytes) {
  auto reader = open_row(bytes);
  if (!reader) {
    return fail(reader.error());
  }
  WindowRow row;
  row.packet_id = mqtt::PacketId(static_cast<std::uint16_t>(reader->number(2)));
  const std::uint64_t state = reader->number(1);
  row.state = static_cast<WindowState>(state);
  row.sent = Epoch(take_varint(*reader));
  auto message = take_message(*reader);
  if (!message) {
    return fail(message.error());
  }
  if (row.packet_id == mqtt::kNoPacketId || state < 1 || state > 3) {
    return fail(RecordError::kMalformed);
  }
  if (reader->left() > 0) {
    return fail(RecordError::kTrailing);
  }
  row.message = *std::move(message);
  return row;
}

Bytes encode_block(ShardTime time, ByteView messages) {
  Bytes bytes = begin_row();
  put_big_endian(bytes, to_milliseconds(time), 8);
  append(bytes, messages);
  return bytes;
}

Result<BlockView, RecordError> decode_block(ByteView bytes) {
  auto reader = open_row(bytes);
  if (!reader) {
    return fail(reader.error());
  }
  BlockView block{.time = from_milliseconds(reader->number(8))};
  block.messages = reader->run(reader->left());
  if (!reader->ok()) {
    return fail(RecordError::kTruncated);
  }
  return block;
}

Bytes encode_counts(const std::vector<std::uint32_t>& counts) {
  Bytes bytes = begin_row();
  for (const std::uint32_t count : counts) {
    put_varint(bytes, count);
  }
  return bytes;
}

Result<std::vector<std::uint32_t>, RecordError> decode_counts(ByteView bytes) {
  auto reader = open_row(bytes);
  if (!reader) {
    return fail(reader.error());
  }
  std::vector<std::uint32_t> counts;
  while (reader->left() > 0) {
    const std::uint64_t count = take_varint(*reader);
    if (!reader->ok() || count > UINT32_MAX) {
      return fail(RecordError::kMalformed);
    }
    counts.push_back(static_cast<std::uint32_t>(count));
  }
  return counts;
}

}  // namespace godwit::records
