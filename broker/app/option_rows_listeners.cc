// Listeners of different kinds share most of their options: a row here is a call that gives the
// name and the field to what the option is in every kind.

#include <algorithm>
#include <array>

#include "broker/app/option_field.h"
#include "broker/app/option_rows.h"

namespace godwit::app {
namespace {

// As the target of a GET line: printable, without the marks that end or part it.
std::string_view refuse_path(std::string_view path) {
  const bool plain = std::ranges::all_of(
      path, [](char c) { return c > ' ' && c < '\x7f' && c != '?' && c != '#'; });
  return path.starts_with('/') && plain
             ? ""
             : "must begin with `/` and be printable ASCII without blank, `?` and `#`";
}

// "https://app.example", "http://localhost:8000" or "null", as browsers send them.
bool is_origin(std::string_view word) {
  const std::size_t scheme = word.find("://");
  const bool plain = std::ranges::all_of(word, [](char c) { return c > ' ' && c < '\x7f'; });
  if (word == "null") {
    return true;
  }
  return plain && scheme != std::string_view::npos && scheme > 0 && word.size() > scheme + 3 &&
         word.find_first_of("/?#*", scheme + 3) == std::string_view::npos;
}

std::string_view refuse_origins(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0 && !is_origin(text.substr(0, end))) {
      return "must be origins such as `https://app.example`, parted by blanks, without a path";
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return "";
}

constexpr Option bind(std::string_view name, std::string_view help, OptionField field) {
  return {.name = name,
          .type = OptionType::kAddress,
          .flag = name == "listener.tcp.bind" ? "--bind" : "",
          .help = help,
          .field = field};
}

constexpr Option proxy_protocol(std::string_view name, OptionField field) {
  return {.name = name,
          .type = OptionType::kBoolean,
          .help =
              "Each connection must begin with a PROXY header, version 1 or 2, which says who "
              "the client is. Only behind a load balancer that writes it: whoever else reaches "
              "the listener could claim any address.",
          .field = field};
}

constexpr Option certificate_file(std::string_view name, OptionField field) {
  return {.name = name,
          .type = OptionType::kPath,
          .reloadable = true,
          .help = "The server's certificate in PEM, followed by the chain that leads to its CA.",
          .field = field};
}

constexpr Option key_file(std::string_view name, OptionField field) {
  return {.name = name,
          .type = OptionType::kPath,
          .reloadable = true,
          .help = "The private key of the certificate, in PEM.",
          .field = field};
}

constexpr Option key_password(std::string_view name, OptionField field) {
  return {.name = name,
          .type = OptionType::kText,
          .reloadable = true,
          .secret = true,
          .help =
              "The password of the private key. Empty: it has none. The command line shows it "
              "to everybody on the machine.",
          .field = field};
}

constexpr Option minimum_version(std::string_view name, OptionField field) {
  return {.name = name,
          .type = OptionType::kChoice,
          .choices = "1.2 1.3",
          .help = "The oldest version of TLS that is spoken.",
          .field = field};
}

constexpr Option client_certificates(std::string_view name, OptionField field) {
  return {.name = name,
          .type = OptionType::kChoice,
          .choices = "off optional required",
          .help =
              "Whether clients are asked for a certificate of `client_ca_file`, and whether "
              "they may come without one. A wrong one is always refused.",
          .field = field};
}

constexpr Option client_ca_file(std::string_view name, OptionField field) {
  return {.name = name,
          .type = OptionType::kPath,
          .reloadable = true,
          .help = "The certificates in PEM of those who sign the certificates of clients.",
          .field = field};
}

constexpr Option crl_file(std::string_view name, OptionField field) {
  return {.name = name,
          .type = OptionType::kPath,
          .reloadable = true,
          .help = "Lists in PEM of revoked certificates of clients. Empty: none is revoked.",
          .field = field};
}

constexpr Option identity(std::string_view name, OptionField field) {
  return {.name = name,
          .type = OptionType::kChoice,
          .choices = "none common_name san_dns san_email san_uri",
          .help =
              "Which name of a client's certificate is its user name, without a password: the "
              "common name of the subject or the first alternative name of that kind. `none`: "
              "the certificate lets it in to log in.",
          .field = field};
}

constexpr Option path(std::string_view name, OptionField field) {
  return {.name = name,
          .type = OptionType::kText,
          .help =
              "The path of the address, `ws://host:port/mqtt`, that is served; others are "
              "answered with 404.",
          .refuse = &refuse_path,
          .field = field};
}

constexpr Option origins(std::string_view name, OptionField field) {
  return {.name = name,
          .type = OptionType::kText,
          .help =
              "Origins of the web pages that may connect, parted by blanks, such as "
              "`https://app.example`. Empty: any. Programs that name no origin are let in.",
          .refuse = &refuse_origins,
          .field = field};
}

constexpr std::array kRows = {
    bind("listener.tcp.bind",
         "Where MQTT clients connect. `192.0.2.1:1883`, `[2001:db8::1]:1883`, `localhost:1883` "
         "(both loopback addresses) or `*:1883` (every address of the machine, IPv4 and IPv6). "
         "Port 0 takes a free one, which the log names.",
         OPTION_FIELD(config.listeners.tcp.at(instance).bind)),
    proxy_protocol("listener.tcp.proxy_protocol",
                   OPTION_FIELD(config.listeners.tcp.at(instance).proxy_protocol)),

    bind("listener.tls.bind",
         "Where MQTT clients connect with TLS, written as `listener.tcp.bind`.",
         OPTION_FIELD(config.listeners.tls.at(instance).bind)),
    proxy_protocol("listener.tls.proxy_protocol",
                   OPTION_FIELD(config.listeners.tls.at(instance).proxy_protocol)),
#define TLS(field) OPTION_FIELD(config.listeners.tls.at(instance).tls.field)
    certificate_file("listener.tls.certificate_file", TLS(certificate.certificate_file)),
    key_file("listener.tls.key_file", TLS(certificate.key_file)),
    key_password("listener.tls.key_password", TLS(certificate.key_password)),
    minimum_version("listener.tls.minimum_version", TLS(minimum_version)),
    client_certificates("listener.tls.client_certificates", TLS(client_certificates)),
    client_ca_file("listener.tls.client_ca_file", TLS(client_ca_file)),
    crl_file("listener.tls.crl_file", TLS(crl_file)),
    identity("listener.tls.identity", TLS(identity)),
#undef TLS

    bind("listener.ws.bind",
         "Where MQTT clients connect with WebSocket, written as `listener.tcp.bind`.",
         OPTION_FIELD(config.listeners.ws.at(instance).bind)),
    proxy_protocol("listener.ws.proxy_protocol",
                   OPTION_FIELD(config.listeners.ws.at(instance).proxy_protocol)),
    path("listener.ws.path", OPTION_FIELD(config.listeners.ws.at(instance).websocket.path)),
    origins("listener.ws.origins",
            OPTION_FIELD(config.listeners.ws.at(instance).websocket.origins)),

    bind("listener.wss.bind",
         "Where MQTT clients connect with WebSocket over TLS, written as `listener.tcp.bind`.",
         OPTION_FIELD(config.listeners.wss.at(instance).bind)),
    proxy_protocol("listener.wss.proxy_protocol",
                   OPTION_FIELD(config.listeners.wss.at(instance).proxy_protocol)),
    path("listener.wss.path", OPTION_FIELD(config.listeners.wss.at(instance).websocket.path)),
    origins("listener.wss.origins",
            OPTION_FIELD(config.listeners.wss.at(instance).websocket.origins)),
#define WSS(field) OPTION_FIELD(config.listeners.wss.at(instance).tls.field)
    certificate_file("listener.wss.certificate_file", WSS(certificate.certificate_file)),
    key_file("listener.wss.key_file", WSS(certificate.key_file)),
    key_password("listener.wss.key_password", WSS(certificate.key_password)),
    minimum_version("listener.wss.minimum_version", WSS(minimum_version)),
    client_certificates("listener.wss.client_certificates", WSS(client_certificates)),
    client_ca_file("listener.wss.client_ca_file", WSS(client_ca_file)),
    crl_file("listener.wss.crl_file", WSS(crl_file)),
    identity("listener.wss.identity", WSS(identity)),
#undef WSS

    Option{
        .name = "tls.reload_check_seconds",
        .type = OptionType::kSeconds,
        .min = 0,
        .max = 86'400,
        .help = "How often the files of certificates, keys, CAs and revocations are looked at for "
                "changes, which new connections use; 0: never.",
        .field = OPTION_FIELD(config.tls.reload_check_seconds),
    },
    Option{
        .name = "tls.session_tickets",
        .type = OptionType::kBoolean,
        .help = "Clients that come back may resume their TLS session, which costs less than a new "
                "handshake.",
        .field = OPTION_FIELD(config.tls.session_tickets),
    },
    certificate_file("tls.certificate.certificate_file",
                     OPTION_FIELD(config.tls.certificates.at(instance).certificate_file)),
    key_file("tls.certificate.key_file",
             OPTION_FIELD(config.tls.certificates.at(instance).key_file)),
    key_password("tls.certificate.key_password",
                 OPTION_FIELD(config.tls.certificates.at(instance).key_password)),
};

}  // namespace

std::span<const Option> listener_option_rows() { return kRows; }

}  // namespace godwit::app
