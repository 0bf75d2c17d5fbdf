#include "broker/mqtt/message.h"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>

#include "tests/unit/mqtt/wire.h"

namespace godwit::mqtt::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Instant kStart = Instant(seconds(1'000));

Publish publish_to(std::string_view topic) {
  Publish publish;
  publish.topic = TopicName::from_checked(topic);
  return publish;
}

MessageRef message_expiring_after(std::uint32_t interval) {
  Publish publish = publish_to("a");
  publish.message_expiry_interval = interval;
  return MessageRef::make(publish, kStart);
}

}  // namespace

TEST(Message, outlives_the_packet_it_was_made_of) {
  MessageRef message;
  {
    const HeapCopy topic(wire("'a/b'"));
    const HeapCopy payload(wire("'hello'"));
    Publish publish = publish_to(as_text(topic.view()));
    publish.payload = payload.view();
    publish.qos = Qos::kExactlyOnce;
    publish.retain = true;
    message = MessageRef::make(publish, kStart);
  }
  EXPECT_EQ(message->topic().text(), "a/b");
  EXPECT_EQ(as_text(message->payload()), "hello");
  EXPECT_TRUE(message->properties().empty());
  EXPECT_EQ(message->qos(), Qos::kExactlyOnce);
  EXPECT_TRUE(message->retain());
  EXPECT_EQ(message->received(), kStart);
  EXPECT_GE(message->size_bytes(), sizeof(Message) + 8);
}

TEST(Message, lives_as_long_as_one_of_its_references) {
  MessageRef first = MessageRef::make(publish_to("a"), kStart);
  const MessageRef second = first;
  MessageRef third = std::move(first);
  EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): empty is what it must be.
  third = MessageRef();
  EXPECT_FALSE(third);
  EXPECT_EQ(second->topic().text(), "a");
}

// E-020, E-046: what belongs to one connection stays there. MQTT-3.3.2-17, -18: the rest goes on.
TEST(Message, keeps_the_properties_that_are_passed_on) {
  const Bytes list = wire(
      "23 00 07"                // topic alias 7
      "26 00 01 'k' 00 01 'v'"  // user property
      "02 00 00 00 0A"          // message expiry interval 10
      "18 00 00 00 05"          // will delay interval 5
      "26 00 01 'k' 00 01 'w'"  // user property
      "01 01");                 // payload format indicator
  Publish publish = publish_to("a");
  publish.properties = PropertiesView::from_checked(list);
  const MessageRef message = MessageRef::make(publish, kStart);
  EXPECT_EQ(to_hex(message->properties().raw()),
            to_hex(wire("26 00 01 'k' 00 01 'v' 26 00 01 'k' 00 01 'w' 01 01")));
}

// E-074
TEST(Message, never_expires_without_an_interval) {
  const MessageRef message = MessageRef::make(publish_to("a"), kStart);
  EXPECT_EQ(message->deadline(), kNever);
  EXPECT_FALSE(message->expired(kStart + std::chrono::hours(1'000'000)));
  EXPECT_EQ(to_publish(*message, kStart).message_expiry_interval, std::nullopt);
}

// MQTT-3.3.2-5
TEST(Message, expires_when_its_interval_is_over) {
  const MessageRef message = message_expiring_after(10);
  EXPECT_FALSE(message->expired(kStart + milliseconds(9'999)));
  EXPECT_TRUE(message->expired(kStart + seconds(10)));
}

// MQTT-3.3.2-6, E-075: whole seconds, never below 0.
TEST(Message, is_sent_with_what_is_left_of_its_interval) {
  const MessageRef message = message_expiring_after(10);
  const auto left = [&](Duration waited) {
    return to_publish(*message, kStart + waited).message_expiry_interval;
  };
  EXPECT_EQ(left(seconds(0)), 10U);
  EXPECT_EQ(left(milliseconds(999)), 10U);
  EXPECT_EQ(left(seconds(3)), 7U);
  EXPECT_EQ(left(seconds(10)), 0U);
  EXPECT_EQ(left(seconds(11)), 0U);
  EXPECT_EQ(left(std::chrono::hours(1'000'000)), 0U);
  EXPECT_EQ(left(-seconds(5)), 10U);
}

// E-078
TEST(Message, does_not_overflow_at_the_longest_interval) {
  const MessageRef message = message_expiring_after(std::numeric_limits<std::uint32_t>::max());
  EXPECT_FALSE(message->expired(kStart));
  EXPECT_EQ(to_publish(*message, kStart).message_expiry_interval,
            std::numeric_limits<std::uint32_t>::max());
}

TEST(Message, is_sent_as_it_was_published) {
  Publish publish = publish_to("a/b");
  const Bytes payload = wire("'x'");
  publish.payload = payload;
  publish.qos = Qos::kAtLeastOnce;
  publish.packet_id = PacketId(7);
  publish.dup = true;
  publish.retain = true;
  const MessageRef message = MessageRef::make(publish, kStart);
  const Publish sent = to_publish(*message, kStart);
  EXPECT_EQ(sent.topic.text(), "a/b");
  EXPECT_EQ(as_text(sent.payload), "x");
  EXPECT_EQ(sent.qos, Qos::kAtLeastOnce);
  EXPECT_TRUE(sent.retain);
  EXPECT_FALSE(sent.dup);                  // MQTT-3.3.1-3
  EXPECT_EQ(sent.packet_id, kNoPacketId);  // The receiver's session gives it one.
  EXPECT_EQ(sent.topic_alias, 0U);
}

}  // namespace godwit::mqtt::test
