// Whatever bytes lie in a log or a store: refused, or a record that is written as it was read. The
// first byte chooses the record.
#include <array>
#include <cstdint>

#include "base/check.h"
#include "broker/records/command_codec.h"
#include "broker/records/message_record.h"
#include "broker/records/row_codec.h"

namespace godwit::records {
namespace {

// Written again it is read as the same; the bytes may differ, because protobuf has several for one.
template <class Value>
void read_twice(ByteView bytes, Result<Value, RecordError> (*decode)(ByteView)) {
  const auto first = decode(bytes);
  if (!first) {
    return;
  }
  const auto second = decode(encode(*first));
  CHECK(second.has_value() && *second == *first);
}

void read_page(ByteView bytes) {
  constexpr QueueSequence kFirst{100};
  const auto page = decode_page(bytes, kFirst);
  if (page) {
    const auto again = decode_page(encode(*page, kFirst), kFirst);
    CHECK(again.has_value() && *again == *page);
  }
}

void read_counts(ByteView bytes) {
  const auto counts = decode_counts(bytes);
  if (counts) {
    const auto again = decode_counts(encode_counts(*counts));
    CHECK(again.has_value() && *again == *counts);
  }
}

// Records one behind the other, as in a block.
void read_block(ByteView bytes) {
  const auto block = decode_block(bytes);
  if (!block) {
    return;
  }
  BigEndianReader reader(block->messages);
  Bytes again;
  while (reader.left() > 0) {
    const auto message = take_record(reader);
    if (!message) {
      return;
    }
    append_record(again, *message);
  }
  // A publisher or a tenant that is 0 may be written or not.
  CHECK(again.size() <= block->messages.size());
}

void read(std::uint8_t which, ByteView bytes) {
  static constexpr std::array<void (*)(ByteView), 13> kReaders = {
      [](ByteView of) { read_twice<Entry>(of, &decode_entry); },
      [](ByteView of) { read_twice<ShardRow>(of, &decode_shard); },
      [](ByteView of) { read_twice<AttachmentRow>(of, &decode_attachment); },
      [](ByteView of) { read_twice<LaneRow>(of, &decode_lane); },
      [](ByteView of) { read_twice<SessionRow>(of, &decode_session); },
      [](ByteView of) { read_twice<SubscriptionRecord>(of, &decode_subscription); },
      [](ByteView of) { read_twice<DueWillRow>(of, &decode_due_will); },
      [](ByteView of) { read_twice<OutboxRow>(of, &decode_outbox); },
      [](ByteView of) { read_twice<WindowRow>(of, &decode_window); },
      &read_page,
      &read_counts,
      &read_block,
      [](ByteView of) { read_twice<Qos2Row>(of, &decode_qos2); }};
  kReaders.at(which % kReaders.size())(bytes);
}

}  // namespace
}  // namespace godwit::records

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0) {
    godwit::records::read(data[0], {reinterpret_cast<const std::byte*>(data) + 1, size - 1});
  }
  return 0;
}
