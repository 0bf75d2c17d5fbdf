#include "broker/mqtt/reason_code.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>

#include "tests/unit/mqtt/expect.h"
#include "tests/unit/mqtt/wire.h"

namespace godwit::mqtt::test {
namespace {

// Annex B of the conformance list, written down once more; and a packet for each row.
struct AnnexRow {
  PacketType type;
  Sender sender;
  const char* codes;
  const char* before;  // The packet of 5.0 up to its reason code, as in wire.h.
  const char* after;   // And behind it.
};

using enum PacketType;

const AnnexRow kAnnexB[] = {
    {kConnack, kServer, "00 80 81 82 83 84 85 86 87 88 89 8A 8C 90 95 97 99 9A 9B 9C 9D 9F",
     "20 03 00", "00"},
    {kPuback, kServer, "00 10 80 83 87 90 91 97 99", "40 03 00 01", ""},
    {kPuback, kClient, "00 80 83 87 90 91 97 99", "40 03 00 01", ""},
    {kPubrec, kServer, "00 10 80 83 87 90 91 97 99", "50 03 00 01", ""},
    {kPubrec, kClient, "00 80 83 87 90 91 97 99", "50 03 00 01", ""},
    {kPubrel, kServer, "00 92", "62 03 00 01", ""},
    {kPubrel, kClient, "00 92", "62 03 00 01", ""},
    {kPubcomp, kServer, "00 92", "70 03 00 01", ""},
    {kPubcomp, kClient, "00 92", "70 03 00 01", ""},
    {kSuback, kServer, "00 01 02 80 83 87 8F 91 97 9E A1 A2", "90 04 00 01 00", ""},
    {kUnsuback, kServer, "00 11 80 83 87 8F 91", "B0 04 00 01 00", ""},
    {kDisconnect, kServer,
     "00 80 81 82 83 87 89 8B 8D 8E 8F 90 93 94 95 96 97 98 99 9A 9B 9C 9D 9E 9F A0 A1 A2", "E0 02",
     "00"},
    {kDisconnect, kClient, "00 04 80 81 82 83 90 93 94 95 96 97 98 99", "E0 02", "00"},
    {kAuth, kServer, "00 18", "F0 06", "04 15 00 01 'm'"},
    {kAuth, kClient, "18 19", "F0 06", "04 15 00 01 'm'"},
};

bool annex_allows(std::uint8_t code, PacketType type, Sender sender) {
  for (const AnnexRow& row : kAnnexB) {
    if (row.type == type && row.sender == sender) {
      for (const std::byte allowed : wire(row.codes)) {
        if (allowed == std::byte{code}) {
          return true;
        }
      }
    }
  }
  return false;
}

}  // namespace

// MQTT-3.2.2-8, MQTT-3.4.2-1, MQTT-3.5.2-1, MQTT-3.6.2-1, MQTT-3.7.2-1, MQTT-3.9.3-2,
// MQTT-3.11.3-2, MQTT-3.14.2-1, MQTT-3.15.2-1
TEST(ReasonCode, is_allowed_exactly_as_the_annex_says) {
  for (unsigned code = 0; code <= 0xFF; ++code) {
    for (unsigned type = 0; type <= 15; ++type) {
      for (const Sender sender : {kClient, kServer}) {
        const auto byte = static_cast<std::uint8_t>(code);
        const auto packet_type = static_cast<PacketType>(type);
        EXPECT_EQ(reason_code_allowed(static_cast<ReasonCode>(byte), packet_type, sender),
                  annex_allows(byte, packet_type, sender))
            << code << " in " << packet_type_name(packet_type);
      }
    }
  }
}

// The same statements, as the decoders hold them.
TEST(ReasonCode, is_refused_by_decoders_when_not_allowed) {
  for (const AnnexRow& row : kAnnexB) {
    SCOPED_TRACE(packet_type_name(row.type));
    for (unsigned code = 0; code <= 0xFF; ++code) {
      Bytes bytes = wire(row.before);
      const std::size_t code_at = bytes.size();
      bytes.push_back(static_cast<std::byte>(code));
      append(bytes, wire(row.after));
      const auto result = decode(bytes, {.version = k5_0, .sender = row.sender, .limits = {}});
      const bool allowed = annex_allows(static_cast<std::uint8_t>(code), row.type, row.sender);
      ASSERT_EQ(result.has_value(), allowed) << code;
      if (!allowed) {
        EXPECT_EQ(result.error().reason, ReasonCode::kProtocolError) << code;
        EXPECT_EQ(result.error().offset, code_at) << code;
      }
    }
  }
}

TEST(ReasonCode, has_a_name_of_its_own_when_a_packet_may_carry_it) {
  std::set<std::string_view> names;
  for (unsigned code = 0; code <= 0xFF; ++code) {
    bool is_used = false;
    for (const AnnexRow& row : kAnnexB) {
      is_used |= annex_allows(static_cast<std::uint8_t>(code), row.type, row.sender);
    }
    const std::string_view name = reason_code_name(static_cast<ReasonCode>(code));
    EXPECT_EQ(name != "unknown", is_used) << code;
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789"),
              std::string_view::npos);
    EXPECT_TRUE(!is_used || names.insert(name).second) << name;
  }
}

TEST(ReasonCode, is_an_error_from_0x80_on) {
  EXPECT_FALSE(is_error(ReasonCode::kReAuthenticate));
  EXPECT_TRUE(is_error(ReasonCode::kUnspecifiedError));
}

// E-116
TEST(ReasonCode, becomes_the_return_code_of_3x_where_there_is_one) {
  for (unsigned code = 0; code <= 0xFF; ++code) {
    std::optional<std::uint8_t> expected;
    switch (code) {
      case 0x00:
        expected = 0;
        break;
      case 0x84:
        expected = 1;
        break;
      case 0x85:
        expected = 2;
        break;
      case 0x88:
      case 0x89:
        expected = 3;
        break;
      case 0x86:
        expected = 4;
        break;
      case 0x87:
      case 0x8A:
        expected = 5;
        break;
      default:
        break;
    }
    EXPECT_EQ(connack_return_code(static_cast<ReasonCode>(code)), expected) << code;
  }
}

TEST(PacketType, has_a_name) {
  EXPECT_EQ(packet_type_name(PacketType{0}), "RESERVED");
  EXPECT_EQ(packet_type_name(kConnect), "CONNECT");
  EXPECT_EQ(packet_type_name(kUnsuback), "UNSUBACK");
  EXPECT_EQ(packet_type_name(kAuth), "AUTH");
}

}  // namespace godwit::mqtt::test
