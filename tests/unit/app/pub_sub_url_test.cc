#include "broker/app/pub_sub_url.h"

#include <gtest/gtest.h>

namespace godwit::app {
namespace {

TEST(ClientUrl, reads_all_parts) {
  const auto url = parse_client_url("mqtts://an%40na:se%3Acret@example.org:8884/home/a%20door");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->tls);
  EXPECT_FALSE(url->websocket);
  EXPECT_EQ(url->host, "example.org");
  EXPECT_EQ(url->port, 8884);
  EXPECT_EQ(url->user_name, "an@na");
  EXPECT_EQ(url->password, "se:cret");
  EXPECT_EQ(url->topic, "home/a door");
  EXPECT_EQ(url->path, "");
}

TEST(ClientUrl, reads_the_least) {
  const auto url = parse_client_url("mqtt://localhost");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "localhost");
  EXPECT_FALSE(url->tls || url->port || url->user_name || url->password);
  EXPECT_EQ(url->topic, "");
}

TEST(ClientUrl, reads_ipv6_and_a_path) {
  const auto url = parse_client_url("ws://user@[::1]:8080/mqtt?x=%20");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->websocket);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->port, 8080);
  EXPECT_EQ(url->user_name, "user");
  EXPECT_FALSE(url->password);
  EXPECT_EQ(url->path, "/mqtt?x=%20");
  EXPECT_EQ(url->topic, "");
  EXPECT_EQ(parse_client_url("wss://[::1]")->host, "::1");
}

TEST(ClientUrl, refuses_what_is_none) {
  for (const char* text :
       {"", "localhost", "http://h", "mqtt:/h", "mqtt://", "mqtt://:1883",
        "mqtt://h:", "mqtt://h:0", "mqtt://h:65536", "mqtt://h:18x", "mqtt://[::1", "mqtt://[::1]x",
        "mqtt://a%zz@h", "mqtt://a:%2@h", "mqtt://h/a%", "mqtt://h/a%f"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse_client_url(text));
  }
}

TEST(ClientUrl, has_a_port_for_each_transport) {
  EXPECT_EQ(default_port(false, false), 1883);
  EXPECT_EQ(default_port(true, false), 8883);
  EXPECT_EQ(default_port(false, true), 80);
  EXPECT_EQ(default_port(true, true), 443);
}

}  // namespace
}  // namespace godwit::app
