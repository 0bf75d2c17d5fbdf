#include "broker/mqtt/frame.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "broker/mqtt/encoder.h"
#include "broker/mqtt/limits.h"
#include "tests/unit/mqtt/wire.h"

namespace godwit::mqtt::test {
namespace {

struct BadHeader {
  const char* name;
  const char* wire;
  ReasonCode reason;
  std::size_t offset;
};

void expect_refused(const BadHeader& row, std::uint32_t maximum_packet_size) {
  SCOPED_TRACE(row.name);
  const HeapCopy bytes(wire(row.wire));
  const auto frame = next_frame(bytes.view(), maximum_packet_size);
  ASSERT_FALSE(frame.has_value());
  EXPECT_EQ(reason_code_name(frame.error().reason), reason_code_name(row.reason));
  EXPECT_EQ(frame.error().offset, row.offset);
  const auto size = peek_packet_size(bytes.view(), maximum_packet_size);
  ASSERT_FALSE(size.has_value());
  EXPECT_EQ(size.error().offset, row.offset);
}

}  // namespace

TEST(Frame, has_type_flags_body_and_all_its_bytes) {
  const HeapCopy bytes(
      wire("3B 05 00 01 'a' 00 01"  // PUBLISH with DUP, QoS 1, RETAIN
           "C0"));                  // the next packet begins
  const auto frame = next_frame(bytes.view(), kPacketSizeCeiling);
  ASSERT_TRUE(frame.has_value());
  ASSERT_TRUE(frame->has_value());
  EXPECT_EQ((*frame)->type, PacketType::kPublish);
  EXPECT_EQ((*frame)->flags, 0x0BU);
  EXPECT_EQ(to_hex((*frame)->body), "00 01 61 00 01");
  EXPECT_EQ((*frame)->bytes.size(), 7U);
  EXPECT_EQ((*frame)->header_size(), 2U);
}

TEST(Frame, needs_more_bytes_for_an_unfinished_header) {
  for (const char* text : {"", "30", "30 80", "30 80 80", "30 80 80 80", "30 FF FF FF"}) {
    const HeapCopy bytes(wire(text));
    const auto frame = next_frame(bytes.view(), kPacketSizeCeiling);
    ASSERT_TRUE(frame.has_value()) << text;
    EXPECT_FALSE(frame->has_value()) << text;
    const auto size = peek_packet_size(bytes.view(), kPacketSizeCeiling);
    ASSERT_TRUE(size.has_value()) << text;
    EXPECT_FALSE(size->has_value()) << text;
  }
}

// MQTT-1.5.5-1: at each border of the length field's own length.
TEST(Frame, tells_the_size_before_the_body_is_there) {
  const struct {
    const char* wire;
    std::size_t size;
  } rows[] = {
      {"30 00", 2},
      {"30 7F", 2 + 127},
      {"30 80 01", 3 + 128},
      {"30 FF 7F", 3 + 16'383},
      {"30 80 80 01", 4 + 16'384},
      {"30 FF FF 7F", 4 + 2'097'151},
      {"30 80 80 80 01", 5 + 2'097'152},
      {"30 FF FF FF 7F", 5 + 268'435'455},
  };
  for (const auto& row : rows) {
    const HeapCopy bytes(wire(row.wire));
    const auto size = peek_packet_size(bytes.view(), kPacketSizeCeiling);
    ASSERT_TRUE(size.has_value() && size->has_value()) << row.wire;
    EXPECT_EQ(**size, row.size) << row.wire;
  }
}

// MQTT-1.5.5-1
TEST(Frame, refuses_padded_lengths) {
  const BadHeader rows[] = {
      {"0 in two bytes", "30 80 00", ReasonCode::kMalformedPacket, 2},
      {"127 in two bytes", "30 FF 00", ReasonCode::kMalformedPacket, 2},
      {"128 in three bytes", "30 80 81 00", ReasonCode::kMalformedPacket, 3},
      {"in four bytes", "30 80 80 80 00", ReasonCode::kMalformedPacket, 4},
  };
  for (const BadHeader& row : rows) {
    expect_refused(row, kPacketSizeCeiling);
  }
}

// E-059: known when the fourth says that there is a fifth.
TEST(Frame, refuses_five_length_bytes) {
  expect_refused({"four", "30 80 80 80 80", ReasonCode::kMalformedPacket, 4}, kPacketSizeCeiling);
  expect_refused({"five", "30 FF FF FF FF 7F", ReasonCode::kMalformedPacket, 4},
                 kPacketSizeCeiling);
}

// E-111: refused at once, whatever follows.
TEST(Frame, refuses_packet_type_0) {
  expect_refused({"alone", "00", ReasonCode::kMalformedPacket, 0}, kPacketSizeCeiling);
  expect_refused({"with flags", "0F 00", ReasonCode::kMalformedPacket, 0}, kPacketSizeCeiling);
}

// MQTT-3.2.2-15, E-059: decided from the length alone. The header counts.
TEST(Frame, refuses_packets_over_the_maximum_before_their_body) {
  constexpr std::uint32_t kMaximum = 130;
  const HeapCopy fits(wire("30 7F"));
  const auto size = peek_packet_size(fits.view(), kMaximum);
  ASSERT_TRUE(size.has_value() && size->has_value());
  EXPECT_EQ(**size, 129U);
  expect_refused({"131", "30 80 01", ReasonCode::kPacketTooLarge, 1}, kMaximum);
  expect_refused({"256 MiB", "30 FF FF FF 7F", ReasonCode::kPacketTooLarge, 1}, kMaximum);
}

TEST(VarintSize, changes_at_its_borders) {
  const struct {
    std::uint32_t value;
    std::size_t size;
  } rows[] = {{0, 1},      {127, 1},       {128, 2},       {16'383, 2},
              {16'384, 3}, {2'097'151, 3}, {2'097'152, 4}, {268'435'455, 4}};
  for (const auto& row : rows) {
    EXPECT_EQ(varint_size(row.value), row.size) << row.value;
  }
}

}  // namespace godwit::mqtt::test
