#include <gtest/gtest.h>

#include "tests/unit/mqtt/expect.h"
#include "tests/unit/mqtt/rows.h"

namespace godwit::mqtt::test {
namespace {

const GoodRow kRows[] = {
    {"3.1: PINGREQ", k3_1, kClient, "C0 00", "PINGREQ"},
    {"3.1.1: PINGREQ", k3_1_1, kClient, "C0 00", "PINGREQ"},
    {"5.0: PINGREQ", k5_0, kClient, "C0 00", "PINGREQ"},
    {"3.1.1: PINGRESP", k3_1_1, kServer, "D0 00", "PINGRESP"},
    {"5.0: PINGRESP", k5_0, kServer, "D0 00", "PINGRESP"},
    {"3.1: DISCONNECT", k3_1, kClient, "E0 00", "DISCONNECT code=success"},
    {"3.1.1: DISCONNECT", k3_1_1, kClient, "E0 00", "DISCONNECT code=success"},
    {"5.0: DISCONNECT of length 0", k5_0, kClient, "E0 00", "DISCONNECT code=success"},
    {"5.0: DISCONNECT of length 1", k5_0, kClient,
     "E0 01"  // DISCONNECT, remaining length 1
     "04",    // disconnect with will
     "DISCONNECT code=disconnect_with_will"},
    {"5.0: DISCONNECT of length 1 that says success", k5_0, kClient, "E0 01 00",
     "DISCONNECT code=success", false},
    {"5.0: DISCONNECT of length 2", k5_0, kServer, "E0 02 8E 00",
     "DISCONNECT code=session_taken_over", false},
    {"5.0: DISCONNECT of a client with everything", k5_0, kClient,
     "E0 12"
     "00"
     "10"                      // 16 bytes of properties
     "11 00 00 00 05"          // session expiry interval 5
     "1F 00 01 'r'"            // reason string
     "26 00 01 'k' 00 01 'v'"  // user property
     ,
     "DISCONNECT code=success properties={Session Expiry Interval=5, Reason String='r', "
     "User Property='k':'v'}"},
    {"5.0: DISCONNECT of a server with a reference", k5_0, kServer,
     "E0 08"
     "9D"               // server moved
     "06"               // 6 bytes of properties
     "1C 00 03 'b:1'",  // server reference
     "DISCONNECT code=server_moved properties={Server Reference='b:1'}"},
    {"5.0: AUTH of a client", k5_0, kClient,
     "F0 0B"
     "18"              // continue authentication
     "09"              // 9 bytes of properties
     "15 00 01 'm'"    // authentication method
     "16 00 02 00 FF"  // authentication data
     ,
     "AUTH code=continue_authentication properties={Authentication Method='m', "
     "Authentication Data='\\x00\\xFF'}"},
    {"5.0: AUTH that begins anew", k5_0, kClient,
     "F0 06"
     "19"             // re-authenticate
     "04"             // 4 bytes of properties
     "15 00 01 'm'",  // authentication method
     "AUTH code=re_authenticate properties={Authentication Method='m'}"},
    {"5.0: AUTH of a server with everything", k5_0, kServer,
     "F0 11"
     "00"                      // success
     "0F"                      // 15 bytes of properties
     "15 00 01 'm'"            // authentication method
     "1F 00 01 'r'"            // reason string
     "26 00 01 'k' 00 01 'v'"  // user property
     ,
     "AUTH code=success properties={Authentication Method='m', Reason String='r', "
     "User Property='k':'v'}"},
    {"5.0: AUTH of length 0 from a server (E-086)", k5_0, kServer, "F0 00", "AUTH code=success"},
};

}  // namespace

std::span<const GoodRow> disconnect_rows() { return kRows; }

TEST(DecodeSmallPackets, reads_every_field) {
  for (const GoodRow& row : kRows) {
    expect_decoded(row);
  }
}

// MQTT-3.12.4-1
TEST(DecodePingreq, refuses_a_body_and_flags) {
  for (const ProtocolVersion version : {k3_1, k3_1_1, k5_0}) {
    expect_refused({"body", "C0 01 00", kMalformed, 2}, client_of(version));
    expect_refused({"flags", "C1 00", kMalformed, 0}, client_of(version));
  }
}

// E-111
TEST(DecodePingresp, is_refused_from_a_client) {
  expect_refused({"PINGRESP", "D0 00", kProtocol, 0}, client_of(k5_0));
}

// 3.1.1, sections 3.14.2 and 3.14.3.
TEST(DecodeDisconnect, refuses_a_body_before_5) {
  expect_refused({"3.1", "E0 01 00", kMalformed, 2}, client_of(k3_1));
  expect_refused({"3.1.1", "E0 01 00", kMalformed, 2}, client_of(k3_1_1));
}

// E-116
TEST(DecodeDisconnect, is_refused_from_a_server_before_5) {
  expect_refused({"3.1", "E0 00", kProtocol, 0}, server_of(k3_1));
  expect_refused({"3.1.1", "E0 00", kProtocol, 0}, server_of(k3_1_1));
}

// MQTT-3.14.2-1. All codes: reason_code_test.cc.
TEST(DecodeDisconnect, refuses_reason_codes_of_the_server_from_a_client) {
  expect_refused({"unlisted", "E0 01 01", kProtocol, 2}, client_of(k5_0));
  expect_refused({"server shutting down", "E0 01 8B", kProtocol, 2}, client_of(k5_0));
  expect_refused({"unknown", "E0 02 FF 00", kProtocol, 2}, client_of(k5_0));
  expect_refused({"a client's, from a server", "E0 01 04", kProtocol, 2}, server_of(k5_0));
}

// MQTT-3.14.2-2: the expiry of a session is the client's to change.
TEST(DecodeDisconnect, refuses_session_expiry_from_a_server) {
  expect_refused({"expiry", "E0 07 00 05 11 00 00 00 05", kProtocol, 4}, server_of(k5_0));
}

// MQTT-3.15.2-1
TEST(DecodeAuth, refuses_reason_codes_of_the_other_end) {
  expect_refused({"success from a client", "F0 06 00 04 15 00 01 'm'", kProtocol, 2},
                 client_of(k5_0));
  expect_refused({"length 0 from a client", "F0 00", kProtocol, 2}, client_of(k5_0));
  expect_refused({"unlisted", "F0 06 1A 04 15 00 01 'm'", kProtocol, 2}, client_of(k5_0));
  expect_refused({"begin anew from a server", "F0 06 19 04 15 00 01 'm'", kProtocol, 2},
                 server_of(k5_0));
}

// MQTT-4.12.0-5, E-119
TEST(DecodeAuth, refuses_a_missing_method) {
  expect_refused({"no properties", "F0 02 18 00", kProtocol, 3}, client_of(k5_0));
  expect_refused({"no property length", "F0 01 18", kMalformed, 3}, client_of(k5_0));
  expect_refused({"data only", "F0 06 18 04 16 00 01 01", kProtocol, 4}, client_of(k5_0));
  expect_refused({"reason only", "F0 06 00 04 1F 00 01 'r'", kProtocol, 3}, server_of(k5_0));
}

// E-111: the type was reserved.
TEST(DecodeAuth, is_malformed_before_5) {
  expect_refused({"3.1", "F0 06 18 04 15 00 01 'm'", kMalformed, 0}, client_of(k3_1));
  expect_refused({"3.1.1", "F0 00", kMalformed, 0}, client_of(k3_1_1));
  expect_refused({"from a server", "F0 00", kMalformed, 0}, server_of(k3_1_1));
}

}  // namespace godwit::mqtt::test
