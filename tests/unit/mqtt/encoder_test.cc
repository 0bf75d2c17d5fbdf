#include "broker/mqtt/encoder.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/mqtt/expect.h"
#include "tests/unit/mqtt/rows.h"
#include "tests/unit/mqtt/wire.h"

namespace godwit::mqtt::test {
namespace {

template <class T>
std::string encoded(const T& packet, ProtocolVersion version) {
  Bytes out;
  encode(packet, version, out);
  return to_hex(out);
}

std::string hex(std::string_view text) { return to_hex(wire(text)); }

Publish publish_to(std::string_view topic) {
  Publish publish;
  publish.topic = TopicName::from_checked(topic);
  return publish;
}

}  // namespace

// E-116: 3.x has no properties.
TEST(Encode, leaves_properties_out_before_5) {
  const Bytes list = wire("1F 00 01 'r'");
  const PropertiesView properties = PropertiesView::from_checked(list);
  const Bytes codes = wire("01");
  const Bytes filters = wire("00 01 'a'");
  for (const ProtocolVersion version : {k3_1, k3_1_1}) {
    EXPECT_EQ(encoded(Connack{.properties = properties}, version), hex("20 02 00 00"));
    EXPECT_EQ(encoded(Suback{PacketId(1), properties, codes}, version), hex("90 03 00 01 01"));
    EXPECT_EQ(encoded(Unsuback{PacketId(1), properties, codes}, version), hex("B0 02 00 01"));
    EXPECT_EQ(
        encoded(Unsubscribe{PacketId(1), properties, FilterRequests(filters, false)}, version),
        hex("A2 05 00 01 00 01 'a'"));
    EXPECT_EQ(encoded(Disconnect{ReasonCode::kServerBusy, properties}, version), hex("E0 00"));
  }
}

TEST(Encode, leaves_alias_expiry_and_properties_of_publish_out_before_5) {
  const Bytes list = wire("01 01 02 00 00 00 05");
  Publish publish = publish_to("a");
  publish.properties = PropertiesView::from_checked(list);
  publish.message_expiry_interval = 5;
  publish.topic_alias = 3;
  EXPECT_EQ(encoded(publish, k3_1_1), hex("30 03 00 01 'a'"));
  EXPECT_EQ(encoded_size(publish, k3_1_1), 5U);
}

// E-086
TEST(Encode, leaves_reason_codes_of_acks_out_before_5) {
  PublishAck ack{PacketType::kPubrec, PacketId(258), ReasonCode::kNotAuthorized, {}};
  EXPECT_EQ(encoded(ack, k3_1_1), hex("50 02 01 02"));
  EXPECT_EQ(encoded(ack, k5_0), hex("50 03 01 02 87"));
}

// E-116, E-095
TEST(EncodeConnack, speaks_return_codes_before_5) {
  EXPECT_EQ(encoded(Connack{.session_present = true}, k3_1_1), hex("20 02 01 00"));
  EXPECT_EQ(encoded(Connack{.session_present = true}, k3_1), hex("20 02 00 00"));
  EXPECT_EQ(encoded(Connack{.reason_code = ReasonCode::kBanned}, k3_1_1), hex("20 02 00 05"));
  EXPECT_EQ(encoded(Connack{.reason_code = ReasonCode::kBanned}, k5_0), hex("20 03 00 8A 00"));
}

// MQTT311-3.9.3-2. E-097: 3.1 has no code for a failure.
TEST(EncodeSuback, speaks_the_codes_of_the_version) {
  const Bytes codes = wire("00 01 02 87 9E");
  const Suback suback{PacketId(1), {}, codes};
  EXPECT_EQ(encoded(suback, k5_0), hex("90 08 00 01 00 00 01 02 87 9E"));
  EXPECT_EQ(encoded(suback, k3_1_1), hex("90 07 00 01 00 01 02 80 80"));
  EXPECT_EQ(encoded(suback, k3_1), hex("90 07 00 01 00 01 02 00 00"));
}

TEST(EncodeSubscribe, sends_only_the_qos_before_5) {
  Bytes raw;
  append_filter_request("a",
                        {.qos = Qos::kAtLeastOnce,
                         .no_local = true,
                         .retain_as_published = true,
                         .retain_handling = RetainHandling::kDoNotSend},
                        raw);
  append_filter_request("b/#", {.qos = Qos::kExactlyOnce}, raw);
  const Subscribe subscribe{PacketId(1), {}, FilterRequests(raw, true)};
  EXPECT_EQ(encoded(subscribe, k5_0), hex("82 0D 00 01 00 00 01 'a' 2D 00 03 'b/#' 02"));
  EXPECT_EQ(encoded(subscribe, k3_1_1), hex("82 0C 00 01 00 01 'a' 01 00 03 'b/#' 02"));
}

TEST(EncodeUnsubscribe, takes_the_filters_as_they_were_appended) {
  Bytes raw;
  append_unsubscribe_filter("a", raw);
  append_unsubscribe_filter("$share/g/b", raw);
  EXPECT_EQ(encoded(Unsubscribe{PacketId(1), {}, FilterRequests(raw, false)}, k3_1_1),
            hex("A2 11 00 01 00 01 'a' 00 0A '$share/g/b'"));
}

// E-046: an alias belongs to one connection, and the interval shrinks while a message waits.
TEST(EncodePublish, writes_alias_and_expiry_from_the_fields_only) {
  const Bytes list = wire(
      "26 00 00 00 00"      // user property
      "23 00 07"            // topic alias 7
      "26 00 01 'k' 00 00"  // user property
      "02 00 00 00 0A"      // message expiry interval 10
      "01 01");             // payload format indicator
  Publish publish = publish_to("a");
  publish.properties = PropertiesView::from_checked(list);
  EXPECT_EQ(encoded(publish, k5_0),
            hex("30 11 00 01 'a' 0D 26 00 00 00 00 26 00 01 'k' 00 00 01 01"));
  publish.topic_alias = 258;
  publish.message_expiry_interval = 9;
  EXPECT_EQ(encoded(publish, k5_0), hex("30 19 00 01 'a' 15 02 00 00 00 09 23 01 02"
                                        "26 00 00 00 00 26 00 01 'k' 00 00 01 01"));
}

TEST(EncodePublish, has_the_size_that_was_announced) {
  for (const GoodRow& row : publish_rows()) {
    const Bytes bytes = wire(row.wire);
    const auto packet =
        decode(bytes, DecodeContext{.version = row.version, .sender = row.sender, .limits = {}});
    ASSERT_TRUE(packet.has_value()) << row.name;
    const auto& publish = std::get<Publish>(*packet);
    if (publish.topic.empty()) {
      continue;  // Only 5.0 can say it.
    }
    for (const ProtocolVersion version : {k3_1, k3_1_1, k5_0}) {
      Bytes out;
      encode(publish, version, out);
      EXPECT_EQ(encoded_size(publish, version), out.size()) << row.name;
    }
  }
}

// MQTT-1.5.5-1: remaining lengths at the borders of their own length.
TEST(EncodePublish, writes_the_shortest_remaining_length) {
  const struct {
    std::size_t remaining_length;
    const char* header;
  } rows[] = {
      {127, "30 7F"},          {128, "30 80 01"},          {16'383, "30 FF 7F"},
      {16'384, "30 80 80 01"}, {2'097'151, "30 FF FF 7F"}, {2'097'152, "30 80 80 80 01"},
  };
  for (const auto& row : rows) {
    const Bytes payload(row.remaining_length - 3);
    Publish publish = publish_to("a");
    publish.payload = payload;
    Bytes out;
    encode(publish, k3_1_1, out);
    const Bytes header = wire(row.header);
    ASSERT_EQ(out.size(), header.size() + row.remaining_length);
    EXPECT_EQ(to_hex(ByteView(out).first(header.size())), to_hex(header));
    EXPECT_TRUE(decode(out, client_of(k3_1_1)).has_value());
  }
}

TEST(EncodePublish, writes_long_lists_of_properties) {
  Bytes list;
  PropertiesWriter(list).pair("k", std::string(122, 'v'));  // 128 bytes.
  ASSERT_EQ(list.size(), 128U);
  Publish publish = publish_to("a");
  publish.properties = PropertiesView::from_checked(list);
  Bytes out;
  encode(publish, k5_0, out);
  EXPECT_EQ(to_hex(ByteView(out).first(8)), hex("30 85 01 00 01 'a' 80 01"));
  EXPECT_TRUE(decode(out, client_of(k5_0)).has_value());
}

// A wrong field is our bug.
TEST(EncodeDeathTest, refuses_what_no_decoder_would_take) {
  Bytes out;
  Publish publish = publish_to("a");
  publish.qos = Qos::kAtLeastOnce;
  EXPECT_DEATH(encode(publish, k5_0, out), "packet_id");
  EXPECT_DEATH(encode(publish_to(""), k5_0, out), "topic");
  EXPECT_DEATH(encode(PublishAck{.packet_id = kNoPacketId}, k5_0, out), "kNoPacketId");
  const PublishAck foreign{PacketType::kPuback, PacketId(1), ReasonCode::kServerBusy, {}};
  EXPECT_DEATH(encode(foreign, k5_0, out), "reason_code_allowed");
  const Connack silent{.reason_code = ReasonCode::kQuotaExceeded};
  EXPECT_DEATH(encode(silent, k3_1_1, out), "return_code");
  const Connack both{.session_present = true, .reason_code = ReasonCode::kServerBusy};
  EXPECT_DEATH(encode(both, k5_0, out), "session_present");
  EXPECT_DEATH(encode(Auth{}, k3_1_1, out), "is_v5");
  Connect password_alone{.version = k3_1_1};
  password_alone.password = ByteView{};
  EXPECT_DEATH(encode(password_alone, out), "user_name");
}

}  // namespace godwit::mqtt::test
