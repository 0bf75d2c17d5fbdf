// TLS as a layer: who is let in, what comes out, and what a change of files does.
#include <gtest/gtest.h>

#include <openssl/ssl.h>

#include <string>

#include "broker/net/tls_context.h"
#include "broker/net/tls_transform.h"
#include "tests/unit/net/loopback.h"
#include "tests/unit/net/stream_pair.h"
#include "tests/unit/net/test_certificates.h"

namespace godwit::net::test {
namespace {

using Context = std::shared_ptr<const TlsContext>;

std::string all_texts(const std::vector<Error>& problems) {
  std::string texts;
  for (const Error& problem : problems) {
    texts += problem.text + "\n";
  }
  return texts;
}

Context checked(TlsContext::Built built) {
  EXPECT_TRUE(built) << all_texts(built.error());
  return built ? *built : nullptr;
}

class Tls : public testing::Test {
 protected:
  Tls() {
    server_settings.certificate = issue_for_server(ca);
    server_settings.application_protocol = "mqtt";
    server_settings.ticket_key.emplace().fill(std::byte{7});
    client_settings = {
        .ca = ca.certificate(), .certificate = {}, .host = "localhost", .verify = true};
  }

  StreamPair make_pair() {
    return {
        stream_of(std::make_unique<TlsTransform>(checked(TlsContext::client(client_settings)))),
        stream_of(std::make_unique<TlsTransform>(checked(TlsContext::server(server_settings))))};
  }
  void ask_for_client_certificates(ClientCertificates wanted) {
    server_settings.client_certificates = wanted;
    server_settings.client_ca = ca.certificate();
  }
  // A handshake, and in TLS 1.3 the client's first word, after which it hears what the server
  // thinks of its certificate.
  StreamPair connected() {
    StreamPair pair = make_pair();
    pair.connect();
    return pair;
  }
  std::string failure_of_server(StreamPair& pair) {
    EXPECT_EQ(pair.server.state, StreamState::kFailed);
    EXPECT_EQ(pair.server.stream().failure().layer, Layer::kTls);
    return pair.server.stream().failure().what;
  }

  TestCa ca;
  TlsServerSettings server_settings;
  TlsClientSettings client_settings;
};

TEST_F(Tls, carries_bytes_both_ways) {
  StreamPair pair = connected();
  ASSERT_TRUE(pair.client.stream().ready() && pair.server.stream().ready());
  const Bytes long_text = patterned_bytes(100'000);
  pair.client.send(long_text);
  pair.server.send(as_bytes("answer"));
  pair.carry();
  EXPECT_EQ(pair.server.received, long_text);
  EXPECT_EQ(as_text(pair.client.received), "answer");
  EXPECT_EQ(pair.server.times_ready, 1);
  EXPECT_EQ(pair.server.facts.certificate_name, "");
}

TEST_F(Tls, bytes_may_come_one_at_a_time) {
  StreamPair pair = make_pair();
  pair.connect(1);
  ASSERT_TRUE(pair.server.stream().ready());
  const Bytes text = patterned_bytes(1'000);
  pair.client.send(text);
  pair.carry(1);
  EXPECT_EQ(pair.server.received, text);
}

TEST_F(Tls, many_chunks_of_a_flush_share_records) {
  StreamPair pair = connected();
  const Bytes small = patterned_bytes(100);
  const std::vector<ByteView> chunks(160, ByteView(small));
  const ByteView encoded = pair.server.stream().encode(chunks, pair.server.buffers);
  // One record adds 22 bytes in TLS 1.3 with AES-GCM: 16,000 bytes fit into one.
  EXPECT_EQ(encoded.size(), 160U * 100 + 22);
}

TEST_F(Tls, a_small_scratch_gives_its_output_in_goes) {
  StreamPair pair = connected();
  const Bytes text = patterned_bytes(60'000);
  pair.client.send(text);
  Bytes wire = pair.client.take_unsent();
  StreamBuffers small(1'000);
  EXPECT_EQ(pair.server.stream().receive(wire, small, pair.server), StreamState::kOpen);
  EXPECT_EQ(pair.server.received, text);
}

TEST_F(Tls, says_goodbye_and_understands_it) {
  StreamPair pair = connected();
  pair.client.send(as_bytes("last"));
  pair.client.finish();
  pair.carry();
  EXPECT_EQ(as_text(pair.server.received), "last");
  EXPECT_EQ(pair.server.state, StreamState::kClosed);
}

TEST_F(Tls, bytes_that_are_not_tls_fail_before_anything_comes_out) {
  StreamPair pair = make_pair();
  Bytes plain(as_bytes("\x10\x0c\x00\x04MQTT").begin(), as_bytes("\x10\x0c\x00\x04MQTT").end());
  plain.resize(100);
  pair.server.feed(plain);
  EXPECT_NE(failure_of_server(pair), "");
  EXPECT_TRUE(pair.server.received.empty());
}

TEST_F(Tls, a_changed_byte_ends_the_connection) {
  StreamPair pair = connected();
  pair.client.send(as_bytes("hello"));
  Bytes wire = pair.client.take_unsent();
  wire[wire.size() / 2] ^= std::byte{1};
  pair.server.feed(wire);
  EXPECT_EQ(pair.server.state, StreamState::kFailed);
  EXPECT_TRUE(pair.server.received.empty());
}

TEST_F(Tls, the_application_protocol_is_agreed_on_and_others_are_no_reason_to_refuse) {
  for (const char* const offered : {"mqtt", "", "x-other"}) {
    client_settings.application_protocol = offered;
    EXPECT_TRUE(connected().server.stream().ready()) << offered;
  }
}

TEST_F(Tls, a_client_does_not_believe_another_host) {
  client_settings.host = "other.example";
  StreamPair pair = connected();
  EXPECT_EQ(pair.client.state, StreamState::kFailed);
  EXPECT_NE(pair.client.stream().failure().what.find("hostname mismatch"), std::string::npos);
  EXPECT_NE(failure_of_server(pair), "");  // It hears of it by an alert.
}

TEST_F(Tls, a_client_believes_an_address_that_the_certificate_names) {
  client_settings.host = "127.0.0.1";
  EXPECT_TRUE(connected().client.stream().ready());
  client_settings.host = "127.0.0.2";
  EXPECT_EQ(connected().client.state, StreamState::kFailed);
}

TEST_F(Tls, chooses_a_certificate_by_server_name) {
  server_settings.by_server_name = {
      ca.issue({.common_name = "b", .alternative_names = "DNS:*.b.example"}),
      ca.issue({.common_name = "c", .alternative_names = "DNS:c.example"})};
  for (const char* const host : {"localhost", "c.example", "x.b.example"}) {
    client_settings.host = host;
    EXPECT_TRUE(connected().client.stream().ready()) << host;
  }
  // One level only, as certificates have it; unknown names get the first certificate.
  client_settings.host = "x.y.b.example";
  EXPECT_EQ(connected().client.state, StreamState::kFailed);
}

TEST_F(Tls, a_certificate_by_server_name_changes_nothing_else) {
  server_settings.by_server_name = {
      ca.issue({.common_name = "c", .alternative_names = "DNS:c.example"})};
  ask_for_client_certificates(ClientCertificates::kRequired);
  server_settings.identity = CertificateIdentity::kCommonName;
  client_settings.host = "c.example";
  client_settings.certificate = ca.issue({.common_name = "probe-7"});
  EXPECT_EQ(connected().server.facts.certificate_name, "probe-7");
  TestCa other("other CA");
  client_settings.certificate = other.issue({.common_name = "probe-7"});
  EXPECT_EQ(connected().server.state, StreamState::kFailed);
}

TEST_F(Tls, a_required_certificate_is_required) {
  ask_for_client_certificates(ClientCertificates::kRequired);
  StreamPair pair = connected();
  EXPECT_EQ(failure_of_server(pair), "peer did not return a certificate");
  client_settings.certificate = ca.issue({});
  EXPECT_TRUE(connected().server.stream().ready());
}

TEST_F(Tls, an_optional_certificate_may_be_left_out_but_not_be_wrong) {
  ask_for_client_certificates(ClientCertificates::kOptional);
  EXPECT_TRUE(connected().server.stream().ready());
  TestCa other("other CA");
  client_settings.certificate = other.issue({});
  StreamPair pair = connected();
  EXPECT_NE(failure_of_server(pair), "");
}

TEST_F(Tls, certificates_of_clients_are_judged) {
  ask_for_client_certificates(ClientCertificates::kRequired);
  server_settings.identity = CertificateIdentity::kCommonName;
  const struct {
    CertificateSpec spec;
    const char* what;
  } kRows[] = {
      {{.common_name = "late", .valid_from_seconds = -100, .valid_to_seconds = -10},
       "certificate has expired"},
      {{.common_name = "early", .valid_from_seconds = 1'000}, "certificate is not yet valid"},
      {{.common_name = "server", .extended_key_usage = "serverAuth"},
       "unsuitable certificate purpose"},
  };
  for (const auto& [spec, what] : kRows) {
    client_settings.certificate = ca.issue(spec);
    StreamPair pair = connected();
    EXPECT_EQ(failure_of_server(pair), what) << spec.common_name;
    EXPECT_EQ(pair.server.times_ready, 0);
  }
}

TEST_F(Tls, a_revoked_certificate_is_refused) {
  ask_for_client_certificates(ClientCertificates::kRequired);
  const TlsCertificate revoked = ca.issue({.common_name = "revoked"});
  server_settings.crl = ca.crl({revoked});
  client_settings.certificate = ca.issue({.common_name = "good"});
  EXPECT_TRUE(connected().server.stream().ready());
  client_settings.certificate = revoked;
  StreamPair pair = connected();
  EXPECT_EQ(failure_of_server(pair), "certificate revoked");
}

TEST_F(Tls, names_come_from_where_the_settings_say) {
  ask_for_client_certificates(ClientCertificates::kRequired);
  client_settings.certificate =
      ca.issue({.common_name = "probe 7",
                .alternative_names =
                    "DNS:probe7.example,DNS:second.example,email:p7@example.org,URI:urn:p:7"});
  const struct {
    CertificateIdentity kind;
    const char* name;
  } kRows[] = {{CertificateIdentity::kNone, ""},
               {CertificateIdentity::kCommonName, "probe 7"},
               {CertificateIdentity::kSanDns, "probe7.example"},
               {CertificateIdentity::kSanEmail, "p7@example.org"},
               {CertificateIdentity::kSanUri, "urn:p:7"}};
  for (const auto& [kind, name] : kRows) {
    server_settings.identity = kind;
    EXPECT_EQ(connected().server.facts.certificate_name, name);
  }
}

TEST_F(Tls, a_certificate_without_the_name_that_tells_its_user_is_nobodys) {
  ask_for_client_certificates(ClientCertificates::kOptional);
  server_settings.identity = CertificateIdentity::kSanUri;
  client_settings.certificate = ca.issue({.common_name = "no uri"});
  StreamPair pair = connected();
  EXPECT_EQ(failure_of_server(pair), "the certificate does not have the name that tells its user");
  EXPECT_EQ(pair.server.times_ready, 0);
}

TEST_F(Tls, the_oldest_version_is_that_of_the_settings) {
  server_settings.minimum_version = TlsVersion::k1_3;
  EXPECT_TRUE(connected().server.stream().ready());
}

TEST_F(Tls, knows_when_the_first_of_its_certificates_expires) {
  server_settings.by_server_name = {ca.issue({.common_name = "b", .valid_to_seconds = 1'000})};
  const Context context = checked(TlsContext::server(server_settings));
  EXPECT_NEAR(static_cast<double>(context->not_after_seconds() - std::time(nullptr)), 1'000, 30);
}

TEST_F(Tls, every_bad_text_is_told_at_once_and_by_name) {
  server_settings.certificate.chain = {"nothing here", "chain.pem"};
  server_settings.certificate.key.pem =
      "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
  ask_for_client_certificates(ClientCertificates::kRequired);
  server_settings.client_ca = {"", "clients.pem"};
  server_settings.crl = TlsText{ca.certificate().pem, "crl.pem"};
  const auto built = TlsContext::server(server_settings);
  ASSERT_FALSE(built);
  const std::string texts = all_texts(built.error());
  EXPECT_NE(texts.find("chain.pem: holds no certificate in PEM"), std::string::npos) << texts;
  EXPECT_NE(texts.find("server.key: holds no private key in PEM"), std::string::npos) << texts;
  EXPECT_NE(texts.find("clients.pem: holds no certificate in PEM"), std::string::npos) << texts;
  EXPECT_NE(texts.find("crl.pem: holds no revocation list in PEM"), std::string::npos) << texts;
}

TEST_F(Tls, a_ca_file_whose_second_certificate_is_broken_is_refused) {
  ask_for_client_certificates(ClientCertificates::kRequired);
  server_settings.client_ca.pem += "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const auto built = TlsContext::server(server_settings);
  ASSERT_FALSE(built);
  EXPECT_NE(built.error()[0].text.find("ca.pem: a broken certificate"), std::string::npos);
}

TEST_F(Tls, a_key_of_another_certificate_is_refused) {
  server_settings.certificate.key = ca.issue({}).key;
  const auto built = TlsContext::server(server_settings);
  ASSERT_FALSE(built);
  EXPECT_NE(built.error()[0].text.find("is not the key of the certificate"), std::string::npos);
}

}  // namespace
}  // namespace godwit::net::test
