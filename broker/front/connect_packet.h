// From the views of a CONNECT packet to what the connect flow keeps of it. No decision here.
#pragma once

#include <memory>

#include "broker/front/pending_connect.h"
#include "broker/mqtt/frame.h"
#include "broker/mqtt/packet.h"
#include "broker/session/limits.h"

namespace godwit::front {

// The protocol level of a CONNECT that could not be decoded, so that it is refused in words that
// its sender knows: level 5 and above get a 5.0 CONNACK (MQTT-3.1.2-2).
[[nodiscard]] mqtt::ProtocolVersion version_of_refusal(const mqtt::Frame& frame);

// Owns what the packet showed; an empty client id stays empty.
[[nodiscard]] std::unique_ptr<PendingConnect> take_connect(const mqtt::Connect& packet,
                                                           const session::SessionLimits& limits,
                                                           Instant now);
[[nodiscard]] access::Credentials take_credentials(const mqtt::Connect& packet);

// E-089: the broker's own topics, which no client publishes to.
[[nodiscard]] bool is_broker_topic(mqtt::TopicName topic);

}  // namespace godwit::front
