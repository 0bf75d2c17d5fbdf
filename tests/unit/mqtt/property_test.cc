#include "broker/mqtt/property.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "tests/unit/mqtt/annex_a.h"
#include "tests/unit/mqtt/describe.h"
#include "tests/unit/mqtt/expect.h"
#include "tests/unit/mqtt/wire.h"

namespace godwit::mqtt::test {
namespace {

// What became of a list, as in describe.h, and where it began.
struct Outcome {
  DecodeResult<std::string> packet;
  std::size_t list_at;
};

Outcome decode_bytes(ByteView bytes, Sender sender, std::size_t list_at) {
  const HeapCopy copy(bytes);
  const auto packet = decode(copy.view(), {.version = k5_0, .sender = sender, .limits = {}});
  if (!packet) {
    return {fail(packet.error()), list_at};
  }
  return {describe(*packet), list_at};
}

Outcome decode_with(const Place& place, Sender sender, ByteView list) {
  std::size_t list_at = 0;
  const Bytes bytes = with_list(place, list, list_at);
  return decode_bytes(bytes, sender, list_at);
}

void expect_refused_at(const Outcome& outcome, ReasonCode reason, std::size_t offset) {
  ASSERT_FALSE(outcome.packet.has_value());
  const DecodeError& error = outcome.packet.error();
  EXPECT_EQ(reason_code_name(error.reason), reason_code_name(reason)) << error.what;
  EXPECT_EQ(error.offset, outcome.list_at + offset) << error.what;
}

// Calls `visit(row, place, sender)` with each property in each packet from each end that sends it.
template <class Visit>
void for_each_case(Visit visit) {
  for (const AnnexRow& row : annex_a()) {
    for (const Place& place : places()) {
      for (const Sender sender : {Sender::kClient, Sender::kServer}) {
        if (may_send(place, sender)) {
          SCOPED_TRACE(std::string(row.name) + " in " + std::string(place.name) + "from " +
                       (sender == Sender::kClient ? "client" : "server"));
          visit(row, place, sender);
        }
      }
    }
  }
}

const Place& place_named(std::string_view name) {
  return *std::find_if(places().begin(), places().end(),
                       [&](const Place& place) { return place.name == name; });
}

}  // namespace

TEST(PropertyRules, are_those_of_the_annex) {
  ASSERT_EQ(property_rules().size(), annex_a().size());
  for (std::size_t i = 0; i < annex_a().size(); ++i) {
    EXPECT_EQ(static_cast<std::uint8_t>(property_rules()[i].id), annex_a()[i].id);
    EXPECT_EQ(property_rules()[i].name, annex_a()[i].name);
    EXPECT_EQ(property_rules()[i].type, annex_a()[i].type) << annex_a()[i].name;
  }
}

TEST(PropertyRules, are_found_by_identifier_only) {
  for (std::uint32_t id = 0; id <= 0x1'0000; ++id) {
    const auto row = std::find_if(annex_a().begin(), annex_a().end(),
                                  [&](const AnnexRow& one) { return one.id == id; });
    const PropertyRule* rule = find_property_rule(id);
    ASSERT_EQ(rule != nullptr, row != annex_a().end()) << id;
    if (rule != nullptr) {
      EXPECT_EQ(static_cast<std::uint8_t>(rule->id), id);
    }
  }
}

// E-112: not allowed is malformed; what belongs to the other end is a protocol error
// (MQTT-3.3.4-6, MQTT-3.14.2-2).
TEST(EveryProperty, is_taken_exactly_where_the_annex_allows_it) {
  for_each_case([](const AnnexRow& row, const Place& place, Sender sender) {
    Bytes list = company(row, place);
    const std::size_t property_at = list.size();
    append(list, property_bytes(row));
    const Outcome outcome = decode_with(place, sender, list);
    const Sender other = sender == Sender::kClient ? Sender::kServer : Sender::kClient;
    if (is_allowed(row, place, sender)) {
      ASSERT_TRUE(outcome.packet.has_value()) << outcome.packet.error().what;
    } else if (is_allowed(row, place, other)) {
      expect_refused_at(outcome, ReasonCode::kProtocolError, property_at);
    } else {
      ASSERT_FALSE(outcome.packet.has_value());
      EXPECT_EQ(outcome.packet.error().reason, ReasonCode::kMalformedPacket);
      EXPECT_LE(outcome.packet.error().offset, outcome.list_at + property_at);
    }
  });
}

// E-112
TEST(EveryProperty, is_refused_when_repeated_unless_it_may_be) {
  for_each_case([](const AnnexRow& row, const Place& place, Sender sender) {
    if (!is_allowed(row, place, sender)) {
      return;
    }
    Bytes list = company(row, place);
    append(list, property_bytes(row));
    const std::size_t repeat_at = list.size();
    append(list, property_bytes(row));
    const Outcome outcome = decode_with(place, sender, list);
    const bool is_user_property = row.id == 0x26;
    const bool is_sent_identifier = row.id == 0x0B && sender == Sender::kServer;
    if (is_user_property || is_sent_identifier) {
      EXPECT_TRUE(outcome.packet.has_value());
    } else {
      expect_refused_at(outcome, ReasonCode::kProtocolError, repeat_at);
    }
  });
}

// E-112: the list ends inside the value.
TEST(EveryProperty, is_refused_when_cut_off) {
  for_each_case([](const AnnexRow& row, const Place& place, Sender sender) {
    if (!is_allowed(row, place, sender)) {
      return;
    }
    const Bytes whole = property_bytes(row);
    for (std::size_t size = 1; size < whole.size(); ++size) {
      Bytes list = company(row, place);
      const std::size_t property_at = list.size();
      append(list, ByteView(whole).first(size));
      const Outcome outcome = decode_with(place, sender, list);
      ASSERT_FALSE(outcome.packet.has_value()) << size;
      EXPECT_EQ(outcome.packet.error().reason, ReasonCode::kMalformedPacket) << size;
      EXPECT_GT(outcome.packet.error().offset, outcome.list_at + property_at) << size;
      EXPECT_LE(outcome.packet.error().offset, outcome.list_at + list.size()) << size;
    }
  });
}

// Annex A; E-049, E-055, E-063, E-083, MQTT-3.3.2-8
TEST(EveryProperty, is_refused_out_of_its_range) {
  const struct {
    const char* place;
    const char* list;
    Sender sender;
    ReasonCode reason;
  } rows[] = {
      {"PUBLISH ", "01 02", kClient, kProtocol},
      {"WILL ", "01 FF", kClient, kProtocol},
      {"PUBLISH ", "0B 00", kServer, kProtocol},
      {"SUBSCRIBE ", "0B 00", kClient, kProtocol},
      {"CONNECT ", "17 02", kClient, kProtocol},
      {"CONNECT ", "19 02", kClient, kProtocol},
      {"CONNECT ", "21 00 00", kClient, kProtocol},
      {"CONNACK ", "21 00 00", kServer, kProtocol},
      {"PUBLISH ", "23 00 00", kClient, ReasonCode::kTopicAliasInvalid},
      {"PUBLISH ", "23 00 00", kServer, ReasonCode::kTopicAliasInvalid},
      {"CONNACK ", "24 02", kServer, kProtocol},
      {"CONNACK ", "25 02", kServer, kProtocol},
      {"CONNECT ", "27 00 00 00 00", kClient, kProtocol},
      {"CONNACK ", "27 00 00 00 00", kServer, kProtocol},
      {"CONNACK ", "28 02", kServer, kProtocol},
      {"CONNACK ", "29 02", kServer, kProtocol},
      {"CONNACK ", "2A 02", kServer, kProtocol},
      {"WILL ", "08 00 00", kClient, kProtocol},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.list);
    expect_refused_at(decode_with(place_named(row.place), row.sender, wire(row.list)), row.reason,
                      1);
  }
  expect_refused_at(decode_with(place_named("WILL "), kClient, wire("08 00 03 'r/#'")), kProtocol,
                    5);  // MQTT-3.3.2-14
}

// E-112
TEST(EveryPlace, refuses_unknown_and_padded_identifiers) {
  for (const Place& place : places()) {
    SCOPED_TRACE(place.name);
    const Sender sender = place.client_sends ? Sender::kClient : Sender::kServer;
    for (const char* list : {"00 00", "04 00", "2B 00", "7F 00", "80 01 00", "FF FF FF 7F 00"}) {
      expect_refused_at(decode_with(place, sender, wire(list)), kMalformed, 0);
    }
    expect_refused_at(decode_with(place, sender, wire("A6 00 00 00")), kMalformed, 1);
  }
}

// Our bound on what one packet may carry.
TEST(EveryPlace, bounds_its_user_properties) {
  for (const Place& place : places()) {
    SCOPED_TRACE(place.name);
    const Sender sender = place.client_sends ? Sender::kClient : Sender::kServer;
    Bytes list = place.place == PropertyPlace::kAuth ? wire("15 00 01 'm'") : Bytes{};
    for (int i = 0; i < 64; ++i) {
      append(list, wire("26 00 00 00 00"));
    }
    EXPECT_TRUE(decode_with(place, sender, list).packet.has_value());
    const std::size_t surplus_at = list.size();
    append(list, wire("26 00 00 00 00"));
    expect_refused_at(decode_with(place, sender, list), ReasonCode::kQuotaExceeded, surplus_at);
  }
}

// E-112: a length that ends behind the packet.
TEST(EveryPlace, refuses_a_list_longer_than_the_packet) {
  for (const Place& place : places()) {
    SCOPED_TRACE(place.name);
    Bytes body = wire(place.before);
    const std::size_t length_at = body.size();
    append(body, wire("10"));
    append(body, wire(place.after));
    const Bytes bytes = packet(wire(place.first)[0], body);
    const Sender sender = place.client_sends ? Sender::kClient : Sender::kServer;
    expect_refused_at(decode_bytes(bytes, sender, 2), kMalformed, length_at);
  }
}

// E-119
TEST(AuthenticationData, is_refused_without_a_method) {
  const Bytes alone = wire("26 00 00 00 00 16 00 01 00");
  expect_refused_at(decode_with(place_named("CONNECT "), kClient, alone), kProtocol, 5);
  expect_refused_at(decode_with(place_named("CONNACK "), kServer, alone), kProtocol, 5);
  const Bytes method_behind = wire("16 00 01 00 15 00 01 'm'");
  EXPECT_TRUE(decode_with(place_named("CONNECT "), kClient, method_behind).packet.has_value());
}

}  // namespace godwit::mqtt::test
