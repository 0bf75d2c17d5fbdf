#include <gtest/gtest.h>

#include <string>

#include "broker/mqtt/encoder.h"
#include "tests/unit/mqtt/expect.h"
#include "tests/unit/mqtt/rows.h"
#include "tests/unit/mqtt/wire.h"

namespace godwit::mqtt::test {
namespace {

const GoodRow kRows[] = {
    {"3.1: SUBSCRIBE", k3_1, kClient,
     "82 06"          // SUBSCRIBE, remaining length 6
     "00 01"          // packet identifier
     "00 01 'a' 01",  // filter, QoS 1
     "SUBSCRIBE id=1 filters={'a' qos=1 nl=0 rap=0 rh=0}"},
    {"3.1: SUBSCRIBE repeated (E-098)", k3_1, kClient,
     "8A 06"  // with DUP
     "00 01"
     "00 01 'a' 01",
     "SUBSCRIBE id=1 filters={'a' qos=1 nl=0 rap=0 rh=0}", false},
    {"3.1.1: three filters", k3_1_1, kClient,
     "82 13"
     "00 0A"
     "00 03 'a/b' 00"   // filter, QoS 0
     "00 01 '#' 01"     // filter, QoS 1
     "00 04 '+/+/' 02"  // filter, QoS 2
     ,
     "SUBSCRIBE id=10 filters={'a/b' qos=0 nl=0 rap=0 rh=0, '#' qos=1 nl=0 rap=0 rh=0, "
     "'+/+/' qos=2 nl=0 rap=0 rh=0}"},
    {"3.1.1: shared (E-034)", k3_1_1, kClient,
     "82 0F"
     "00 01"
     "00 0A '$share/g/a' 00",
     "SUBSCRIBE id=1 filters={'$share/g/a' share='g' pattern='a' qos=0 nl=0 rap=0 rh=0}"},
    {"5.0: the least", k5_0, kClient,
     "82 07"
     "FF FF"
     "00"             // no properties
     "00 01 'a' 00",  // filter, options
     "SUBSCRIBE id=65535 filters={'a' qos=0 nl=0 rap=0 rh=0}"},
    {"5.0: everything", k5_0, kClient,
     "82 22"
     "00 01"
     "0C"                       // 12 bytes of properties
     "0B FF FF FF 7F"           // subscription identifier 268,435,455
     "26 00 01 'k' 00 01 'v'"   // user property
     "00 01 'a' 2D"             // RH 2, RAP, NL, QoS 1
     "00 0C '$share/g//a/' 1A"  // RH 1, RAP, QoS 2
     ,
     "SUBSCRIBE id=1 filters={'a' qos=1 nl=1 rap=1 rh=2, '$share/g//a/' share='g' pattern='/a/' "
     "qos=2 nl=0 rap=1 rh=1} properties={Subscription Identifier=268435455, "
     "User Property='k':'v'}"},
    {"3.1: SUBACK", k3_1, kServer,
     "90 03"  // SUBACK, remaining length 3
     "00 01"
     "02",  // granted QoS 2
     "SUBACK id=1 codes={granted_qos2}"},
    {"3.1.1: SUBACK", k3_1_1, kServer,
     "90 05"
     "00 01"
     "00 01 80",  // granted QoS 0, QoS 1, failure
     "SUBACK id=1 codes={success, granted_qos1, unspecified_error}"},
    {"5.0: SUBACK", k5_0, kServer,
     "90 0A"
     "00 01"
     "04"            // 4 bytes of properties
     "1F 00 01 'r'"  // reason string
     "02 87 A2",     // granted QoS 2, not authorized, no wildcards
     "SUBACK id=1 codes={granted_qos2, not_authorized, wildcard_subscriptions_not_supported} "
     "properties={Reason String='r'}"},
};

// SUBSCRIBE of 5.0 with one filter at QoS 0.
Bytes subscribe_to(const std::string& filter) {
  Bytes body = wire("00 01 00");
  append_filter_request(filter, {}, body);
  return packet(std::byte{0x82}, body);
}

}  // namespace

std::span<const GoodRow> subscribe_rows() { return kRows; }

TEST(DecodeSubscribe, reads_every_field) {
  for (const GoodRow& row : kRows) {
    expect_decoded(row);
  }
}

// MQTT-3.8.3-2, MQTT311-3.8.3-3
TEST(DecodeSubscribe, refuses_no_filter_and_a_filter_without_options) {
  expect_refused({"3.1.1, none", "82 02 00 01", kProtocol, 4}, client_of(k3_1_1));
  expect_refused({"3.1.1, no QoS", "82 05 00 01 00 01 'a'", kMalformed, 7}, client_of(k3_1_1));
  expect_refused({"5.0, none", "82 03 00 01 00", kProtocol, 5}, client_of(k5_0));
  expect_refused({"5.0, no options", "82 06 00 01 00 00 01 'a'", kMalformed, 8}, client_of(k5_0));
}

// MQTT311-2.3.1-1
TEST(DecodeSubscribe, refuses_packet_identifier_0) {
  expect_refused({"3.1.1", "82 06 00 00 00 01 'a' 00", kProtocol, 2}, client_of(k3_1_1));
  expect_refused({"5.0", "82 07 00 00 00 00 01 'a' 00", kProtocol, 2}, client_of(k5_0));
}

// MQTT-3.8.3-5, E-037
TEST(DecodeSubscribe, refuses_options_out_of_range) {
  const BadRow rows[] = {
      {"bit 6", "82 07 00 01 00 00 01 'a' 40", kMalformed, 8},
      {"bit 7", "82 07 00 01 00 00 01 'a' 80", kMalformed, 8},
      {"bits 6 and 7", "82 07 00 01 00 00 01 'a' C0", kMalformed, 8},
      {"QoS 3", "82 07 00 01 00 00 01 'a' 03", kProtocol, 8},
      {"RH 3", "82 07 00 01 00 00 01 'a' 30", kProtocol, 8},
      {"in the second", "82 0B 00 01 00 00 01 'a' 00 00 01 'b' 03", kProtocol, 12},
  };
  for (const BadRow& row : rows) {
    expect_refused(row, client_of(k5_0));
  }
}

// MQTT311-3.8.3-4
TEST(DecodeSubscribe, refuses_everything_but_a_qos_before_5) {
  const BadRow rows[] = {
      {"QoS 3", "82 06 00 01 00 01 'a' 03", kProtocol, 7},
      {"no local", "82 06 00 01 00 01 'a' 04", kMalformed, 7},
      {"retain as published", "82 06 00 01 00 01 'a' 08", kMalformed, 7},
      {"retain handling", "82 06 00 01 00 01 'a' 10", kMalformed, 7},
      {"bit 7", "82 06 00 01 00 01 'a' 80", kMalformed, 7},
  };
  for (const BadRow& row : rows) {
    expect_refused(row, client_of(k3_1));
    expect_refused(row, client_of(k3_1_1));
  }
}

// MQTT-3.8.3-4
TEST(DecodeSubscribe, refuses_no_local_with_a_shared_filter) {
  expect_refused({"$share/g/t", "82 10 00 01 00 00 0A '$share/g/t' 04", kProtocol, 17},
                 client_of(k5_0));
}

// MQTT-4.7.1-1, MQTT-4.7.1-2, MQTT-4.7.3-1, MQTT-4.8.2-1, MQTT-4.8.2-2,
// MQTT311-4.7.1-2, E-090
TEST(DecodeSubscribe, refuses_the_packet_for_one_bad_filter) {
  const BadRow rows[] = {
      {"a#", "82 08 00 01 00 00 02 'a#' 00", kMalformed, 8},
      {"a+", "82 08 00 01 00 00 02 'a+' 00", kMalformed, 8},
      {"empty", "82 06 00 01 00 00 00 00", kMalformed, 7},
      {"second of two", "82 0D 00 01 00 00 01 'a' 00 00 03 '#/b' 00", kMalformed, 11},
      {"$share//t", "82 0F 00 01 00 00 09 '$share//t' 00", kMalformed, 14},
      {"$share/g", "82 0E 00 01 00 00 08 '$share/g' 00", kMalformed, 15},
      {"$share/g/", "82 0F 00 01 00 00 09 '$share/g/' 00", kMalformed, 16},
  };
  for (const BadRow& row : rows) {
    expect_refused(row, client_of(k5_0));
  }
  expect_refused({"3.1.1", "82 07 00 01 00 02 'a#' 00", kMalformed, 7}, client_of(k3_1_1));
}

// E-093
TEST(DecodeSubscribe, bounds_the_levels_of_a_filter) {
  const DecodeContext context = client_of(k5_0);
  EXPECT_TRUE(decode(subscribe_to(std::string(127, '/')), context).has_value());
  EXPECT_TRUE(decode(subscribe_to("$share/g/" + std::string(127, '/')), context).has_value());
  const auto refused = decode(subscribe_to(std::string(128, '/')), context);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, ReasonCode::kTopicFilterInvalid);
  EXPECT_EQ(refused.error().offset, 8U + 127U);  // The remaining length takes two bytes here.
  EXPECT_FALSE(decode(subscribe_to(std::string(65'535, '/')), context).has_value());
}

// E-063
TEST(DecodeSubscribe, refuses_subscription_identifier_0_and_two_of_them) {
  expect_refused({"0", "82 09 00 01 02 0B 00 00 01 'a' 00", kProtocol, 6}, client_of(k5_0));
  expect_refused({"two", "82 0B 00 01 04 0B 01 0B 02 00 01 'a' 00", kProtocol, 7}, client_of(k5_0));
}

// Section 1.5.5
TEST(DecodeSubscribe, refuses_variable_byte_integers_of_five_bytes) {
  expect_refused({"property length", "82 0B 00 01 FF FF FF FF 01 00 01 'a' 00", kMalformed, 7},
                 client_of(k5_0));
  expect_refused({"identifier", "82 0D 00 01 06 0B FF FF FF FF 01 00 01 'a' 00", kMalformed, 9},
                 client_of(k5_0));
  expect_refused({"cut off", "82 0A 00 01 03 0B FF FF 00 01 'a' 00", kMalformed, 6},
                 client_of(k5_0));
}

TEST(FilterRequestsDeathTest, end_the_process_on_bytes_that_were_never_checked) {
  const Bytes cut_off = wire("00 03 'a'");
  FilterRequests requests(cut_off, false);
  FilterRequest request;
  EXPECT_DEATH(requests.next(request), "cursor.ok");
}

// MQTT-3.8.1-1, E-098
TEST(DecodeSubscribe, refuses_dup_from_3_1_1_on) {
  expect_refused({"3.1.1", "8A 06 00 01 00 01 'a' 01", kMalformed, 0}, client_of(k3_1_1));
  expect_refused({"5.0", "8A 07 00 01 00 00 01 'a' 01", kMalformed, 0}, client_of(k5_0));
}

// MQTT-3.9.3-2, MQTT311-3.9.3-2, E-097
TEST(DecodeSuback, refuses_codes_that_the_version_does_not_have) {
  expect_refused({"3.1, failure", "90 03 00 01 80", kProtocol, 4}, server_of(k3_1));
  expect_refused({"3.1.1, code of 5.0", "90 04 00 01 00 87", kProtocol, 5}, server_of(k3_1_1));
  expect_refused({"3.1.1, QoS 3", "90 03 00 01 03", kProtocol, 4}, server_of(k3_1_1));
  expect_refused({"5.0, QoS 3", "90 05 00 01 00 00 03", kProtocol, 6}, server_of(k5_0));
  expect_refused({"5.0, UNSUBACK's", "90 04 00 01 00 11", kProtocol, 5}, server_of(k5_0));
}

TEST(DecodeSuback, refuses_an_answer_without_codes) {
  expect_refused({"3.1.1", "90 02 00 01", kMalformed, 4}, server_of(k3_1_1));
  expect_refused({"5.0", "90 03 00 01 00", kMalformed, 5}, server_of(k5_0));
}

}  // namespace godwit::mqtt::test
