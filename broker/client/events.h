// What happens to a client, told to whoever uses it.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "broker/mqtt/packet.h"

namespace godwit::client {

struct Connected {
  bool session_present = false;
  mqtt::PropertiesView properties;  // Of the CONNACK. What they allow is in Client::offer().
};

struct Refusal {
  mqtt::ReasonCode reason{};
  std::string_view text;              // The server's Reason String, or empty.
  std::string_view server_reference;  // Where to go instead (0x9C, 0x9D), or empty.
};

enum class EndedBy : std::uint8_t {
  kServer,       // It sent DISCONNECT.
  kNetwork,      // The bytes stopped, without a word.
  kBadPacket,    // The server broke the protocol, and we ended it.
  kUnanswering,  // No CONNACK or PINGRESP in time.
};

struct Ending {
  EndedBy by = EndedBy::kNetwork;
  mqtt::ReasonCode reason = mqtt::ReasonCode::kUnspecifiedError;
  std::string_view text;              // The server's Reason String, or what is wrong; or empty.
  std::string_view server_reference;  // As in Refusal.
};

// Every view is good during the call. A handler may call the client's requests (publish, subscribe,
// unsubscribe, disconnect), and nothing else of it.
class ClientEvents {
 public:
  virtual ~ClientEvents() = default;

  virtual void connected(const Connected& connected) = 0;
  // CONNACK with a failure. The connection is over.
  virtual void refused(const Refusal& refusal) = 0;
  // At QoS 2 once a message, at QoS 1 at least once. Its acknowledgement is already in the output,
  // before anything that the handler does.
  virtual void message(const mqtt::Publish& message) = 0;
  // A message at QoS 1 or 2 is finished: taken if the reason is no error. Before `connected` for
  // one of an earlier connection that this server does not allow to be sent again.
  virtual void published(mqtt::PacketId id, mqtt::ReasonCode reason) = 0;
  // A message at QoS 1 or 2 is forgotten without an answer, because the session it belonged to is
  // gone; it may have arrived. Comes before `connected`.
  virtual void discarded(mqtt::PacketId id) = 0;
  // One code a filter, in the order of the request; 3.1.1 says 0x80 for a failure.
  virtual void subscribed(mqtt::PacketId id, ByteView reason_codes) = 0;
  // No codes in 3.1.1.
  virtual void unsubscribed(mqtt::PacketId id, ByteView reason_codes) = 0;
  // The connection is over, and not by Client::disconnect. Requests without an answer get none.
  virtual void disconnected(const Ending& ending) = 0;
};

}  // namespace godwit::client
