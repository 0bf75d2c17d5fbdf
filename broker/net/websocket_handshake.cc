#include "broker/net/websocket_handshake.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/base64.h"
#include "base/check.h"

namespace godwit::net {
namespace {

constexpr std::string_view kVersion = "13";
constexpr std::size_t kKeyBytes = 16;
// In the order in which we like them.
constexpr std::array<std::string_view, 2> kSubprotocols = {"mqtt", "mqttv3.1"};

auto refused(unsigned status, std::string_view what) { return fail(HttpRefusal{status, what}); }

// RFC 6455, section 4.2.2: shows that the server has understood the request, and nothing more.
std::string accept_of(std::string_view key_text) {
  std::string text(key_text);
  text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<std::byte, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  CHECK(EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
                   EVP_sha1(), nullptr) == 1);
  return to_base64(ByteView(digest).first(size));
}

bool any_list_has(const std::vector<HttpField>& fields, std::string_view name,
                  std::string_view word) {
  return std::ranges::any_of(fields, [&](const HttpField& field) {
    return http_names_equal(field.name, name) && list_has(field.value, word);
  });
}

// MQTT-6.0.0-3, MQTT311-6.0.0-3: one that the client has offered, letter by letter.
std::optional<std::string_view> subprotocol_of(const std::vector<HttpField>& fields) {
  for (const std::string_view protocol : kSubprotocols) {
    const bool offered = std::ranges::any_of(fields, [&](const HttpField& field) {
      return http_names_equal(field.name, "Sec-WebSocket-Protocol") &&
             list_has(field.value, protocol, HttpCase::kMatters);
    });
    if (offered) {
      return protocol;
    }
  }
  return std::nullopt;
}

bool asks_for_websocket(const std::vector<HttpField>& fields) {
  return any_list_has(fields, "Upgrade", "websocket") &&
         any_list_has(fields, "Connection", "Upgrade");
}

bool may_connect(const std::vector<HttpField>& fields, const WebSocketSettings& settings) {
  const std::string* origin = find_field(fields, "Origin");
  return settings.origins.empty() || origin == nullptr ||
         std::ranges::find(settings.origins, *origin) != settings.origins.end();
}

}  // namespace

Result<std::string, HttpRefusal> answer_upgrade(const HttpHead& head,
                                                const WebSocketSettings& settings) {
  const HttpRequest& request = head.request;
  const std::string_view target(request.target);
  if (target.substr(0, target.find('?')) != settings.path) {
    return refused(404, "there is no WebSocket at this path");
  }
  if (request.method != "GET" || head.version_1_0) {
    return refused(400, "a WebSocket begins with GET and HTTP/1.1");
  }
  const std::string* version = find_field(request.fields, "Sec-WebSocket-Version");
  if (!asks_for_websocket(request.fields) || version == nullptr || *version != kVersion) {
    return refused(426, "MQTT is spoken here, over WebSocket version 13");
  }
  const std::string* key = find_field(request.fields, "Sec-WebSocket-Key");
  const auto key_bytes = key == nullptr ? std::nullopt : from_base64(*key);
  if (!key_bytes || key_bytes->size() != kKeyBytes) {
    return refused(400, "Sec-WebSocket-Key is missing or not 16 bytes");
  }
  if (!may_connect(request.fields, settings)) {
    return refused(403, "pages of this origin may not connect");
  }
  const auto protocol = subprotocol_of(request.fields);
  if (!protocol) {
    return refused(400, "the subprotocol mqtt has to be offered");
  }
  std::string answer =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  answer += "Sec-WebSocket-Accept: " + accept_of(*key) + "\r\n";
  answer += "Sec-WebSocket-Protocol: " + std::string(*protocol) + "\r\n\r\n";
  return answer;
}

std::string upgrade_request(std::string_view host, std::string_view path, ByteView key) {
  std::string request = "GET " + std::string(path) + " HTTP/1.1\r\nHost: " + std::string(host);
  request += "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";
  request += "Sec-WebSocket-Key: " + to_base64(key) + "\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";
  return request;
}

std::string_view check_upgrade_answer(std::string_view head, ByteView key) {
  const std::size_t line_end = head.find("\r\n");
  if (!head.starts_with("HTTP/1.1 101 ") || line_end == std::string_view::npos) {
    return "the server does not speak WebSocket at this path";
  }
  const std::string_view lines = head.substr(line_end + 2);
  const auto fields = parse_http_fields(lines.substr(0, lines.size() - 2));
  if (!fields || !asks_for_websocket(*fields)) {
    return "the server's answer is not that of a WebSocket";
  }
  const std::string* accept = find_field(*fields, "Sec-WebSocket-Accept");
  if (accept == nullptr || *accept != accept_of(to_base64(key))) {
    return "the server's answer belongs to another request";
  }
  const std::string* protocol = find_field(*fields, "Sec-WebSocket-Protocol");
  if (protocol == nullptr || *protocol != kSubprotocols[0]) {
    return "the server does not speak MQTT over WebSocket";  // MQTT-6.0.0-4
  }
  return {};
}

}  // namespace godwit::net
