#include "broker/client/settings.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/client/fixture.h"

namespace godwit::client::test {
namespace {

struct BadRow {
  const char* name;
  std::function<void(ClientSettings&)> spoil;
};

const BadRow kBadRows[] = {
    {"version 3.1", [](ClientSettings& s) { s.version = mqtt::ProtocolVersion::k3_1; }},
    {"client id", [](ClientSettings& s) { s.client_id = "\xFF"; }},
    {"long client id", [](ClientSettings& s) { s.client_id = std::string(65'536, 'c'); }},
    {"user name", [](ClientSettings& s) { s.user_name = std::string("a\0b", 3); }},
    {"password", [](ClientSettings& s) { s.password = std::string(65'536, 'p'); }},
    {"user property",
     [](ClientSettings& s) {
       s.user_properties.push_back({"k", "\xFF"});
     }},
    {"no receive maximum", [](ClientSettings& s) { s.limits.receive_maximum = 0; }},
    {"no in-flight", [](ClientSettings& s) { s.limits.in_flight_max = 0; }},
    {"too much in flight", [](ClientSettings& s) { s.limits.in_flight_max = 40'000; }},
    {"no packet", [](ClientSettings& s) { s.limits.codec.maximum_packet_size = 0; }},
    {"will without topic", [](ClientSettings& s) { s.will.emplace(); }},
    {"will with wildcard", [](ClientSettings& s) { s.will.emplace().topic = "a/#"; }},
    {"long will",
     [](ClientSettings& s) {
       s.will = WillSettings{"t", std::string(65'536, 'w')};
     }},
    {"3.1.1 password alone",
     [](ClientSettings& s) {
       s.version = mqtt::ProtocolVersion::k3_1_1;
       s.password = "p";
     }},
    {"3.1.1 user properties",
     [](ClientSettings& s) {
       s.version = mqtt::ProtocolVersion::k3_1_1;
       s.user_properties.push_back({"k", "v"});
     }},
    {"3.1.1 session expiry",
     [](ClientSettings& s) {
       s.version = mqtt::ProtocolVersion::k3_1_1;
       s.session_expiry_seconds = 1;
     }},
    {"3.1.1 kept session without a name",
     [](ClientSettings& s) {
       s.version = mqtt::ProtocolVersion::k3_1_1;
       s.clean_start = false;
     }},
};

TEST(Settings, refuses_what_no_connect_can_say) {
  for (const BadRow& row : kBadRows) {
    SCOPED_TRACE(row.name);
    ClientSettings settings;
    row.spoil(settings);
    const auto checked = check(settings);
    EXPECT_FALSE(checked);
  }
}

TEST(Settings, takes_the_defaults_and_a_password_alone_in_5_0) {
  ClientSettings settings;
  EXPECT_TRUE(check(settings));
  settings.password = "p";
  EXPECT_TRUE(check(settings));
  EXPECT_TRUE(check(v311()));
}

}  // namespace
}  // namespace godwit::client::test
