#include <gtest/gtest.h>

#include <string>

#include "tests/unit/mqtt/expect.h"
#include "tests/unit/mqtt/rows.h"
#include "tests/unit/mqtt/wire.h"

namespace godwit::mqtt::test {
namespace {

const GoodRow kRows[] = {
    {"3.1: QoS 1", k3_1, kClient,
     "32 08"        // PUBLISH at QoS 1, remaining length 8
     "00 03 'a/b'"  // topic name
     "00 01"        // packet identifier 1
     "'x'",         // payload
     "PUBLISH qos=1 dup=0 retain=0 topic='a/b' id=1 payload='x'"},
    {"3.1.1: QoS 0", k3_1_1, kClient,
     "30 06"        // PUBLISH at QoS 0, remaining length 6
     "00 03 'a/b'"  // topic name
     "'x'",         // payload
     "PUBLISH qos=0 dup=0 retain=0 topic='a/b' payload='x'"},
    {"3.1.1: QoS 0, empty payload, long topic", k3_1_1, kClient,
     "31 14"                       // PUBLISH at QoS 0, retained
     "00 12 'a/rather/long/name'"  // topic name of 18 bytes
     ,
     "PUBLISH qos=0 dup=0 retain=1 topic='a/rather/long/name' payload=''"},
    {"3.1.1: QoS 1, repeated and retained", k3_1_1, kClient,
     "3B 07"        // PUBLISH, DUP, QoS 1, RETAIN
     "00 03 'a/b'"  // topic name
     "00 0A",       // packet identifier 10, and an empty payload
     "PUBLISH qos=1 dup=1 retain=1 topic='a/b' id=10 payload=''"},
    {"3.1.1: QoS 2", k3_1_1, kServer,
     "34 08"
     "00 03 'a/b'"
     "FF FF"  // packet identifier 65,535
     "00",    // payload: any byte
     "PUBLISH qos=2 dup=0 retain=0 topic='a/b' id=65535 payload='\\x00'"},
    {"5.0: the least", k5_0, kClient,
     "30 05"      // PUBLISH at QoS 0, remaining length 5
     "00 01 'a'"  // topic name
     "00"         // no properties
     "'x'",       // payload
     "PUBLISH qos=0 dup=0 retain=0 topic='a' payload='x'"},
    {"5.0: everything a client may say", k5_0, kClient,
     "32 2D"
     "00 03 'a/b'"
     "00 01"                   // packet identifier
     "23"                      // 35 bytes of properties
     "02 00 00 00 0A"          // message expiry interval 10
     "23 00 07"                // topic alias 7
     "01 01"                   // payload format indicator
     "03 00 01 't'"            // content type
     "08 00 01 'r'"            // response topic
     "09 00 00"                // correlation data, empty
     "26 00 01 'k' 00 01 'v'"  // user property
     "26 00 01 'k' 00 01 'w'"  // the same name again
     "'hi'",                   // payload
     "PUBLISH qos=1 dup=0 retain=0 topic='a/b' id=1 payload='hi' alias=7 expiry=10 properties={"
     "Payload Format Indicator=1, Content Type='t', "
     "Response Topic='r', Correlation Data='', User Property='k':'v', User Property='k':'w'}"},
    {"5.0: alias and expiry behind another property", k5_0, kClient,
     "30 0E"
     "00 01 'a'"
     "0A"              // 10 bytes of properties
     "01 00"           // payload format indicator
     "23 FF FF"        // topic alias 65,535
     "02 FF FF FF FF"  // message expiry interval 4,294,967,295
     ,
     "PUBLISH qos=0 dup=0 retain=0 topic='a' payload='' alias=65535 expiry=4294967295 properties={"
     "Payload Format Indicator=0}",
     false},
    {"5.0: topic alias instead of a topic name", k5_0, kClient,
     "30 07"
     "00 00"     // no topic name
     "03"        // 3 bytes of properties
     "23 00 07"  // topic alias 7
     "'x'",
     "PUBLISH qos=0 dup=0 retain=0 topic='' payload='x' alias=7"},
    {"5.0: payload that is not what its indicator says (E-092)", k5_0, kClient,
     "30 08"
     "00 01 'a'"
     "02"      // 2 bytes of properties
     "01 01"   // payload format indicator: UTF-8
     "FF C0",  // payload
     "PUBLISH qos=0 dup=0 retain=0 topic='a' payload='\\xFF\\xC0' properties={"
     "Payload Format Indicator=1}"},
    {"5.0: several subscription identifiers from a server", k5_0, kServer,
     "30 0B"
     "00 01 'a'"
     "07"               // 7 bytes of properties
     "0B 01"            // subscription identifier 1
     "0B FF FF FF 7F",  // subscription identifier 268,435,455
     "PUBLISH qos=0 dup=0 retain=0 topic='a' payload='' properties={Subscription Identifier=1, "
     "Subscription Identifier=268435455}"},
    {"5.0: topic that begins with U+FEFF and goes on beyond ASCII", k5_0, kClient,
     "30 0C"
     "00 09 EF BB BF '$/' C3 A9 '/x'"  // byte order mark, "$/", e-acute, "/x"
     "00",
     "PUBLISH qos=0 dup=0 retain=0 topic='\\xEF\\xBB\\xBF$/\\xC3\\xA9/x' payload=''"},
};

// PUBLISH at QoS 0 of 3.1.1 with this topic and no payload.
Bytes publish_to(const std::string& topic) {
  Bytes body{static_cast<std::byte>(topic.size() >> 8U),
             static_cast<std::byte>(topic.size() & 0xFFU)};
  append(body, as_bytes(topic));
  return packet(std::byte{0x30}, body);
}

std::string levels(std::size_t count) { return std::string(count - 1, '/'); }

}  // namespace

std::span<const GoodRow> publish_rows() { return kRows; }

// MQTT311-2.3.1-5: at QoS 0 the payload begins behind the topic name.
TEST(DecodePublish, reads_every_field) {
  for (const GoodRow& row : kRows) {
    expect_decoded(row);
  }
}

// MQTT-3.3.1-4, MQTT311-3.3.1-4: QoS 3 does not exist.
TEST(DecodePublish, refuses_qos_3) {
  expect_refused({"3.1.1", "36 05 00 01 'a' 00 01", kMalformed, 0}, client_of(k3_1_1));
  expect_refused({"5.0", "36 06 00 01 'a' 00 01 00", kMalformed, 0}, client_of(k5_0));
  expect_refused({"with DUP and RETAIN", "3F 06 00 01 'a' 00 01 00", kMalformed, 0},
                 client_of(k5_0));
}

// MQTT-3.3.1-2, MQTT311-3.3.1-2: what is not repeated is no repeat.
TEST(DecodePublish, refuses_dup_at_qos_0) {
  expect_refused({"3.1.1", "38 03 00 01 'a'", kMalformed, 0}, client_of(k3_1_1));
  expect_refused({"5.0", "39 04 00 01 'a' 00", kMalformed, 0}, client_of(k5_0));
}

// MQTT-3.3.2-1, MQTT311-3.3.2-1
TEST(DecodePublish, refuses_a_topic_name_that_does_not_fit) {
  const BadRow rows[] = {
      {"nothing", "30 00", kMalformed, 2},
      {"half a length", "30 01 00", kMalformed, 2},
      {"one byte short", "30 04 00 03 'ab'", kMalformed, 2},
      {"length FFFF", "30 06 FF FF 'a/bx'", kMalformed, 2},
  };
  for (const BadRow& row : rows) {
    expect_refused(row, client_of(k3_1_1));
    expect_refused(row, client_of(k5_0));
  }
}

// MQTT-3.3.2-2, MQTT-4.7.0-1, MQTT311-3.3.2-2, MQTT311-4.7.1-1
TEST(DecodePublish, refuses_wildcards_in_the_topic_name) {
  const BadRow rows[] = {
      {"a/+", "30 06 00 03 'a/+' 00", kMalformed, 6},
      {"#", "30 04 00 01 '#' 00", kMalformed, 4},
      {"a+b", "30 06 00 03 'a+b' 00", kMalformed, 5},
      {"late", "30 11 00 0E 'abcdefgh/ijkl#' 00", kMalformed, 17},
      {"in the last of many bytes", "30 13 00 10 'abcdefgh/ijklmn+' 00", kMalformed, 19},
      {"QoS 2", "34 08 00 03 'a/+' 00 01 00", kMalformed, 6},
  };
  for (const BadRow& row : rows) {
    expect_refused(row, client_of(k3_1_1));
    expect_refused(row, client_of(k5_0));
  }
}

// MQTT-4.7.3-1, MQTT311-4.7.3-1, E-045
TEST(DecodePublish, refuses_an_empty_topic_name_without_alias) {
  expect_refused({"3.1", "30 03 00 00 'x'", kMalformed, 2}, client_of(k3_1));
  expect_refused({"3.1.1", "30 03 00 00 'x'", kMalformed, 2}, client_of(k3_1_1));
  expect_refused({"5.0", "30 04 00 00 00 'x'", kProtocol, 2}, client_of(k5_0));
}

// MQTT-2.2.1-3, MQTT311-2.3.1-1
TEST(DecodePublish, refuses_packet_identifier_0) {
  expect_refused({"3.1.1", "32 05 00 01 'a' 00 00", kProtocol, 5}, client_of(k3_1_1));
  expect_refused({"5.0", "34 06 00 01 'a' 00 00 00", kProtocol, 5}, client_of(k5_0));
  expect_refused({"cut off", "32 04 00 01 'a' 00", kMalformed, 5}, client_of(k3_1_1));
  expect_refused({"missing", "34 03 00 01 'a'", kMalformed, 5}, client_of(k5_0));
}

// MQTT-2.2.1-2: at QoS 0 the bytes are read as properties.
TEST(DecodePublish, refuses_a_stray_packet_identifier_at_qos_0) {
  expect_refused({"identifier 1,792", "30 05 00 01 'a' 07 00", kMalformed, 5}, client_of(k5_0));
}

// MQTT-2.2.2-1
TEST(DecodePublish, refuses_a_missing_property_length) {
  expect_refused({"QoS 0", "30 03 00 01 'a'", kMalformed, 5}, client_of(k5_0));
  expect_refused({"QoS 1", "32 05 00 01 'a' 00 01", kMalformed, 7}, client_of(k5_0));
  expect_refused({"half of it", "30 04 00 01 'a' 80", kMalformed, 5}, client_of(k5_0));
  expect_refused({"padded", "30 05 00 01 'a' 80 00", kMalformed, 6}, client_of(k5_0));
}

// MQTT-3.3.2-8
TEST(DecodePublish, refuses_topic_alias_0) {
  expect_refused({"alias 0", "30 07 00 01 'a' 03 23 00 00", ReasonCode::kTopicAliasInvalid, 7},
                 client_of(k5_0));
}

// MQTT-3.3.4-6
TEST(DecodePublish, refuses_a_subscription_identifier_from_a_client) {
  expect_refused({"identifier 1", "30 06 00 01 'a' 02 0B 01", kProtocol, 6}, client_of(k5_0));
}

// MQTT-3.3.2-14
TEST(DecodePublish, refuses_a_response_topic_that_is_no_topic_name) {
  const BadRow rows[] = {
      {"r/#", "30 0A 00 01 'a' 06 08 00 03 'r/#'", kProtocol, 11},
      {"+", "30 08 00 01 'a' 04 08 00 01 '+'", kProtocol, 9},
      {"empty", "30 07 00 01 'a' 03 08 00 00", kProtocol, 7},
  };
  for (const BadRow& row : rows) {
    expect_refused(row, client_of(k5_0));
  }
}

// E-093
TEST(DecodePublish, bounds_the_levels_of_the_topic_name) {
  const DecodeContext context = client_of(k3_1_1);
  EXPECT_TRUE(decode(publish_to(levels(128)), context).has_value());
  const auto refused = decode(publish_to(levels(129)), context);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, ReasonCode::kTopicNameInvalid);
  EXPECT_EQ(refused.error().offset, 5U + 127U);
  EXPECT_FALSE(decode(publish_to(levels(65'535)), context).has_value());
}

// MQTT-4.7.3-3, MQTT311-4.7.3-3
TEST(DecodePublish, takes_a_topic_name_of_65535_bytes) {
  const std::string topic(65'535, 't');
  const Bytes bytes = publish_to(topic);
  const auto decoded = decode(bytes, client_of(k3_1_1));
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(std::get<Publish>(*decoded).topic.text(), topic);
}

}  // namespace godwit::mqtt::test
