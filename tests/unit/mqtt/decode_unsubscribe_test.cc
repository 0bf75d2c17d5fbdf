#include <gtest/gtest.h>

#include "tests/unit/mqtt/expect.h"
#include "tests/unit/mqtt/rows.h"

namespace godwit::mqtt::test {
namespace {

const GoodRow kRows[] = {
    {"3.1: UNSUBSCRIBE repeated (E-098)", k3_1, kClient,
     "AA 05"  // UNSUBSCRIBE with DUP, remaining length 5
     "00 01"
     "00 01 'a'",
     "UNSUBSCRIBE id=1 filters={'a'}", false},
    {"3.1.1: two filters", k3_1_1, kClient,
     "A2 0A"        // UNSUBSCRIBE, remaining length 10
     "00 0A"        // packet identifier
     "00 01 'a'"    // filter
     "00 03 'a/#'"  // filter
     ,
     "UNSUBSCRIBE id=10 filters={'a', 'a/#'}"},
    {"5.0: the least", k5_0, kClient,
     "A2 06"
     "00 01"
     "00"  // no properties
     "00 01 '+'",
     "UNSUBSCRIBE id=1 filters={'+'}"},
    {"5.0: everything", k5_0, kClient,
     "A2 1A"
     "00 01"
     "07"                      // 7 bytes of properties
     "26 00 01 'k' 00 01 'v'"  // user property
     "00 01 '/'"               // filter
     "00 0B '$share/g/+/'"     // shared filter
     ,
     "UNSUBSCRIBE id=1 filters={'/', '$share/g/+/' share='g' pattern='+/'} properties={"
     "User Property='k':'v'}"},
    {"3.1: UNSUBACK", k3_1, kServer, "B0 02 00 01", "UNSUBACK id=1 codes={}"},
    {"3.1.1: UNSUBACK", k3_1_1, kServer,
     "B0 02"   // UNSUBACK, remaining length 2
     "00 01",  // packet identifier
     "UNSUBACK id=1 codes={}"},
    {"5.0: UNSUBACK", k5_0, kServer,
     "B0 0E"
     "00 01"
     "08"                // 8 bytes of properties
     "1F 00 05 'maybe'"  // reason string
     "00 11 87",         // success, no subscription existed, not authorized
     "UNSUBACK id=1 codes={success, no_subscription_existed, not_authorized} properties={"
     "Reason String='maybe'}"},
};

}  // namespace

std::span<const GoodRow> unsubscribe_rows() { return kRows; }

TEST(DecodeUnsubscribe, reads_every_field) {
  for (const GoodRow& row : kRows) {
    expect_decoded(row);
  }
}

// MQTT-3.10.3-2, MQTT311-3.10.3-2
TEST(DecodeUnsubscribe, refuses_no_filter) {
  expect_refused({"3.1.1", "A2 02 00 01", kProtocol, 4}, client_of(k3_1_1));
  expect_refused({"5.0", "A2 03 00 01 00", kProtocol, 5}, client_of(k5_0));
}

// MQTT311-2.3.1-1
TEST(DecodeUnsubscribe, refuses_packet_identifier_0) {
  expect_refused({"3.1.1", "A2 05 00 00 00 01 'a'", kProtocol, 2}, client_of(k3_1_1));
  expect_refused({"5.0", "A2 06 00 00 00 00 01 'a'", kProtocol, 2}, client_of(k5_0));
}

// MQTT-3.10.3-1, MQTT-4.7.1-1, MQTT-4.7.1-2, MQTT-4.7.3-1, E-090
TEST(DecodeUnsubscribe, refuses_the_packet_for_one_bad_filter) {
  const BadRow rows[] = {
      {"empty", "A2 05 00 01 00 00 00", kMalformed, 7},
      {"a/#/b", "A2 0A 00 01 00 00 05 'a/#/b'", kMalformed, 9},
      {"second of two", "A2 0A 00 01 00 00 01 'a' 00 02 '+b'", kMalformed, 10},
      {"second cut off", "A2 09 00 01 00 00 01 'a' 00 02 'b'", kMalformed, 8},
      {"$share/+/t", "A2 0F 00 01 00 00 0A '$share/+/t'", kMalformed, 14},
  };
  for (const BadRow& row : rows) {
    expect_refused(row, client_of(k5_0));
  }
}

// MQTT-3.10.1-1, E-098
TEST(DecodeUnsubscribe, refuses_dup_from_3_1_1_on) {
  expect_refused({"3.1.1", "AA 05 00 01 00 01 'a'", kMalformed, 0}, client_of(k3_1_1));
  expect_refused({"5.0", "AA 06 00 01 00 00 01 'a'", kMalformed, 0}, client_of(k5_0));
}

// 3.1.1, section 3.11.3.
TEST(DecodeUnsuback, has_no_payload_before_5) {
  expect_refused({"3.1.1", "B0 03 00 01 00", kMalformed, 4}, server_of(k3_1_1));
}

// MQTT-3.11.3-2
TEST(DecodeUnsuback, refuses_missing_and_foreign_codes) {
  expect_refused({"none", "B0 03 00 01 00", kMalformed, 5}, server_of(k5_0));
  expect_refused({"SUBACK's", "B0 04 00 01 00 01", kProtocol, 5}, server_of(k5_0));
}

}  // namespace godwit::mqtt::test
