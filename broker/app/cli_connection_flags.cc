#include "broker/app/cli_connection_flags.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <limits>
#include <utility>

#include "broker/app/file.h"
#include "broker/app/passwd.h"
#include "broker/app/pub_sub_url.h"

namespace godwit::app {
namespace {

constexpr std::uint32_t kNeverExpires = std::numeric_limits<std::uint32_t>::max();
// A session of a program that ran, and may run again.
constexpr std::size_t kPasswordFileMax = kPasswordBytesMax + 2;

tl::unexpected<Error> refuse(std::string text) { return fail(Error{std::move(text)}); }

// The first line.
Result<std::string> read_password(const std::string& path) {
  auto text = read_whole_file(path, kPasswordFileMax);
  if (!text) {
    return text;
  }
  text->resize(std::min(text->find('\n'), text->size()));
  if (text->ends_with('\r')) {
    text->pop_back();
  }
  return text;
}

}  // namespace

void ConnectionFlags::add_to(CLI::App& command) {
  // -h is the host, as in mosquitto_pub.
  command.set_help_flag("--help", "Print this help message and exit");
  command.add_option("-h,--host", host_, "The broker's name or address [localhost]")
      ->type_name("HOST");
  command
      .add_option("-p,--port", port_,
                  "The broker's port [1883; with TLS 8883; WebSocket 8083, with TLS 8084]")
      ->type_name("N")
      ->check(CLI::Range(1, 65'535));
  command
      .add_option("-L,--url", url_,
                  "All of it at once: mqtt[s]://user:password@host:port/topic, or "
                  "ws[s]://user:password@host:port/path")
      ->type_name("URL");
  add_identity(command);
  add_will(command);
  add_transport(command);
}

void ConnectionFlags::add_identity(CLI::App& command) {
  command.add_option("-i,--id", id_, "The client id; without it the broker makes one up")
      ->type_name("ID");
  command.add_option("-u,--username", user_name_, "The user name")->type_name("NAME");
  CLI::Option* password =
      command
          .add_option("-P,--password", password_,
                      "The password. Every user of this machine can see it in the list of "
                      "processes: better --password-file")
          ->type_name("TEXT");
  command.add_option("--password-file", password_file_, "A file whose first line is the password")
      ->type_name("FILE")
      ->excludes(password);
  command.add_option("-V,--protocol", protocol_, "The version of MQTT: 5 or 3.1.1")
      ->type_name("N")
      ->check(CLI::IsMember({"5", "5.0", "mqttv5", "3.1.1", "311", "mqttv311"}))
      ->default_str("5");
  command
      .add_option("-k,--keep-alive,--keepalive", keep_alive_seconds_,
                  "Seconds of silence after which broker and client look after each other; 0: "
                  "never")
      ->type_name("N")
      ->capture_default_str();
  command.add_flag("-c,--keep-session,--disable-clean-session", keep_session_,
                   "Take up the session of this client id, and leave it behind; needs --id");
  command
      .add_option("-x,--session-expiry", session_expiry_seconds_,
                  "Seconds that the broker keeps the session afterwards [0; with --keep-session "
                  "for ever]; MQTT 5")
      ->type_name("N");
}

void ConnectionFlags::add_will(CLI::App& command) {
  CLI::Option* topic =
      command
          .add_option("--will-topic", will_topic_,
                      "Where the broker publishes the will if this program is cut off")
          ->type_name("TOPIC");
  command.add_option("--will-payload", will_payload_, "The will's payload")
      ->type_name("TEXT")
      ->needs(topic);
  command.add_option("--will-qos", will_qos_, "The will's QoS [0]")
      ->type_name("N")
      ->check(CLI::Range(0, 2))
      ->needs(topic);
  command.add_flag("--will-retain", will_retain_, "The will is retained")->needs(topic);
}

void ConnectionFlags::add_transport(CLI::App& command) {
  command.add_flag("--tls", transport_.tls, "Connect over TLS");
  command
      .add_option("--ca-file,--cafile", transport_.ca_file,
                  "The certificates to trust, PEM [the system's]; means --tls")
      ->type_name("FILE");
  CLI::Option* cert = command
                          .add_option("--cert-file,--cert", transport_.cert_file,
                                      "This client's own certificate, PEM; means --tls")
                          ->type_name("FILE");
  CLI::Option* key =
      command
          .add_option("--key-file,--key", transport_.key_file, "The key of the certificate, PEM")
          ->type_name("FILE")
          ->needs(cert);
  cert->needs(key);
  command.add_flag("--insecure", transport_.insecure,
                   "Trust any certificate: for tests only, anybody may listen");
  command.add_flag("--ws", transport_.websocket, "Connect over WebSocket");
  command.add_flag("--wss", websocket_tls_, "Connect over WebSocket and TLS");
  command.add_option("--ws-path", path_, "The path of the WebSocket [/mqtt]")->type_name("PATH");
}

Result<ClientTransport> ConnectionFlags::transport() const {
  ClientTransport transport = transport_;
  std::optional<std::uint16_t> port = port_;
  std::optional<std::string> path = path_;
  transport.tls =
      transport.tls || websocket_tls_ || !transport.ca_file.empty() || !transport.cert_file.empty();
  transport.websocket = transport.websocket || websocket_tls_;
  if (url_) {
    if (host_ || port_) {
      return refuse("--url says host and port; leave out --host and --port");
    }
    auto url = parse_client_url(*url_);
    if (!url) {
      return fail(std::move(url.error()));
    }
    transport.tls = transport.tls || url->tls;
    transport.websocket = transport.websocket || url->websocket;
    transport.host = url->host;
    port = url->port;
    if (!url->path.empty()) {
      path = url->path;
    }
  } else if (host_) {
    transport.host = *host_;
  }
  // A URL means the web's ports, flags mean those of our own listeners.
  const std::uint16_t usual = transport.websocket && !url_
                                  ? (transport.tls ? 8084 : 8083)
                                  : default_port(transport.tls, transport.websocket);
  transport.port = port.value_or(usual);
  if (path) {
    transport.path = path->starts_with('/') ? *path : '/' + *path;
  }
  return transport;
}

Result<void> ConnectionFlags::read_identity(client::ClientSettings& settings) const {
  settings.version = protocol_.starts_with('5') || protocol_ == "mqttv5"
                         ? mqtt::ProtocolVersion::k5_0
                         : mqtt::ProtocolVersion::k3_1_1;
  settings.client_id = id_;
  settings.keep_alive_seconds = keep_alive_seconds_;
  settings.user_name = user_name_;
  settings.password = password_;
  if (url_) {
    auto url = parse_client_url(*url_);
    if (!url) {
      return fail(std::move(url.error()));
    }
    settings.user_name = user_name_ ? user_name_ : url->user_name;
    settings.password = password_ ? password_ : url->password;
  }
  if (password_file_) {
    auto password = read_password(*password_file_);
    if (!password) {
      return fail(std::move(password.error()));
    }
    settings.password = std::move(*password);
  }
  return {};
}

Result<void> ConnectionFlags::read_session(client::ClientSettings& settings) const {
  const bool is_v5 = mqtt::is_v5(settings.version);
  if (keep_session_ && id_.empty()) {
    return refuse("--keep-session needs --id: a session is found by its client id");
  }
  settings.clean_start = !keep_session_;
  // An earlier run of this program has made the session.
  settings.adopts_session = keep_session_;
  settings.session_expiry_seconds =
      session_expiry_seconds_.value_or(keep_session_ && is_v5 ? kNeverExpires : 0);
  return {};
}

Result<void> ConnectionFlags::read_will(client::ClientSettings& settings) const {
  if (will_topic_) {
    settings.will = client::WillSettings{.topic = *will_topic_,
                                         .payload = will_payload_.value_or(""),
                                         .qos = static_cast<mqtt::Qos>(will_qos_.value_or(0)),
                                         .retain = will_retain_};
  }
  return {};
}

Result<PubSubConnection> ConnectionFlags::connection() const {
  auto transport = this->transport();
  if (!transport) {
    return fail(std::move(transport.error()));
  }
  PubSubConnection connection{std::move(*transport), {}};
  client::ClientSettings& settings = connection.settings;
  for (const auto read : {&ConnectionFlags::read_identity, &ConnectionFlags::read_session,
                          &ConnectionFlags::read_will}) {
    if (auto done = (this->*read)(settings); !done) {
      return fail(std::move(done.error()));
    }
  }
  if (auto checked = client::check(settings); !checked) {
    return fail(std::move(checked.error()));
  }
  return connection;
}

Result<std::string> ConnectionFlags::url_topic() const {
  if (!url_) {
    return std::string();
  }
  auto url = parse_client_url(*url_);
  if (!url) {
    return fail(std::move(url.error()));
  }
  return std::move(url->topic);
}

}  // namespace godwit::app
