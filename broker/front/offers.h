// What this server offers of the optional parts of MQTT, and tells 5.0 clients in CONNACK (sections
// 3.2.2.3 and 4.11). The same for all clients.
#pragma once

#include <string>

#include "broker/mqtt/types.h"

namespace godwit::front {

struct Offers {
  // Off: CONNACK says so, and they are refused (E-035).
  bool shared_subscriptions = true;
  // Off: CONNACK says so, RETAIN is refused (0x9A), and nothing is kept (E-043).
  bool retained_messages = true;
  // Above it PUBLISH and wills are refused (0x9B), and subscriptions are granted no more.
  mqtt::Qos maximum_qos = mqtt::Qos::kExactlyOnce;
  // Where a client may expect answers, with %c for its id; told to whoever asks. Empty: nowhere.
  std::string response_information;
  // Where clients are sent instead: every CONNECT is refused. Empty: they are served here.
  std::string server_reference;
  bool server_has_moved = false;  // For good (0x9D), not for now (0x9C).
};

}  // namespace godwit::front
