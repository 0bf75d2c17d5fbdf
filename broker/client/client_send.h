// Private to the room: how a packet gets into the output.
#pragma once

#include "broker/client/client.h"
#include "broker/mqtt/encoder.h"

namespace godwit::client {

template <class Packet>
void Client::send(const Packet& packet, Instant now) {
  mqtt::encode(packet, settings_.version, output_);
  if (auto* online = std::get_if<Online>(&state_)) {
    online->last_packet = now;
  }
}

}  // namespace godwit::client
