// From the views of a CONNECT packet to what the connect flow keeps of it. No decision here.
#pragma once

#include <memory>

#include "broker/access/authentication.h"
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
// What to ask about it: credentials, or the first step of the method it names, which `pending` gets
// to know. The client id is that of `pending`.
[[nodiscard]] access::AuthenticationQuestion take_question(const mqtt::Connect& packet,
                                                           PendingConnect& pending);
// What a packet carries of an exchange.
[[nodiscard]] Bytes take_authentication_data(mqtt::PropertiesView properties);

// E-089: the broker's own topics, which no client publishes to.
[[nodiscard]] bool is_broker_topic(mqtt::TopicName topic);

}  // namespace godwit::front
