#include "broker/app/pub_sub_format.h"

#include <gtest/gtest.h>

namespace godwit::app {
namespace {

mqtt::Publish message_of(std::string_view payload) {
  mqtt::Publish message;
  message.topic = mqtt::TopicName::from_checked("a/b");
  message.payload = as_bytes(payload);
  message.qos = mqtt::Qos::kAtLeastOnce;
  message.retain = true;
  return message;
}

std::string printed(const MessageFormat& format, const mqtt::Publish& message) {
  std::string text;
  format.append_to(text, message);
  return text;
}

TEST(MessageFormat, prints_the_payload_by_default) {
  EXPECT_EQ(printed(MessageFormat(), message_of("hello")), "hello\n");
}

TEST(MessageFormat, fills_in_every_field) {
  const auto format = MessageFormat::parse("%t|%p|%x|%q|%r|%%|\\t\\n\\\\.");
  ASSERT_TRUE(format);
  EXPECT_EQ(printed(*format, message_of("h\x0F")), "a/b|h\x0F|680f|1|1|%|\t\n\\.\n");
}

TEST(MessageFormat, refuses_what_means_nothing_and_says_where) {
  for (const char* text : {"%", "%y", "a %", "\\", "\\x", "\\%"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(MessageFormat::parse(text));
  }
  EXPECT_EQ(MessageFormat::parse("%t %y").error().text,
            "`%y` at 4 means nothing; there are %t %p %x %q %r %% and \\n \\t \\\\");
}

TEST(MessageFormat, prints_json_with_text_or_base64) {
  EXPECT_EQ(printed(MessageFormat::json(), message_of("say \"hi\"")),
            R"({"topic":"a/b","qos":1,"retain":true,"payload":"say \"hi\""})"
            "\n");
  EXPECT_EQ(printed(MessageFormat::json(), message_of("\xFF")),
            R"({"topic":"a/b","qos":1,"retain":true,"payload_base64":"/w=="})"
            "\n");
}

TEST(MessageFormat, prints_the_properties_as_json) {
  Bytes list;
  mqtt::PropertiesWriter writer(list);
  writer.text(mqtt::PropertyId::kContentType, "x/y");
  writer.text(mqtt::PropertyId::kCorrelationData, "\xFF");
  writer.number(mqtt::PropertyId::kMessageExpiryInterval, 7);
  writer.number(mqtt::PropertyId::kSubscriptionIdentifier, 3);
  writer.pair("k", "1");
  writer.pair("k", "2");
  mqtt::Publish message = message_of("");
  message.properties = mqtt::PropertiesView::from_checked(list);
  EXPECT_EQ(printed(MessageFormat::json(), message),
            R"({"topic":"a/b","qos":1,"retain":true,"payload":"","content_type":"x/y",)"
            R"("correlation_data_base64":"/w==","message_expiry_interval":7,)"
            R"("subscription_identifiers":[3],"user_properties":[["k","1"],["k","2"]]})"
            "\n");
}

}  // namespace
}  // namespace godwit::app
