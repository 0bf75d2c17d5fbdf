#include <gtest/gtest.h>

#include "tests/unit/mqtt/expect.h"
#include "tests/unit/mqtt/rows.h"

namespace godwit::mqtt::test {
namespace {

const GoodRow kRows[] = {
    {"3.1: accepted", k3_1, kServer,
     "20 02"  // CONNACK, remaining length 2
     "00"     // reserved
     "00",    // return code 0
     "CONNACK session_present=0 code=success"},
    {"3.1: refused", k3_1, kServer,
     "20 02"
     "00"
     "05",  // return code 5
     "CONNACK session_present=0 code=not_authorized"},
    {"3.1.1: accepted, session present", k3_1_1, kServer,
     "20 02"
     "01"   // flags: session present
     "00",  // return code 0
     "CONNACK session_present=1 code=success"},
    {"3.1.1: level", k3_1_1, kServer, "20 02 00 01",
     "CONNACK session_present=0 code=unsupported_protocol_version"},
    {"3.1.1: client identifier", k3_1_1, kServer, "20 02 00 02",
     "CONNACK session_present=0 code=client_identifier_not_valid"},
    {"3.1.1: unavailable", k3_1_1, kServer, "20 02 00 03",
     "CONNACK session_present=0 code=server_unavailable"},
    {"3.1.1: password", k3_1_1, kServer, "20 02 00 04",
     "CONNACK session_present=0 code=bad_user_name_or_password"},
    {"3.1.1: permission", k3_1_1, kServer, "20 02 00 05",
     "CONNACK session_present=0 code=not_authorized"},
    {"5.0: the least", k5_0, kServer,
     "20 03"  // CONNACK, remaining length 3
     "00"     // flags
     "00"     // reason code
     "00",    // no properties
     "CONNACK session_present=0 code=success"},
    {"5.0: everything", k5_0, kServer,
     "20 46"
     "01"
     "00"
     "43"                      // 67 bytes of properties
     "11 FF FF FF FF"          // session expiry interval: never
     "21 00 40"                // receive maximum 64
     "24 01"                   // maximum QoS 1
     "25 00"                   // retain available: no
     "27 00 40 00 00"          // maximum packet size 4 MiB
     "12 00 02 'id'"           // assigned client identifier
     "22 00 10"                // topic alias maximum 16
     "1F 00 02 'ok'"           // reason string
     "26 00 01 'k' 00 01 'v'"  // user property
     "28 01"                   // wildcard subscription available
     "29 01"                   // subscription identifier available
     "2A 01"                   // shared subscription available
     "13 00 1E"                // server keep alive 30
     "1A 00 02 'r/'"           // response information
     "1C 00 01 's'"            // server reference
     "15 00 05 'PLAIN'"        // authentication method
     "16 00 01 01",            // authentication data
     "CONNACK session_present=1 code=success properties={Session Expiry Interval=4294967295, "
     "Receive Maximum=64, Maximum QoS=1, Retain Available=0, Maximum Packet Size=4194304, "
     "Assigned Client Identifier='id', Topic Alias Maximum=16, Reason String='ok', "
     "User Property='k':'v', Wildcard Subscription Available=1, "
     "Subscription Identifier Available=1, Shared Subscription Available=1, Server Keep Alive=30, "
     "Response Information='r/', Server Reference='s', Authentication Method='PLAIN', "
     "Authentication Data='\\x01'}"},
    {"5.0: refused", k5_0, kServer,
     "20 03"
     "00"
     "87"  // not authorized
     "00",
     "CONNACK session_present=0 code=not_authorized"},
};

}  // namespace

std::span<const GoodRow> connack_rows() { return kRows; }

TEST(DecodeConnack, reads_every_field) {
  for (const GoodRow& row : kRows) {
    expect_decoded(row);
  }
}

// MQTT-3.2.2-1, E-095: bits 7 to 1 are 0; in 3.1 all of them.
TEST(DecodeConnack, refuses_reserved_acknowledge_flags) {
  expect_refused({"3.1", "20 02 01 00", kMalformed, 2}, server_of(k3_1));
  expect_refused({"3.1.1", "20 02 02 00", kMalformed, 2}, server_of(k3_1_1));
  expect_refused({"5.0", "20 03 81 00 00", kMalformed, 2}, server_of(k5_0));
}

// MQTT-3.2.2-6, MQTT311-3.2.2-4.
TEST(DecodeConnack, refuses_session_present_in_a_refusal) {
  expect_refused({"3.1.1", "20 02 01 05", kProtocol, 2}, server_of(k3_1_1));
  expect_refused({"5.0", "20 03 01 87 00", kProtocol, 2}, server_of(k5_0));
}

// MQTT-3.2.2-8; 3.1.1, table 3.1.
TEST(DecodeConnack, refuses_unknown_codes) {
  expect_refused({"3.1.1", "20 02 00 06", kProtocol, 3}, server_of(k3_1_1));
  expect_refused({"3.1.1 with a code of 5.0", "20 02 00 87", kProtocol, 3}, server_of(k3_1_1));
  expect_refused({"5.0", "20 03 00 01 00", kProtocol, 3}, server_of(k5_0));
  expect_refused({"5.0 from another packet", "20 03 00 92 00", kProtocol, 3}, server_of(k5_0));
}

// A 3.1.1 server that does not know 5.0 answers so.
TEST(DecodeConnack, refuses_the_short_packet_of_3_1_1_as_5) {
  expect_refused({"no properties", "20 02 00 80", kMalformed, 4}, server_of(k5_0));
}

// E-111
TEST(DecodeConnack, is_refused_from_a_client) {
  expect_refused({"CONNACK", "20 03 00 00 00", kProtocol, 0}, client_of(k5_0));
}

}  // namespace godwit::mqtt::test
