#include "broker/records/row_codec.h"

#include <gtest/gtest.h>

#include <random>

#include "broker/records/packed.h"
#include "tests/unit/records/samples.h"

namespace godwit::records {
namespace {

TEST(RowCodec, gives_back_every_row) {
  const ShardRow shard{from_milliseconds(9), SessionNumber(7), BlockNumber(8),
                       WillNumber(9),        Epoch(10),        11};
  EXPECT_EQ(decode_shard(encode(shard)).value(), shard);
  const AttachmentRow attachment{NodeId(4), some_lane()};
  EXPECT_EQ(decode_attachment(encode(attachment)).value(), attachment);
  const LaneRow lane{LaneSequence(77), NodeId(4), from_milliseconds(9)};
  EXPECT_EQ(decode_lane(encode(lane)).value(), lane);
  EXPECT_EQ(decode_session(encode(some_session())).value(), some_session());
  EXPECT_EQ(decode_session(encode(SessionRow{})).value(), SessionRow{});
  const SubscriptionRecord subscription{mqtt::Qos::kAtLeastOnce, true, false, true, 268'435'455};
  EXPECT_EQ(decode_subscription(encode(subscription)).value(), subscription);
  const DueWillRow will{SessionNumber(7), some_message(), from_milliseconds(5)};
  EXPECT_EQ(decode_due_will(encode(will)).value(), will);
  const OutboxRow outbox{some_message(), SessionNumber(7), mqtt::PacketId(5), true};
  EXPECT_EQ(decode_outbox(encode(outbox)).value(), outbox);
  EXPECT_EQ(decode_qos2(encode(Qos2Row{2, true})).value(), (Qos2Row{2, true}));
  EXPECT_EQ(decode_page(encode(some_page(), QueueSequence(100)), QueueSequence(100)).value(),
            some_page());
  EXPECT_EQ(decode_window(encode(some_window_row())).value(), some_window_row());
  const std::vector<std::uint32_t> counts = {0, 1, 127, 128, UINT32_MAX};
  EXPECT_EQ(decode_counts(encode_counts(counts)).value(), counts);
  const Bytes bytes = encode_block(from_milliseconds(5), as_bytes("messages"));
  EXPECT_EQ(decode_block(bytes).value().time, from_milliseconds(5));
  EXPECT_EQ(as_text(decode_block(bytes).value().messages), "messages");
}

TEST(RowCodec, packs_a_queued_message_into_ten_bytes) {
  QueuePage page;
  for (std::uint64_t sequence = 1'000'000; sequence < 1'000'064; ++sequence) {
    page.push_back({QueueSequence(sequence),
                    {.body = {BlockNumber(1'000'000 + sequence / 16),
                              static_cast<std::uint16_t>(sequence % 16)},
                     .size_bytes = 150}});
  }
  EXPECT_LE(encode(page, page.front().sequence).size(), 64 * 10);
}

TEST(RowCodec, refuses_a_format_of_a_later_version) {
  Bytes page = encode(some_page(), QueueSequence(100));
  page.front() = std::byte{2};
  EXPECT_EQ(decode_page(page, QueueSequence(100)).error(), RecordError::kUnknownFormat);
}

TEST(RowCodec, refuses_a_window_row_that_cannot_be) {
  WindowRow row = some_window_row();
  row.packet_id = mqtt::kNoPacketId;
  EXPECT_EQ(decode_window(encode(row)).error(), RecordError::kMalformed);
  Bytes bytes = encode(some_window_row());
  bytes.push_back(std::byte{0});
  EXPECT_EQ(decode_window(bytes).error(), RecordError::kTrailing);
}

TEST(RowCodec, notices_every_cut_of_a_window_row) {
  const Bytes bytes = encode(some_window_row());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_window(ByteView(bytes).first(size))) << size;
  }
}

TEST(RowCodec, survives_whatever_is_changed) {
  std::mt19937 random(1);
  for (const auto& [name, bytes] : all_samples()) {
    for (int round = 0; round < 500; ++round) {
      Bytes changed = bytes;
      changed[random() % changed.size()] = static_cast<std::byte>(random());
      changed.resize(random() % 8 == 0 ? random() % (changed.size() + 1) : changed.size());
      static_cast<void>(decode_page(changed, QueueSequence(100)).has_value());
      static_cast<void>(decode_window(changed).has_value());
      static_cast<void>(decode_session(changed).has_value());
      static_cast<void>(decode_counts(changed).has_value());
      static_cast<void>(decode_block(changed).has_value());
    }
  }
}

TEST(Packed, has_numbers_of_every_size) {
  for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128},
                                    std::uint64_t{1} << 35U, UINT64_MAX}) {
    Bytes bytes;
    put_varint(bytes, value);
    BigEndianReader reader(bytes);
    EXPECT_EQ(take_varint(reader), value);
    EXPECT_TRUE(reader.ok());
    EXPECT_EQ(reader.left(), 0);
    BigEndianReader cut(ByteView(bytes).first(bytes.size() - 1));
    static_cast<void>(take_varint(cut));
    EXPECT_FALSE(cut.ok());
  }
}

TEST(Packed, ends_a_number_that_never_ends) {
  const Bytes bytes(20, std::byte{0xff});
  BigEndianReader reader(bytes);
  static_cast<void>(take_varint(reader));
  EXPECT_FALSE(reader.ok());
}

}  // namespace
}  // namespace godwit::records
