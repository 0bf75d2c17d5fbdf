// What holds for every good packet of every table, whatever its type.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "broker/mqtt/encoder.h"
#include "tests/unit/mqtt/describe.h"
#include "tests/unit/mqtt/expect.h"
#include "tests/unit/mqtt/rows.h"
#include "tests/unit/mqtt/wire.h"

namespace godwit::mqtt::test {
namespace {

constexpr std::uint32_t kAnySize = kPacketSizeCeiling;

DecodeContext context_of(const GoodRow& row) {
  return {.version = row.version, .sender = row.sender, .limits = {}};
}

Frame frame_of(ByteView bytes) {
  const auto frame = next_frame(bytes, kAnySize);
  CHECK(frame && frame->has_value());
  return **frame;
}

bool is_publish(PacketType type) { return type == PacketType::kPublish; }

// Types whose fields may be left out from behind in 5.0 (E-086).
bool has_short_form(PacketType type) {
  return (type >= PacketType::kPuback && type <= PacketType::kPubcomp) ||
         type == PacketType::kDisconnect || type == PacketType::kAuth;
}

// Types that end in a list of one or more.
bool ends_in_list(PacketType type) {
  return type >= PacketType::kSubscribe && type <= PacketType::kUnsuback;
}

// Whether a shorter body may be a packet too.
bool may_be_shorter(const GoodRow& row, PacketType type) {
  const bool is_lenient_connect = type == PacketType::kConnect && row.version == k3_1;  // E-099
  return is_publish(type) || ends_in_list(type) || is_lenient_connect ||
         (has_short_form(type) && is_v5(row.version));
}

// Whether one zero byte more may be a packet too.
bool may_be_longer(const GoodRow& row, const Frame& frame) {
  const std::size_t short_form_max = frame.type < PacketType::kSubscribe ? 3 : 1;
  const bool is_short =
      has_short_form(frame.type) && is_v5(row.version) && frame.body.size() <= short_form_max;
  const bool ends_in_codes = frame.type == PacketType::kSuback ||
                             (frame.type == PacketType::kUnsuback && is_v5(row.version));
  return is_publish(frame.type) || ends_in_codes || is_short;
}

// A server has to say the reason, in its CONNACK or its DISCONNECT.
bool can_be_answered(const DecodeError& error, PacketType type) {
  const PacketType answer =
      type == PacketType::kConnect ? PacketType::kConnack : PacketType::kDisconnect;
  return reason_code_allowed(error.reason, answer, Sender::kServer);
}

// What decodes goes to bytes and comes back the same.
void expect_way_back(const Packet& decoded, const DecodeContext& context) {
  ProtocolVersion version = context.version;
  if (const auto* connect = std::get_if<Connect>(&decoded)) {
    version = connect->version;
  }
  Bytes bytes;
  encode(decoded, version, bytes);
  const HeapCopy copy(bytes);
  const auto again = decode(copy.view(), context);
  ASSERT_TRUE(again.has_value()) << to_hex(bytes) << ": " << again.error().what;
  Bytes bytes_again;
  encode(*again, version, bytes_again);
  EXPECT_EQ(to_hex(bytes_again), to_hex(bytes));
}

// Calls `visit` with each row and its frame, the bytes exactly as long as the packet.
template <class Visit>
void for_each_row(Visit visit) {
  for (const GoodRow& row : all_good_rows()) {
    SCOPED_TRACE(row.name);
    const HeapCopy bytes(wire(row.wire));
    visit(row, frame_of(bytes.view()));
  }
}

}  // namespace

// 3.1 has rows of its own only where it differs.
TEST(EveryPacket, has_good_rows_in_every_version_that_has_its_type) {
  for (unsigned type = 1; type <= 15; ++type) {
    for (const ProtocolVersion version : {k3_1_1, k5_0}) {
      bool found = false;
      for_each_row([&](const GoodRow& row, const Frame& frame) {
        found |= row.version == version && frame.type == static_cast<PacketType>(type);
      });
      const bool is_auth = static_cast<PacketType>(type) == PacketType::kAuth;
      EXPECT_EQ(found, is_v5(version) || !is_auth) << type;
    }
  }
}

// E-110
TEST(EveryPacket, is_incomplete_when_cut_anywhere) {
  for_each_row([](const GoodRow&, const Frame& frame) {
    for (std::size_t size = 0; size < frame.bytes.size(); ++size) {
      const HeapCopy cut(frame.bytes.first(size));
      const auto result = next_frame(cut.view(), kAnySize);
      ASSERT_TRUE(result.has_value());
      EXPECT_FALSE(result->has_value()) << "cut to " << size;
    }
  });
}

// MQTT-3.1.4-1, E-112
TEST(EveryPacket, is_refused_when_its_body_is_cut_short) {
  for_each_row([](const GoodRow& row, const Frame& frame) {
    for (std::size_t size = 0; size < frame.body.size(); ++size) {
      SCOPED_TRACE("body cut to " + std::to_string(size));
      const HeapCopy cut(packet(frame.bytes[0], frame.body.first(size)));
      const auto result = decode(cut.view(), context_of(row));
      if (result) {
        EXPECT_TRUE(may_be_shorter(row, frame.type)) << "accepted as " << describe(*result);
        expect_way_back(*result, context_of(row));
      } else {
        EXPECT_LE(result.error().offset, cut.view().size());
        EXPECT_FALSE(result.error().what.empty());
        EXPECT_TRUE(can_be_answered(result.error(), frame.type));
      }
    }
  });
}

// E-113
TEST(EveryPacket, is_refused_with_a_surplus_byte) {
  for_each_row([](const GoodRow& row, const Frame& frame) {
    Bytes body(frame.body.begin(), frame.body.end());
    body.push_back(std::byte{0});
    const HeapCopy longer(packet(frame.bytes[0], body));
    const auto result = decode(longer.view(), context_of(row));
    if (may_be_longer(row, frame)) {
      return;
    }
    ASSERT_FALSE(result.has_value()) << "accepted as " << describe(*result);
    const std::size_t surplus_at = longer.view().size() - 1;
    EXPECT_EQ(result.error().reason, ReasonCode::kMalformedPacket) << result.error().what;
    EXPECT_EQ(result.error().offset, surplus_at) << result.error().what;
  });
}

// MQTT-2.1.3-1, MQTT-3.6.1-1, MQTT-3.8.1-1, MQTT-3.10.1-1, MQTT-3.14.1-1, MQTT-3.15.1-1,
// MQTT311-2.2.2-1, -2, MQTT311-3.6.1-1, MQTT311-3.8.1-1, MQTT311-3.10.1-1, MQTT311-3.14.1-1, E-098.
// PUBLISH uses all four: decode_publish_test.cc.
TEST(EveryPacket, is_refused_with_wrong_flags) {
  for_each_row([](const GoodRow& row, const Frame& frame) {
    if (is_publish(frame.type)) {
      return;
    }
    const unsigned right = frame.type == PacketType::kPubrel ||
                                   frame.type == PacketType::kSubscribe ||
                                   frame.type == PacketType::kUnsubscribe
                               ? 2
                               : 0;
    for (unsigned flags = 0; flags < 16; ++flags) {
      SCOPED_TRACE("flags " + std::to_string(flags));
      const unsigned first = static_cast<unsigned>(frame.type) << 4U | flags;
      const HeapCopy bytes(packet(static_cast<std::byte>(first), frame.body));
      const auto result = decode(bytes.view(), context_of(row));
      const bool is_repeat = row.version == k3_1 && right == 2 && flags == 10;
      ASSERT_EQ(result.has_value(), flags == right || is_repeat);
      if (!result) {
        EXPECT_EQ(result.error().reason, ReasonCode::kMalformedPacket);
        EXPECT_EQ(result.error().offset, 0U);
      }
    }
  });
}

// E-111: each end has its packets, and both have PUBLISH, its acks, DISCONNECT and AUTH.
TEST(EveryPacket, is_refused_from_the_other_end) {
  for_each_row([](const GoodRow& row, const Frame& frame) {
    if (is_publish(frame.type) || has_short_form(frame.type)) {
      return;
    }
    DecodeContext context = context_of(row);
    context.sender = row.sender == kClient ? kServer : kClient;
    const auto result = decode(frame.bytes, context);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().reason, ReasonCode::kProtocolError);
    EXPECT_EQ(result.error().offset, 0U);
  });
}

// E-111: next_frame hands out no such packet, and nothing depends on that.
TEST(EveryPacket, is_refused_with_type_0) {
  const auto result = decode_packet(Frame{}, client_of(k5_0));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().reason, ReasonCode::kMalformedPacket);
}

// MQTT311-2.3.1-5: among them a PUBLISH at QoS 0, without an identifier.
TEST(EveryPacket, encodes_to_the_bytes_it_came_from) {
  for_each_row([](const GoodRow& row, const Frame& frame) {
    const auto decoded = decode(frame.bytes, context_of(row));
    ASSERT_TRUE(decoded.has_value());
    expect_way_back(*decoded, context_of(row));
    Bytes bytes;
    encode(*decoded, row.version, bytes);
    EXPECT_EQ(to_hex(bytes) == to_hex(frame.bytes), row.canonical) << to_hex(bytes);
  });
}

TEST(EveryPacket, is_appended_behind_what_the_buffer_holds) {
  for_each_row([](const GoodRow& row, const Frame& frame) {
    const auto decoded = decode(frame.bytes, context_of(row));
    ASSERT_TRUE(decoded.has_value());
    Bytes alone;
    encode(*decoded, row.version, alone);
    Bytes behind = wire("'before'");
    encode(*decoded, row.version, behind);
    EXPECT_EQ(to_hex(behind), to_hex(wire("'before'")) + " " + to_hex(alone));
  });
}

// E-110: the packets of a stream are the same wherever a read ends.
TEST(EveryPacket, is_found_in_a_stream_split_anywhere) {
  Bytes stream;
  std::size_t count = 0;
  for_each_row([&](const GoodRow&, const Frame& frame) {
    append(stream, frame.bytes);
    ++count;
  });
  for (std::size_t split = 0; split <= stream.size(); ++split) {
    std::size_t found = 0;
    Bytes unread;
    for (const ByteView part : {ByteView(stream).first(split), ByteView(stream).subspan(split)}) {
      append(unread, part);
      std::size_t used = 0;
      while (true) {
        const HeapCopy rest(ByteView(unread).subspan(used));
        const auto frame = next_frame(rest.view(), kAnySize);
        ASSERT_TRUE(frame.has_value());
        if (!frame->has_value()) {
          break;
        }
        used += (*frame)->bytes.size();
        ++found;
      }
      unread.erase(unread.begin(), unread.begin() + static_cast<std::ptrdiff_t>(used));
    }
    ASSERT_EQ(found, count) << "split at " << split;
    ASSERT_TRUE(unread.empty());
  }
}

}  // namespace godwit::mqtt::test
