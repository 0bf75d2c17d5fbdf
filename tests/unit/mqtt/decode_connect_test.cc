#include <gtest/gtest.h>

#include "tests/unit/mqtt/expect.h"
#include "tests/unit/mqtt/rows.h"

namespace godwit::mqtt::test {
namespace {

const GoodRow kRows[] = {
    {"3.1: the least", k3_1, kClient,
     "10 10"              // CONNECT, remaining length 16
     "00 06 'MQIsdp' 03"  // protocol name and level
     "02"                 // flags: clean session
     "00 3C"              // keep alive 60
     "00 02 'c1'",        // client identifier
     "CONNECT 3.1 clean_start=1 keep_alive=60 client_id='c1'"},
    {"3.1: everything", k3_1, kClient,
     "10 1A"
     "00 06 'MQIsdp' 03"
     "C6"          // flags: user name, password, will at QoS 0, clean session
     "00 01"       // keep alive 1
     "00 01 'c'"   // client identifier
     "00 01 'w'"   // will topic
     "00 00"       // will payload, empty
     "00 01 'u'"   // user name
     "00 01 'p'",  // password
     "CONNECT 3.1 clean_start=1 keep_alive=1 client_id='c' will={qos=0 retain=0 topic='w' "
     "payload=''} user_name='u' password='p'"},
    {"3.1: user name and password announced and left out (E-099)", k3_1, kClient,
     "10 10"
     "00 06 'MQIsdp' 03"
     "C2"  // flags: user name, password, clean session
     "00 3C"
     "00 02 'c1'",
     "CONNECT 3.1 clean_start=1 keep_alive=60 client_id='c1'", false},
    {"3.1: password announced and left out (E-099)", k3_1, kClient,
     "10 13"
     "00 06 'MQIsdp' 03"
     "C2"
     "00 3C"
     "00 02 'c1'"
     "00 01 'u'",  // user name
     "CONNECT 3.1 clean_start=1 keep_alive=60 client_id='c1' user_name='u'", false},
    {"3.1.1: the least", k3_1_1, kClient,
     "10 0C"            // CONNECT, remaining length 12
     "00 04 'MQTT' 04"  // protocol name and level
     "02"               // flags: clean session
     "00 00"            // keep alive off
     "00 00",           // client identifier, empty
     "CONNECT 3.1.1 clean_start=1 keep_alive=0 client_id=''"},
    {"3.1.1: everything", k3_1_1, kClient,
     "10 1C"
     "00 04 'MQTT' 04"
     "F6"            // flags: user name, password, will retained at QoS 2, clean session
     "FF FF"         // keep alive 65,535
     "00 02 'c1'"    // client identifier
     "00 01 'w'"     // will topic
     "00 02 'by'"    // will payload
     "00 01 'u'"     // user name
     "00 02 00 FF",  // password: any bytes
     "CONNECT 3.1.1 clean_start=1 keep_alive=65535 client_id='c1' will={qos=2 retain=1 topic='w' "
     "payload='by'} user_name='u' password='\\x00\\xFF'"},
    {"3.1.1: empty user name and password", k3_1_1, kClient,
     "10 10"
     "00 04 'MQTT' 04"
     "C0"      // flags: user name, password
     "00 0A"   // keep alive 10
     "00 00"   // client identifier: refused later, not here
     "00 00"   // user name
     "00 00",  // password
     "CONNECT 3.1.1 clean_start=0 keep_alive=10 client_id='' user_name='' password=''"},
    {"5.0: the least", k5_0, kClient,
     "10 0D"            // CONNECT, remaining length 13
     "00 04 'MQTT' 05"  // protocol name and level
     "00"               // flags: none
     "00 00"            // keep alive off
     "00"               // no properties
     "00 00",           // client identifier, empty
     "CONNECT 5.0 clean_start=0 keep_alive=0 client_id=''"},
    {"5.0: everything", k5_0, kClient,
     "10 75"
     "00 04 'MQTT' 05"
     "EE"                      // flags: user name, password, will retained at QoS 1, clean start
     "00 0A"                   // keep alive 10
     "2E"                      // 46 bytes of properties
     "11 00 00 0E 10"          // session expiry interval 3,600
     "21 00 14"                // receive maximum 20
     "27 00 01 00 00"          // maximum packet size 65,536
     "22 00 0A"                // topic alias maximum 10
     "19 01"                   // request response information
     "17 00"                   // request problem information: no
     "26 00 01 'k' 00 01 'v'"  // user property
     "26 00 01 'k' 00 00"      // the same name again, empty value
     "15 00 05 'PLAIN'"        // authentication method
     "16 00 02 00 FF"          // authentication data
     "00 02 'c1'"              // client identifier
     "23"                      // 35 bytes of will properties
     "18 00 00 00 05"          // will delay interval 5
     "01 01"                   // payload format indicator
     "02 00 00 00 3C"          // message expiry interval 60
     "03 00 04 'text'"         // content type
     "08 00 01 'r'"            // response topic
     "09 00 02 01 02"          // correlation data
     "26 00 01 'a' 00 01 'b'"  // user property
     "00 03 'w/t'"             // will topic
     "00 03 'bye'"             // will payload
     "00 04 'user'"            // user name
     "00 02 00 FF",            // password
     "CONNECT 5.0 clean_start=1 keep_alive=10 client_id='c1' will={qos=1 retain=1 topic='w/t' "
     "payload='bye' properties={Will Delay Interval=5, Payload Format Indicator=1, "
     "Message Expiry Interval=60, Content Type='text', Response Topic='r', "
     "Correlation Data='\\x01\\x02', User Property='a':'b'}} user_name='user' "
     "password='\\x00\\xFF' properties={Session Expiry Interval=3600, Receive Maximum=20, "
     "Maximum Packet Size=65536, Topic Alias Maximum=10, Request Response Information=1, "
     "Request Problem Information=0, User Property='k':'v', User Property='k':'', "
     "Authentication Method='PLAIN', Authentication Data='\\x00\\xFF'}"},
    {"5.0: password without user name (MQTT-3.1.2-19)", k5_0, kClient,
     "10 10"
     "00 04 'MQTT' 05"
     "42"          // flags: password, clean start
     "00 00"       // keep alive off
     "00"          // no properties
     "00 00"       // client identifier
     "00 01 'p'",  // password
     "CONNECT 5.0 clean_start=1 keep_alive=0 client_id='' password='p'"},
    {"5.0: U+FEFF is a character like any other (MQTT-1.5.4-3)", k5_0, kClient,
     "10 11"
     "00 04 'MQTT' 05"
     "02 00 00 00"
     "00 04 EF BB BF 'c'",
     "CONNECT 5.0 clean_start=1 keep_alive=0 client_id='\\xEF\\xBB\\xBFc'"},
    {"5.0: control characters and non-characters pass (E-091)", k5_0, kClient,
     "10 11"
     "00 04 'MQTT' 05"
     "02 00 00 00"
     "00 04 01 EF BF BF",
     "CONNECT 5.0 clean_start=1 keep_alive=0 client_id='\\x01\\xEF\\xBF\\xBF'"},
};

void expect_connect_refused(const BadRow& row) { expect_refused(row, client_of(k5_0)); }

void expect_connects_refused(std::span<const BadRow> rows) {
  for (const BadRow& row : rows) {
    expect_connect_refused(row);
  }
}

}  // namespace

std::span<const GoodRow> connect_rows() { return kRows; }

// MQTT-3.1.3-1: in this order.
// MQTT311-3.1.3-1, -3: the fields of the payload in their order, each with a text of its own.
TEST(DecodeConnect, reads_every_field) {
  for (const GoodRow& row : kRows) {
    expect_decoded(row);
  }
}

// MQTT-3.1.2-1: any other protocol name is not ours to serve.
TEST(DecodeConnect, refuses_unknown_protocol_names) {
  constexpr ReasonCode kVersion = ReasonCode::kUnsupportedProtocolVersion;
  const BadRow rows[] = {
      {"mqtt", "10 0D 00 04 'mqtt' 05 02 00 00 00 00 00", kVersion, 2},
      {"MQTU", "10 0D 00 04 'MQTU' 05 02 00 00 00 00 00", kVersion, 2},
      {"MQT", "10 0C 00 03 'MQT' 05 02 00 00 00 00 00", kVersion, 2},
      {"MQTTT", "10 0E 00 05 'MQTTT' 05 02 00 00 00 00 00", kVersion, 2},
      {"mqisdp", "10 0E 00 06 'mqisdp' 03 02 00 00 00 00", kVersion, 2},
      {"empty", "10 09 00 00 05 02 00 00 00 00 00", kVersion, 2},
      {"not UTF-8", "10 0D 00 04 'MQT' FF 05 02 00 00 00 00 00", kVersion, 2},
      {"length FFFF", "10 0D FF FF 'MQTT' 05 02 00 00 00 00 00", kMalformed, 2},
  };
  expect_connects_refused(rows);
}

// MQTT-3.1.2-2, E-094: levels 4 and 5 belong to "MQTT", level 3 to "MQIsdp".
TEST(DecodeConnect, refuses_levels_that_are_not_served) {
  constexpr ReasonCode kVersion = ReasonCode::kUnsupportedProtocolVersion;
  const BadRow rows[] = {
      {"MQTT 0", "10 0D 00 04 'MQTT' 00 02 00 00 00 00 00", kVersion, 8},
      {"MQTT 1", "10 0D 00 04 'MQTT' 01 02 00 00 00 00 00", kVersion, 8},
      {"MQTT 2", "10 0D 00 04 'MQTT' 02 02 00 00 00 00 00", kVersion, 8},
      {"MQTT 3", "10 0D 00 04 'MQTT' 03 02 00 00 00 00 00", kVersion, 8},
      {"MQTT 6", "10 0D 00 04 'MQTT' 06 02 00 00 00 00 00", kVersion, 8},
      {"MQTT 127", "10 0D 00 04 'MQTT' 7F 02 00 00 00 00 00", kVersion, 8},
      {"MQTT 4 of a bridge", "10 0C 00 04 'MQTT' 84 02 00 00 00 00", kVersion, 8},
      {"MQTT 255", "10 0D 00 04 'MQTT' FF 02 00 00 00 00 00", kVersion, 8},
      {"MQIsdp 4", "10 0E 00 06 'MQIsdp' 04 02 00 00 00 00", kVersion, 10},
      {"MQIsdp 5", "10 0F 00 06 'MQIsdp' 05 02 00 00 00 00 00", kVersion, 10},
      {"MQIsdp 3 of a bridge", "10 0E 00 06 'MQIsdp' 83 02 00 00 00 00", kVersion, 10},
  };
  expect_connects_refused(rows);
}

// MQTT-3.1.2-3, MQTT311-3.1.2-3: the reserved bit is 0, in all versions.
TEST(DecodeConnect, refuses_reserved_connect_flag) {
  const BadRow rows[] = {
      {"3.1", "10 0E 00 06 'MQIsdp' 03 03 00 00 00 00", kMalformed, 11},
      {"3.1.1", "10 0C 00 04 'MQTT' 04 03 00 00 00 00", kMalformed, 9},
      {"5.0", "10 0D 00 04 'MQTT' 05 03 00 00 00 00 00", kMalformed, 9},
  };
  expect_connects_refused(rows);
}

// MQTT-3.1.2-11, MQTT-3.1.2-13, MQTT311-3.1.2-11, -13, -15.
TEST(DecodeConnect, refuses_will_qos_or_retain_without_will) {
  const BadRow rows[] = {
      {"3.1.1 QoS 1", "10 0C 00 04 'MQTT' 04 0A 00 00 00 00", kMalformed, 9},
      {"3.1.1 QoS 2", "10 0C 00 04 'MQTT' 04 12 00 00 00 00", kMalformed, 9},
      {"3.1.1 retain", "10 0C 00 04 'MQTT' 04 22 00 00 00 00", kMalformed, 9},
      {"5.0 QoS 1", "10 0D 00 04 'MQTT' 05 0A 00 00 00 00 00", kMalformed, 9},
      {"5.0 QoS 2", "10 0D 00 04 'MQTT' 05 12 00 00 00 00 00", kMalformed, 9},
      {"5.0 retain", "10 0D 00 04 'MQTT' 05 22 00 00 00 00 00", kMalformed, 9},
  };
  expect_connects_refused(rows);
}

// MQTT-3.1.2-12, MQTT311-3.1.2-14.
TEST(DecodeConnect, refuses_will_qos_3) {
  const BadRow rows[] = {
      {"3.1.1", "10 12 00 04 'MQTT' 04 1E 00 00 00 00 00 01 'w' 00 01 'x'", kMalformed, 9},
      {"5.0", "10 14 00 04 'MQTT' 05 1E 00 00 00 00 00 00 00 01 'w' 00 01 'x'", kMalformed, 9},
  };
  expect_connects_refused(rows);
}

// MQTT311-3.1.2-22. 5.0 allows it: see the good rows.
TEST(DecodeConnect, refuses_password_without_user_name_before_5) {
  const BadRow rows[] = {
      {"3.1", "10 11 00 06 'MQIsdp' 03 42 00 00 00 00 00 01 'p'", kMalformed, 11},
      {"3.1.1", "10 0F 00 04 'MQTT' 04 42 00 00 00 00 00 01 'p'", kMalformed, 9},
  };
  expect_connects_refused(rows);
}

// MQTT-3.1.2-17, MQTT-3.1.2-19, MQTT311-3.1.2-19, -21.
TEST(DecodeConnect, refuses_announced_fields_that_are_missing) {
  const BadRow rows[] = {
      {"3.1.1 user name", "10 0C 00 04 'MQTT' 04 82 00 00 00 00", kMalformed, 14},
      {"3.1.1 password", "10 0F 00 04 'MQTT' 04 C2 00 00 00 00 00 01 'u'", kMalformed, 17},
      {"5.0 user name", "10 0D 00 04 'MQTT' 05 82 00 00 00 00 00", kMalformed, 15},
      {"5.0 password", "10 0D 00 04 'MQTT' 05 42 00 00 00 00 00", kMalformed, 15},
      {"3.1 user name cut off", "10 0F 00 06 'MQIsdp' 03 82 00 00 00 00 00", kMalformed, 16},
  };
  expect_connects_refused(rows);
}

// MQTT-3.1.2-16, MQTT-3.1.2-18, MQTT311-3.1.2-18, -20.
TEST(DecodeConnect, refuses_fields_that_were_not_announced) {
  const BadRow rows[] = {
      {"3.1.1 user name", "10 0F 00 04 'MQTT' 04 02 00 00 00 00 00 01 'u'", kMalformed, 14},
      {"3.1.1 password", "10 12 00 04 'MQTT' 04 82 00 00 00 00 00 01 'u' 00 01 'p'", kMalformed,
       17},
      {"5.0 user name", "10 10 00 04 'MQTT' 05 02 00 00 00 00 00 00 01 'u'", kMalformed, 15},
      {"5.0 password", "10 13 00 04 'MQTT' 05 82 00 00 00 00 00 00 01 'u' 00 01 'p'", kMalformed,
       18},
  };
  expect_connects_refused(rows);
}

// MQTT-3.1.2-9, MQTT311-3.1.2-9: will properties, topic and payload are all there.
TEST(DecodeConnect, refuses_a_will_with_a_part_left_out) {
  const BadRow rows[] = {
      {"3.1.1 both", "10 0C 00 04 'MQTT' 04 06 00 00 00 00", kMalformed, 14},
      {"3.1.1 payload", "10 0F 00 04 'MQTT' 04 06 00 00 00 00 00 01 'w'", kMalformed, 17},
      {"5.0 all", "10 0D 00 04 'MQTT' 05 06 00 00 00 00 00", kMalformed, 15},
      {"5.0 topic and payload", "10 0E 00 04 'MQTT' 05 06 00 00 00 00 00 00", kMalformed, 16},
      {"5.0 payload", "10 11 00 04 'MQTT' 05 06 00 00 00 00 00 00 00 01 'w'", kMalformed, 19},
  };
  expect_connects_refused(rows);
}

// E-021, MQTT-4.7.0-1, MQTT-4.7.3-1, MQTT311-4.7.1-1, MQTT311-4.7.3-1.
TEST(DecodeConnect, refuses_a_will_topic_that_is_no_topic_name) {
  const BadRow rows[] = {
      {"3.1.1 empty", "10 11 00 04 'MQTT' 04 06 00 00 00 00 00 00 00 01 'x'", kMalformed, 16},
      {"3.1.1 wildcard", "10 13 00 04 'MQTT' 04 06 00 00 00 00 00 02 'a#' 00 01 'x'", kMalformed,
       17},
      {"5.0 empty", "10 13 00 04 'MQTT' 05 06 00 00 00 00 00 00 00 00 00 01 'x'", kMalformed, 18},
      {"5.0 wildcard", "10 14 00 04 'MQTT' 05 06 00 00 00 00 00 00 00 01 '+' 00 01 'x'", kMalformed,
       18},
  };
  expect_connects_refused(rows);
}

// MQTT-3.1.3-3, MQTT311-3.1.3-3: the client identifier is there and comes first.
TEST(DecodeConnect, refuses_an_empty_payload) {
  expect_connect_refused({"3.1.1", "10 0A 00 04 'MQTT' 04 02 00 00", kMalformed, 12});
  expect_connect_refused({"5.0", "10 0B 00 04 'MQTT' 05 02 00 00 00", kMalformed, 13});
}

// MQTT-2.2.2-1: no properties are a length of 0, not nothing.
TEST(DecodeConnect, refuses_a_missing_property_length) {
  expect_connect_refused({"nothing behind", "10 0A 00 04 'MQTT' 05 02 00 00", kMalformed, 12});
  expect_connect_refused(
      {"client identifier behind", "10 0D 00 04 'MQTT' 05 02 00 00 00 01 'c'", kMalformed, 13});
}

}  // namespace godwit::mqtt::test
