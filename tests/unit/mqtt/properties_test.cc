#include "broker/mqtt/properties.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/mqtt/annex_a.h"
#include "tests/unit/mqtt/wire.h"

namespace godwit::mqtt::test {
namespace {

constexpr const char* kList =
    "26 00 01 'k' 00 01 'v'"  // user property
    "23 00 07"                // topic alias 7
    "03 00 01 't'"            // content type
    "26 00 01 'k' 00 00"      // user property again, empty value
    "09 00 00";               // correlation data, empty

}  // namespace

TEST(PropertiesView, keeps_the_raw_bytes) {
  const Bytes raw = wire(kList);
  const auto properties =
      PropertiesView::check(raw, PropertyPlace::kPublish, Sender::kClient, CodecLimits{}, 0);
  ASSERT_TRUE(properties.has_value());
  EXPECT_EQ(to_hex(properties->raw()), to_hex(raw));
  EXPECT_FALSE(properties->empty());
  EXPECT_TRUE(PropertiesView().empty());
}

TEST(PropertiesView, counts_error_offsets_from_where_the_list_lies) {
  const Bytes raw = wire("23 00 07 23 00 08");
  const auto properties =
      PropertiesView::check(raw, PropertyPlace::kPublish, Sender::kClient, CodecLimits{}, 100);
  ASSERT_FALSE(properties.has_value());
  EXPECT_EQ(properties.error().offset, 103U);
}

// MQTT-3.1.3-10, MQTT-3.3.2-18
TEST(PropertiesView, walks_in_order) {
  const Bytes raw = wire(kList);
  PropertiesView::Walk walk = PropertiesView::from_checked(raw).walk();
  EXPECT_EQ(walk.rest_size(), raw.size());
  Property property;
  ASSERT_TRUE(walk.next(property));
  EXPECT_EQ(property.id, PropertyId::kUserProperty);
  EXPECT_EQ(property.text, "k");
  EXPECT_EQ(property.value, "v");
  EXPECT_EQ(walk.rest_size(), raw.size() - 7);
  ASSERT_TRUE(walk.next(property));
  EXPECT_EQ(property.id, PropertyId::kTopicAlias);
  EXPECT_EQ(property.number, 7U);
  EXPECT_EQ(property.text, "");  // Nothing is left of the one before.
  ASSERT_TRUE(walk.next(property));
  EXPECT_EQ(property.id, PropertyId::kContentType);
  EXPECT_EQ(property.text, "t");
  ASSERT_TRUE(walk.next(property));
  EXPECT_EQ(property.text, "k");
  EXPECT_EQ(property.value, "");
  ASSERT_TRUE(walk.next(property));
  EXPECT_EQ(property.id, PropertyId::kCorrelationData);
  EXPECT_EQ(walk.rest_size(), 0U);
  EXPECT_FALSE(walk.next(property));
  EXPECT_FALSE(walk.next(property));
}

TEST(PropertiesView, finds_the_first_of_an_identifier) {
  const Bytes raw = wire(kList);
  const PropertiesView properties = PropertiesView::from_checked(raw);
  ASSERT_TRUE(properties.find(PropertyId::kUserProperty).has_value());
  EXPECT_EQ(properties.find(PropertyId::kUserProperty)->value, "v");
  EXPECT_EQ(properties.number(PropertyId::kTopicAlias), 7U);
  EXPECT_EQ(properties.text(PropertyId::kContentType), "t");
  EXPECT_EQ(properties.text(PropertyId::kCorrelationData), "");
  EXPECT_EQ(properties.find(PropertyId::kResponseTopic), std::nullopt);
  EXPECT_EQ(properties.number(PropertyId::kMessageExpiryInterval), std::nullopt);
  EXPECT_EQ(properties.text(PropertyId::kResponseTopic), std::nullopt);
}

TEST(PropertiesView, is_equal_when_its_bytes_are) {
  const Bytes raw = wire(kList);
  const Bytes copy = wire(kList);
  EXPECT_EQ(PropertiesView::from_checked(raw), PropertiesView::from_checked(copy));
  EXPECT_NE(PropertiesView::from_checked(raw), PropertiesView());
}

TEST(PropertiesWriter, writes_what_was_read) {
  for (const AnnexRow& row : annex_a()) {
    const Bytes raw = property_bytes(row);
    PropertiesView::Walk walk = PropertiesView::from_checked(raw).walk();
    Property property;
    ASSERT_TRUE(walk.next(property));
    Bytes out = wire("'before'");
    PropertiesWriter(out).add(property);
    EXPECT_EQ(to_hex(out), to_hex(wire("'before'")) + " " + to_hex(raw)) << row.name;
  }
}

// MQTT-1.5.5-1
TEST(PropertiesWriter, writes_identifiers_of_subscriptions_in_their_shortest_form) {
  const struct {
    std::uint32_t value;
    const char* wire;
  } rows[] = {
      {1, "0B 01"},
      {127, "0B 7F"},
      {128, "0B 80 01"},
      {16'383, "0B FF 7F"},
      {16'384, "0B 80 80 01"},
      {2'097'151, "0B FF FF 7F"},
      {2'097'152, "0B 80 80 80 01"},
      {268'435'455, "0B FF FF FF 7F"},
  };
  for (const auto& row : rows) {
    Bytes out;
    PropertiesWriter(out).number(PropertyId::kSubscriptionIdentifier, row.value);
    EXPECT_EQ(to_hex(out), to_hex(wire(row.wire)));
    const auto checked =
        PropertiesView::check(out, PropertyPlace::kPublish, Sender::kServer, CodecLimits{}, 0);
    ASSERT_TRUE(checked.has_value());
    EXPECT_EQ(checked->number(PropertyId::kSubscriptionIdentifier), row.value);
  }
}

TEST(PropertiesWriterDeathTest, takes_no_value_that_a_peer_would_refuse) {
  Bytes out;
  PropertiesWriter writer(out);
  EXPECT_DEATH(writer.number(PropertyId::kReceiveMaximum, 0), "minimum");
  EXPECT_DEATH(writer.number(PropertyId::kTopicAlias, 65'536), "maximum");
  EXPECT_DEATH(writer.number(PropertyId::kContentType, 1), "is_number");
  EXPECT_DEATH(writer.text(PropertyId::kTopicAlias, "x"), "kString");
  EXPECT_DEATH(writer.text(PropertyId::kReasonString, std::string(65'536, 'x')), "65'535");
}

}  // namespace godwit::mqtt::test
