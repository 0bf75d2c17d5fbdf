#include "broker/records/command_codec.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/records/samples.h"

namespace godwit::records {
namespace {

TEST(CommandCodec, gives_back_every_command) {
  const Entry entry{from_milliseconds(1234), some_commands()};
  const auto read = decode_entry(encode(entry));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->time, entry.time);
  ASSERT_EQ(read->commands.size(), entry.commands.size());
  for (std::size_t place = 0; place < entry.commands.size(); ++place) {
    EXPECT_EQ(read->commands[place], entry.commands[place]) << place;
  }
}

TEST(CommandCodec, knows_an_entry_that_only_moves_the_time) {
  EXPECT_EQ(decode_entry(encode({.time = from_milliseconds(5)})).value(),
            (Entry{from_milliseconds(5), {}}));
  EXPECT_EQ(decode_entry({}).value(), Entry{});
}

// Field 2 of the entry (a command) with field 100, which no version has written yet.
TEST(CommandCodec, stops_at_a_command_that_it_does_not_know) {
  const Bytes bytes = {std::byte{0x12}, std::byte{0x03}, std::byte{0xa2}, std::byte{0x06},
                       std::byte{0x00}};
  EXPECT_EQ(decode_entry(bytes).error(), RecordError::kUnknownCommand);
}

TEST(CommandCodec, refuses_what_a_field_cannot_be) {
  const Owned by{SessionNumber(1), Epoch(1)};
  EXPECT_EQ(decode_entry(encode({.commands = {Qos2Release{by, mqtt::kNoPacketId}}})).error(),
            RecordError::kMalformed);
  EXPECT_EQ(decode_entry(encode({.commands = {Open{.client_id = "a"}}})).error(),
            RecordError::kMalformed);  // A Receive Maximum of 0.
  EXPECT_EQ(
      decode_entry(encode({.commands = {Acks{by, {{static_cast<AckKind>(9), mqtt::PacketId(1)}}}}}))
          .error(),
      RecordError::kMalformed);
}

TEST(CommandCodec, survives_whatever_is_cut_or_changed) {
  std::mt19937 random(1);
  for (const auto& [name, bytes] : all_samples()) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      static_cast<void>(decode_entry(ByteView(bytes).first(size)).has_value());
    }
    for (int round = 0; round < 200; ++round) {
      Bytes changed = bytes;
      changed[random() % changed.size()] = static_cast<std::byte>(random());
      static_cast<void>(decode_entry(changed).has_value());
    }
  }
}

}  // namespace
}  // namespace godwit::records
