// Every field that holds text, against every kind of text that is none.
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/mqtt/expect.h"
#include "tests/unit/mqtt/wire.h"

namespace godwit::mqtt::test {
namespace {

// A packet with a gap for one string.
struct Field {
  const char* name;
  ProtocolVersion version;
  Sender sender;
  const char* first;   // The first byte of the packet.
  const char* before;  // What stands in front of the string.
  const char* after;   // What stands behind it.
};

const Field kFields[] = {
    {"3.1 client identifier", k3_1, kClient, "10", "00 06 'MQIsdp' 03 02 00 00", ""},
    {"3.1.1 client identifier", k3_1_1, kClient, "10", "00 04 'MQTT' 04 02 00 00", ""},
    {"5.0 client identifier", k5_0, kClient, "10", "00 04 'MQTT' 05 02 00 00 00", ""},
    {"3.1.1 will topic", k3_1_1, kClient, "10", "00 04 'MQTT' 04 06 00 00 00 00", "00 00"},
    {"5.0 will topic", k5_0, kClient, "10", "00 04 'MQTT' 05 06 00 00 00 00 00 00", "00 00"},
    {"3.1.1 user name", k3_1_1, kClient, "10", "00 04 'MQTT' 04 82 00 00 00 00", ""},
    {"5.0 user name", k5_0, kClient, "10", "00 04 'MQTT' 05 82 00 00 00 00 00", ""},
    {"3.1.1 topic name", k3_1_1, kClient, "30", "", "'x'"},
    {"5.0 topic name", k5_0, kClient, "30", "", "00 'x'"},
    {"5.0 topic name from a server", k5_0, kServer, "34", "", "00 01 00 'x'"},
    {"3.1.1 first filter", k3_1_1, kClient, "82", "00 01", "00 00 01 'b' 00"},
    {"5.0 last filter", k5_0, kClient, "82", "00 01 00 00 01 'b' 00", "00"},
    {"3.1.1 UNSUBSCRIBE", k3_1_1, kClient, "A2", "00 01", ""},
    {"5.0 UNSUBSCRIBE", k5_0, kClient, "A2", "00 01 00 00 01 'b'", ""},
};

struct BadText {
  const char* name;
  const char* wire;
  std::size_t offset;
};

// MQTT-1.5.4-1, MQTT-1.5.4-2. Eight bytes in front, so that the fast way is left as well as never
// taken.
const BadText kBadTexts[] = {
    {"surrogate", "ED A0 80", 0},
    {"overlong", "C0 AF", 0},
    {"over U+10FFFF", "F4 90 80 80", 0},
    {"cut off", "E2 82", 0},
    {"U+0000", "00", 0},
    {"surrogate late", "'abcdefghi' ED A0 80", 9},
    {"U+0000 late", "'abcdefgh' 00 'j'", 8},
};

Bytes with_text(const Field& field, ByteView text) {
  Bytes body = wire(field.before);
  body.push_back(std::byte{0});
  body.push_back(static_cast<std::byte>(text.size()));
  append(body, text);
  append(body, wire(field.after));
  return packet(wire(field.first)[0], body);
}

// A list of one property with a string in it.
struct PropertyField {
  const char* name;
  Sender sender;
  const char* first;
  const char* before;  // The packet up to its property length.
  const char* list;    // The list up to the string.
  const char* behind;  // The list behind the string.
  const char* after;   // The packet behind its list.
};

const PropertyField kPropertyFields[] = {
    {"authentication method", kClient, "10", "00 04 'MQTT' 05 02 00 00", "15", "", "00 00"},
    {"user property of CONNECT", kClient, "10", "00 04 'MQTT' 05 02 00 00", "26", "00 00", "00 00"},
    {"content type of a will", kClient, "10", "00 04 'MQTT' 05 06 00 00 00 00 00", "03", "",
     "00 01 'w' 00 00"},
    {"response topic of a will", kClient, "10", "00 04 'MQTT' 05 06 00 00 00 00 00", "08", "",
     "00 01 'w' 00 00"},
    {"assigned client identifier", kServer, "20", "00 00", "12", "", ""},
    {"response information", kServer, "20", "00 00", "1A", "", ""},
    {"server reference", kServer, "20", "00 00", "1C", "", ""},
    {"reason string of CONNACK", kServer, "20", "00 00", "1F", "", ""},
    {"content type", kClient, "30", "00 01 'a'", "03", "", ""},
    {"response topic", kClient, "30", "00 01 'a'", "08", "", ""},
    {"name of a user property", kClient, "30", "00 01 'a'", "26", "00 01 'v'", ""},
    {"value of a user property", kClient, "30", "00 01 'a'", "26 00 01 'k'", "", ""},
    {"reason string of PUBACK", kClient, "40", "00 01 00", "1F", "", ""},
    {"reason string of PUBREC", kClient, "50", "00 01 00", "1F", "", ""},
    {"reason string of PUBREL", kClient, "62", "00 01 00", "1F", "", ""},
    {"user property of PUBCOMP", kClient, "70", "00 01 00", "26 00 00", "", ""},
    {"user property of SUBSCRIBE", kClient, "82", "00 01", "26 00 00", "", "00 01 'a' 00"},
    {"reason string of SUBACK", kServer, "90", "00 01", "1F", "", "00"},
    {"user property of UNSUBSCRIBE", kClient, "A2", "00 01", "26", "00 00", "00 01 'a'"},
    {"reason string of UNSUBACK", kServer, "B0", "00 01", "1F", "", "00"},
    {"reason string of DISCONNECT", kClient, "E0", "00", "1F", "", ""},
    {"server reference of DISCONNECT", kServer, "E0", "9D", "1C", "", ""},
    {"authentication method of AUTH", kClient, "F0", "18", "15", "", ""},
};

// `text_at`: where the text begins in the packet.
Bytes with_text(const PropertyField& field, ByteView text, std::size_t& text_at) {
  Bytes list = wire(field.list);
  list.push_back(std::byte{0});
  list.push_back(static_cast<std::byte>(text.size()));
  Bytes body = wire(field.before);
  text_at = 2 + body.size() + 1 + list.size();
  append(list, text);
  append(list, wire(field.behind));
  body.push_back(static_cast<std::byte>(list.size()));
  append(body, list);
  append(body, wire(field.after));
  return packet(wire(field.first)[0], body);
}

void expect_refused_at(ByteView bytes, const DecodeContext& context, std::size_t offset) {
  const HeapCopy copy(bytes);
  const auto result = decode(copy.view(), context);
  ASSERT_FALSE(result.has_value()) << to_hex(bytes);
  EXPECT_EQ(result.error().reason, ReasonCode::kMalformedPacket) << result.error().what;
  EXPECT_EQ(result.error().offset, offset) << result.error().what;
}

}  // namespace

// MQTT-3.1.3-4, MQTT-3.1.3-11, MQTT-3.1.3-12, MQTT-3.3.2-1, MQTT-3.8.3-1, MQTT-3.10.3-1,
// MQTT-4.7.3-2, MQTT311-1.5.3-1, -2, MQTT311-3.1.3-4, -10, -11, MQTT311-3.3.2-1, MQTT311-3.8.3-1,
// MQTT311-3.10.3-1, MQTT311-4.7.3-2
TEST(EveryString, is_refused_when_it_is_not_utf8) {
  for (const Field& field : kFields) {
    SCOPED_TRACE(field.name);
    const DecodeContext context{.version = field.version, .sender = field.sender, .limits = {}};
    const auto good = decode(with_text(field, wire("'good'")), context);
    ASSERT_TRUE(good.has_value()) << good.error().what;
    for (const BadText& text : kBadTexts) {
      SCOPED_TRACE(text.name);
      const std::size_t text_at = 2 + wire(field.before).size() + 2;
      expect_refused_at(with_text(field, wire(text.wire)), context, text_at + text.offset);
    }
  }
}

// MQTT-1.5.7-1, MQTT-3.3.2-13, MQTT-3.3.2-19
TEST(EveryStringProperty, is_refused_when_it_is_not_utf8) {
  for (const PropertyField& field : kPropertyFields) {
    SCOPED_TRACE(field.name);
    const DecodeContext context{.version = k5_0, .sender = field.sender, .limits = {}};
    std::size_t text_at = 0;
    const auto good = decode(with_text(field, wire("'good'"), text_at), context);
    ASSERT_TRUE(good.has_value()) << good.error().what;
    for (const BadText& text : kBadTexts) {
      SCOPED_TRACE(text.name);
      const Bytes bytes = with_text(field, wire(text.wire), text_at);
      expect_refused_at(bytes, context, text_at + text.offset);
    }
  }
}

// MQTT311-1.5.3-2 binds strings only.
TEST(EveryBinaryField, may_hold_any_bytes) {
  const Field fields[] = {
      {"3.1.1 password", k3_1_1, kClient, "10", "00 04 'MQTT' 04 C2 00 00 00 00 00 00", ""},
      {"5.0 password", k5_0, kClient, "10", "00 04 'MQTT' 05 42 00 00 00 00 00", ""},
      {"3.1.1 will payload", k3_1_1, kClient, "10", "00 04 'MQTT' 04 06 00 00 00 00 00 01 'w'", ""},
      {"5.0 will payload", k5_0, kClient, "10", "00 04 'MQTT' 05 06 00 00 00 00 00 00 00 01 'w'",
       ""},
  };
  for (const Field& field : fields) {
    SCOPED_TRACE(field.name);
    for (const BadText& text : kBadTexts) {
      const DecodeContext context{.version = field.version, .sender = field.sender, .limits = {}};
      EXPECT_TRUE(decode(with_text(field, wire(text.wire)), context).has_value()) << text.name;
    }
  }
}

}  // namespace godwit::mqtt::test
