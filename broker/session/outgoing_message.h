// One session's copy of a message: waiting in its queue, or in flight to its client.
#pragma once

#include <cstdint>

#include "broker/mqtt/message.h"
#include "broker/session/subscription_identifiers.h"

namespace godwit::session {

struct OutgoingMessage {
  // In flight it may be empty: then it is never sent again.
  mqtt::MessageRef message;
  mqtt::Qos qos = mqtt::Qos::kAtLeastOnce;  // The lower of published and granted.
  bool retain = false;                      // RETAIN as it is to be sent.
  // The shared subscription it comes from, by its number in the session; 0: none.
  std::uint16_t share = 0;
  std::uint8_t refusals = 0;    // Members of that group that could not take it.
  std::uint32_t publisher = 0;  // A hash of who it comes from, for that group.
  SubscriptionIdentifiers identifiers;
};

}  // namespace godwit::session
