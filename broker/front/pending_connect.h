// A CONNECT on its way through authentication and the question who owns its client id. Owns all it
// holds, because the packet's bytes are gone by then and it may move to another thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "broker/access/principal.h"
#include "broker/front/peer.h"
#include "broker/mqtt/message.h"
#include "broker/mqtt/types.h"
#include "broker/session/session_key.h"

namespace godwit::front {

// A will as it waits for its moment.
struct ArmedWill {
  // The only reference to its message, so that it may move between threads.
  mqtt::MessageRef message;
  std::uint32_t delay_seconds = 0;
};

struct PendingConnect {
  session::SessionKey key;
  PeerIdentity peer;            // Of its connection, while it moves to another front.
  access::Principal principal;  // Set once authenticated.
  mqtt::ProtocolVersion version{};
  bool clean_start = false;
  bool client_id_assigned = false;
  bool request_response_information = false;
  std::uint16_t keep_alive_seconds = 0;            // Granted; 0: none.
  bool keep_alive_is_ours = false;                 // Not what was asked for.
  std::uint16_t receive_maximum = 65'535;          // The client's.
  std::uint32_t maximum_packet_size = UINT32_MAX;  // The client's.
  std::uint16_t topic_alias_maximum = 0;           // The client's.
  std::uint32_t session_expiry_asked_seconds = 0;
  std::uint32_t session_expiry_seconds = 0;  // Granted.
  std::optional<ArmedWill> will;
  // Of enhanced authentication (section 4.12). Empty: the CONNECT named no method.
  std::string authentication_method;
  Bytes authentication_data;  // For the CONNACK.
};

}  // namespace godwit::front
