#include <gtest/gtest.h>

#include "tests/unit/mqtt/expect.h"
#include "tests/unit/mqtt/rows.h"

namespace godwit::mqtt::test {
namespace {

const GoodRow kRows[] = {
    {"3.1: PUBREL", k3_1, kClient,
     "62 02"   // PUBREL, remaining length 2
     "00 01",  // packet identifier
     "PUBREL id=1 code=success"},
    {"3.1: PUBREL repeated (E-098)", k3_1, kClient,
     "6A 02"  // with DUP
     "00 01",
     "PUBREL id=1 code=success", false},
    {"3.1.1: PUBACK", k3_1_1, kClient, "40 02 00 01", "PUBACK id=1 code=success"},
    {"3.1.1: PUBREC", k3_1_1, kServer, "50 02 00 FF", "PUBREC id=255 code=success"},
    {"3.1.1: PUBREL", k3_1_1, kClient, "62 02 01 00", "PUBREL id=256 code=success"},
    {"3.1.1: PUBCOMP", k3_1_1, kServer, "70 02 FF FF", "PUBCOMP id=65535 code=success"},
    {"5.0: PUBACK of length 2", k5_0, kClient, "40 02 00 01", "PUBACK id=1 code=success"},
    {"5.0: PUBACK of length 3", k5_0, kServer,
     "40 03"
     "00 01"
     "10",  // no matching subscribers
     "PUBACK id=1 code=no_matching_subscribers"},
    {"5.0: PUBACK of length 3 that says success", k5_0, kClient, "40 03 00 01 00",
     "PUBACK id=1 code=success", false},
    {"5.0: PUBACK of length 4 without properties", k5_0, kClient, "40 04 00 01 87 00",
     "PUBACK id=1 code=not_authorized", false},
    {"5.0: PUBREC with everything", k5_0, kServer,
     "50 11"
     "00 05"                    // packet identifier
     "97"                       // quota exceeded
     "0D"                       // 13 bytes of properties
     "1F 00 03 'any'"           // reason string
     "26 00 01 'k' 00 01 'v'",  // user property
     "PUBREC id=5 code=quota_exceeded properties={Reason String='any', User Property='k':'v'}"},
    {"5.0: PUBACK that says success, with a reason", k5_0, kServer,
     "40 08"
     "00 01"
     "00"
     "04"            // 4 bytes of properties
     "1F 00 01 'r'"  // reason string
     ,
     "PUBACK id=1 code=success properties={Reason String='r'}"},
    {"5.0: PUBREL", k5_0, kServer,
     "62 03"
     "00 02"
     "92",  // packet identifier not found
     "PUBREL id=2 code=packet_identifier_not_found"},
    {"5.0: PUBCOMP", k5_0, kClient, "70 02 00 02", "PUBCOMP id=2 code=success"},
};

}  // namespace

std::span<const GoodRow> publish_ack_rows() { return kRows; }

TEST(DecodePublishAck, reads_every_field) {
  for (const GoodRow& row : kRows) {
    expect_decoded(row);
  }
}

// E-086: 3.x has the identifier and nothing else.
TEST(DecodePublishAck, refuses_any_length_but_2_before_5) {
  const BadRow rows[] = {
      {"PUBACK 0", "40 00", kMalformed, 2},
      {"PUBACK 1", "40 01 00", kMalformed, 2},
      {"PUBACK 3", "40 03 00 01 00", kMalformed, 4},
      {"PUBREC 3", "50 03 00 01 00", kMalformed, 4},
      {"PUBREL 3", "62 03 00 01 00", kMalformed, 4},
      {"PUBCOMP 4", "70 04 00 01 00 00", kMalformed, 4},
  };
  for (const BadRow& row : rows) {
    expect_refused(row, client_of(k3_1));
    expect_refused(row, client_of(k3_1_1));
  }
}

// MQTT-2.2.1-5: an identifier belongs to a PUBLISH, and none has 0.
TEST(DecodePublishAck, refuses_packet_identifier_0) {
  const BadRow rows[] = {
      {"PUBACK", "40 02 00 00", kProtocol, 2},
      {"PUBREC", "50 02 00 00", kProtocol, 2},
      {"PUBREL", "62 02 00 00", kProtocol, 2},
      {"PUBCOMP", "70 02 00 00", kProtocol, 2},
  };
  for (const BadRow& row : rows) {
    expect_refused(row, client_of(k3_1_1));
    expect_refused(row, client_of(k5_0));
  }
}

// MQTT-3.4.2-1, MQTT-3.5.2-1, MQTT-3.6.2-1, MQTT-3.7.2-1. All codes: reason_code_test.cc.
TEST(DecodePublishAck, refuses_reason_codes_of_other_packets) {
  const BadRow rows[] = {
      {"PUBACK, unknown", "40 03 00 01 FF", kProtocol, 4},
      {"PUBACK, only a server's", "40 03 00 01 10", kProtocol, 4},
      {"PUBACK, PUBREL's", "40 03 00 01 92", kProtocol, 4},
      {"PUBREC, unknown", "50 03 00 01 01", kProtocol, 4},
      {"PUBREL, PUBACK's", "62 03 00 01 87", kProtocol, 4},
      {"PUBCOMP, DISCONNECT's", "70 03 00 01 81", kProtocol, 4},
  };
  for (const BadRow& row : rows) {
    expect_refused(row, client_of(k5_0));
  }
}

// MQTT-3.6.1-1, E-098: DUP on PUBREL means a repeat in 3.1 and nothing later.
TEST(DecodePublishAck, refuses_dup_on_pubrel_from_3_1_1_on) {
  expect_refused({"3.1.1", "6A 02 00 01", kMalformed, 0}, client_of(k3_1_1));
  expect_refused({"5.0", "6A 02 00 01", kMalformed, 0}, client_of(k5_0));
}

TEST(DecodePublishAck, refuses_properties_that_do_not_fit) {
  expect_refused({"cut off", "40 04 00 01 00 01", kMalformed, 5}, client_of(k5_0));
  expect_refused({"surplus", "40 05 00 01 00 00 00", kMalformed, 6}, client_of(k5_0));
}

}  // namespace godwit::mqtt::test
