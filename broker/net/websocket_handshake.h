// How an HTTP connection becomes a WebSocket (RFC 6455, section 4), with the subprotocols of MQTT
// (section 6 of both standards): `mqtt`, and `mqttv3.1`, which clients of 3.1 offer. Both sides.
//
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "broker/net/http_message.h"

namespace godwit::net {

struct WebSocketSettings {
  std::string path = "/mqtt";  // Where clients ask; a query behind it is not looked at.
  // Pages that may connect: "https://app.example". Empty: all. Browsers say truly where a page is
  // from; other programs say nothing, and are not held to it.
  std::vector<std::string> origins;
};

// The server's side: the answer to a request, "101 Switching Protocols", or why there is none.
[[nodiscard]] Result<std::string, HttpRefusal> answer_upgrade(const HttpHead& head,
                                                              const WebSocketSettings& settings);

// The client's side. `key`: 16 bytes by chance.
[[nodiscard]] std::string upgrade_request(std::string_view host, std::string_view path,
                                          ByteView key);
// `head`: the answer up to and with its empty line. What is wrong with it; empty if nothing is.
[[nodiscard]] std::string_view check_upgrade_answer(std::string_view head, ByteView key);

}  // namespace godwit::net
