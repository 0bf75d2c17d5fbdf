#include "broker/records/message_record.h"

#include <gtest/gtest.h>

namespace godwit::records {
namespace {

Bytes record(const MessageRecord& message) {
  Bytes bytes;
  append_record(bytes, message);
  return bytes;
}

TEST(MessageRecord, gives_back_all_fields_and_ends_where_it_ends) {
  Bytes bytes = record({.tenant = TenantId(3),
                        .topic = mqtt::TopicName::from_checked("a/b"),
                        .properties = mqtt::PropertiesView::from_checked(as_bytes("\x01\x01")),
                        .payload = as_bytes("payload"),
                        .qos = mqtt::Qos::kExactlyOnce,
                        .retain = true,
                        .publisher = UINT64_MAX,
                        .lifetime = std::chrono::milliseconds(1)});
  append_record(bytes, {.topic = mqtt::TopicName::from_checked("c")});
  BigEndianReader reader(bytes);
  const MessageRecord first = take_record(reader).value();
  EXPECT_EQ(first.tenant, TenantId(3));
  EXPECT_EQ(first.topic.text(), "a/b");
  EXPECT_EQ(as_text(first.properties.raw()), "\x01\x01");
  EXPECT_EQ(as_text(first.payload), "payload");
  EXPECT_EQ(first.qos, mqtt::Qos::kExactlyOnce);
  EXPECT_TRUE(first.retain);
  EXPECT_EQ(first.publisher, UINT64_MAX);
  EXPECT_EQ(first.lifetime, std::chrono::milliseconds(1));
  const MessageRecord second = take_record(reader).value();
  EXPECT_EQ(second.topic.text(), "c");
  EXPECT_EQ(second.tenant, TenantId(0));
  EXPECT_EQ(second.publisher, 0);
  EXPECT_FALSE(second.lifetime);
  EXPECT_EQ(reader.left(), 0);
}

TEST(MessageRecord, costs_eleven_bytes_beside_topic_properties_and_payload) {
  EXPECT_EQ(record({.topic = mqtt::TopicName::from_checked("abc")}).size(), 11 + 3);
}

TEST(MessageRecord, notices_every_cut) {
  const Bytes bytes = record({.tenant = TenantId(3),
                              .topic = mqtt::TopicName::from_checked("a/b"),
                              .payload = as_bytes("payload"),
                              .publisher = 5,
                              .lifetime = std::chrono::milliseconds(1)});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    BigEndianReader reader(ByteView(bytes).first(size));
    EXPECT_EQ(take_record(reader).error(), RecordError::kTruncated) << size;
  }
}

TEST(MessageRecord, refuses_flags_that_mean_nothing) {
  for (const unsigned flags : {0x03U, 0x40U, 0x80U}) {
    Bytes bytes = record({.topic = mqtt::TopicName::from_checked("a")});
    bytes.front() = static_cast<std::byte>(flags);
    BigEndianReader reader(bytes);
    EXPECT_EQ(take_record(reader).error(), RecordError::kMalformed) << flags;
  }
}

}  // namespace
}  // namespace godwit::records
