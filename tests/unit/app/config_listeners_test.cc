// Listeners of every kind: which ones stand, what their options take, and what must not be
// combined. Sentences name the place.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/app/config_check.h"
#include "broker/app/config_table.h"
#include "broker/app/listener_kind.h"
#include "broker/app/setting.h"

namespace godwit::app {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::vector<std::string> texts(const Problems& problems) {
  std::vector<std::string> all;
  for (const Error& problem : problems) {
    all.push_back(problem.text);
  }
  return all;
}

// A file named g.toml whose combinations are checked too; whoever is anonymous may connect.
struct Checked {
  explicit Checked(std::string_view text, Profile profile = Profile::kDefault) {
    config.profile = profile;
    config.access.allow_anonymous = true;
    std::vector<Setting> settings;
    read_toml(text, "g.toml", settings, problems);
    apply_settings(settings, config, origins, problems);
    if (problems.empty()) {
      check_combinations(config, origins, problems);
    }
  }
  Config config;
  Origins origins;
  Problems problems;
};

TEST(Listeners, the_plain_one_stands_alone_when_nothing_is_configured) {
  const Checked nothing("io_threads = 1\n");
  EXPECT_THAT(texts(nothing.problems), IsEmpty());
  ASSERT_EQ(nothing.config.listeners.tcp.size(), 1U);
  EXPECT_EQ(nothing.config.listeners.tcp[0].bind, "localhost:1883");
  EXPECT_THAT(nothing.config.listeners.tls, IsEmpty());
}

TEST(Listeners, the_plain_one_is_gone_when_another_kind_is_configured) {
  const Checked tls("[[listener.tls]]\ncertificate_file = \"c\"\nkey_file = \"k\"\n");
  EXPECT_THAT(texts(tls.problems), IsEmpty());
  EXPECT_THAT(tls.config.listeners.tcp, IsEmpty());
  ASSERT_EQ(tls.config.listeners.tls.size(), 1U);
  EXPECT_EQ(tls.config.listeners.tls[0].bind, "localhost:8883");

  // A section without a line in it stands too.
  const Checked websocket("[listener.ws]\n");
  EXPECT_THAT(websocket.config.listeners.tcp, IsEmpty());
  ASSERT_EQ(websocket.config.listeners.ws.size(), 1U);
  EXPECT_EQ(websocket.config.listeners.ws[0].bind, "localhost:8083");
}

TEST(Listeners, each_kind_has_its_address) {
  for (const ListenerKind& kind : kListenerKinds) {
    const Option* bind = find_option(std::string(kind.section) + ".bind");
    ASSERT_NE(bind, nullptr) << kind.name;
    EXPECT_EQ(std::get<std::string>(default_value(*bind)), kind.default_bind);
  }
}

TEST(Listeners, take_all_options_of_their_kind) {
  const Checked read(R"(
[[listener.tcp]]
bind = "127.0.0.1:1"
proxy_protocol = true
[[listener.tls]]
bind = "127.0.0.1:2"
certificate_file = "/c"
key_file = "/k"
key_password = "p"
minimum_version = "1.3"
client_certificates = "optional"
client_ca_file = "/ca"
crl_file = "/crl"
identity = "san_uri"
[[listener.ws]]
bind = "127.0.0.1:3"
path = "/"
origins = "https://app.example  http://localhost:8000 null"
[[listener.wss]]
bind = "127.0.0.1:4"
certificate_file = "/wc"
key_file = "/wk"
path = "/mqtt/v5"
client_certificates = "required"
client_ca_file = "/wca"
identity = "common_name"
[tls]
reload_check_seconds = 0
session_tickets = false
[[tls.certificate]]
certificate_file = "/c1"
key_file = "/k1"
[[tls.certificate]]
certificate_file = "/c2"
key_file = "/k2"
key_password = "p2"
)");
  EXPECT_THAT(texts(read.problems), IsEmpty());
  EXPECT_TRUE(read.config.listeners.tcp.at(0).proxy_protocol);
  const ListenerConfig& tls = read.config.listeners.tls.at(0);
  EXPECT_FALSE(tls.proxy_protocol);
  EXPECT_EQ(tls.tls.certificate.certificate_file, "/c");
  EXPECT_EQ(tls.tls.certificate.key_file, "/k");
  EXPECT_EQ(tls.tls.certificate.key_password, "p");
  EXPECT_EQ(tls.tls.minimum_version, TlsVersion::k1_3);
  EXPECT_EQ(tls.tls.client_certificates, ClientCertificates::kOptional);
  EXPECT_EQ(tls.tls.client_ca_file, "/ca");
  EXPECT_EQ(tls.tls.crl_file, "/crl");
  EXPECT_EQ(tls.tls.identity, CertificateIdentity::kSanUri);
  EXPECT_EQ(read.config.listeners.ws.at(0).websocket.path, "/");
  const ListenerConfig& wss = read.config.listeners.wss.at(0);
  EXPECT_EQ(wss.websocket.path, "/mqtt/v5");
  EXPECT_EQ(wss.tls.minimum_version, TlsVersion::k1_2);
  EXPECT_EQ(wss.tls.client_certificates, ClientCertificates::kRequired);
  EXPECT_EQ(wss.tls.identity, CertificateIdentity::kCommonName);
  EXPECT_EQ(read.config.tls.reload_check_seconds, 0U);
  EXPECT_FALSE(read.config.tls.session_tickets);
  ASSERT_EQ(read.config.tls.certificates.size(), 2U);
  EXPECT_EQ(read.config.tls.certificates[1].key_password, "p2");
}

TEST(Listeners, refuse_paths_and_origins_that_no_browser_could_send) {
  for (const std::string_view path : {"", "mqtt", "/a b", "/a?b", "/a#b", "/\\u00e4", "/\\t"}) {
    const Checked read("[listener.ws]\npath = \"" + std::string(path) + "\"\n");
    EXPECT_THAT(texts(read.problems),
                ElementsAre(StartsWith("g.toml:2: listener.ws.path must begin with `/`")))
        << path;
  }
  for (const std::string_view origins : {"app.example", "https://a https://b/", "://a", "https://",
                                         "*", "https://*.example", "https://a,https://b/c"}) {
    const Checked read("[listener.ws]\norigins = \"" + std::string(origins) + "\"\n");
    EXPECT_THAT(texts(read.problems), ElementsAre(HasSubstr("listener.ws.origins must be origins")))
        << origins;
  }
}

TEST(Listeners, are_64_of_a_kind_at_most) {
  std::string text;
  for (int number = 0; number < 65; ++number) {
    text += "[[listener.ws]]\n";
  }
  EXPECT_THAT(texts(Checked(text).problems), ElementsAre(HasSubstr("at most 64 times")));
}

TEST(Secrets, are_not_in_messages) {
  const Checked read("[listener.tls]\nkey_password = 123456\n");
  EXPECT_THAT(texts(read.problems),
              ElementsAre("g.toml:2: listener.tls.key_password must be text in quotes"));
}

TEST(Combinations, tls_needs_a_certificate_and_its_key) {
  const Checked read(
      "[[listener.tls]]\nbind = \"127.0.0.1:1\"\n\n[[listener.wss]]\n[[tls.certificate]]\n");
  EXPECT_THAT(texts(read.problems),
              ElementsAre(StartsWith("g.toml:1: listener.tls.certificate_file: is missing"),
                          StartsWith("g.toml:1: listener.tls.key_file: is missing"),
                          StartsWith("g.toml:4: listener.wss.certificate_file: is missing"),
                          StartsWith("g.toml:4: listener.wss.key_file: is missing"),
                          StartsWith("g.toml:5: tls.certificate.certificate_file: is missing"),
                          StartsWith("g.toml:5: tls.certificate.key_file: is missing")));
}

TEST(Combinations, client_certificates_need_a_ca_and_the_rest_needs_them) {
  constexpr std::string_view kPair = "certificate_file = \"c\"\nkey_file = \"k\"\n";
  const Checked without_ca("[listener.tls]\n" + std::string(kPair) +
                           "client_certificates = \"required\"\n");
  EXPECT_THAT(
      texts(without_ca.problems),
      ElementsAre(HasSubstr("g.toml:4: listener.tls.client_certificates: needs client_ca_file")));

  const Checked off("[listener.tls]\n" + std::string(kPair) +
                    "crl_file = \"r\"\nidentity = \"san_dns\"\n");
  EXPECT_THAT(texts(off.problems),
              ElementsAre(HasSubstr("g.toml:4: listener.tls.crl_file: needs client_certificates"),
                          HasSubstr("g.toml:5: listener.tls.identity: needs client_certificates")));
}

TEST(Combinations, an_address_is_bound_once) {
  const Checked read(
      "[[listener.tcp]]\nbind = \"localhost:1883\"\n"
      "[[listener.ws]]\nbind = \"127.0.0.1:1883\"\n"
      "[[listener.ws]]\nbind = \"127.0.0.1:0\"\n[[listener.ws]]\nbind = \"127.0.0.1:0\"\n"
      "[http]\nbind = \"[::1]:1883\"\n");
  EXPECT_THAT(
      texts(read.problems),
      ElementsAre(
          "g.toml:4: listener.ws.bind: 127.0.0.1:1883 is taken by g.toml:2: listener.tcp.bind",
          "g.toml:10: http.bind: [::1]:1883 is taken by g.toml:2: listener.tcp.bind"));

  const Checked twice("[[listener.ws]]\n[[listener.ws]]\n");
  EXPECT_THAT(texts(twice.problems),
              ElementsAre(StartsWith("g.toml:2: listener.ws.1.bind: 127.0.0.1:8083 is taken")));
}

TEST(Combinations, development_binds_loopback_in_every_kind) {
  const Checked read(
      "[[listener.tcp]]\nbind = \"*:1\"\n"
      "[[listener.tls]]\nbind = \"0.0.0.0:2\"\ncertificate_file = \"c\"\nkey_file = \"k\"\n"
      "[[listener.ws]]\nbind = \"[::]:3\"\n"
      "[[listener.wss]]\nbind = \"192.0.2.1:4\"\ncertificate_file = \"c\"\nkey_file = \"k\"\n",
      Profile::kDevelopment);
  EXPECT_THAT(
      texts(read.problems),
      ElementsAre(AllOf(StartsWith("g.toml:2: listener.tcp.bind: "), HasSubstr("loopback")),
                  AllOf(StartsWith("g.toml:4: listener.tls.bind: "), HasSubstr("loopback")),
                  AllOf(StartsWith("g.toml:8: listener.ws.bind: "), HasSubstr("loopback")),
                  AllOf(StartsWith("g.toml:10: listener.wss.bind: "), HasSubstr("loopback"))));
}

TEST(Combinations, a_name_from_the_certificate_is_a_way_in) {
  Config config;
  config.listeners.tls.push_back({});
  TlsListenerConfig& tls = config.listeners.tls[0].tls;
  tls = {.certificate = {.certificate_file = "c", .key_file = "k", .key_password = ""},
         .client_certificates = ClientCertificates::kRequired,
         .client_ca_file = "ca",
         .crl_file = ""};
  config.listeners.tcp.clear();

  Problems nobody;
  check_combinations(config, {}, nobody);
  EXPECT_THAT(texts(nobody), ElementsAre(HasSubstr("nobody could connect")));

  tls.identity = CertificateIdentity::kSanEmail;
  Problems somebody;
  check_combinations(config, {}, somebody);
  EXPECT_THAT(texts(somebody), IsEmpty());
}

}  // namespace
}  // namespace godwit::app
