// What an index keeps of a subscription: all that delivery must know, in four bytes.
#pragma once

#include <algorithm>
#include <cstdint>

#include "broker/mqtt/packet.h"

namespace godwit::routing {

struct SubscriptionBits {
  std::uint8_t qos : 2 = 0;
  std::uint8_t no_local : 1 = 0;
  std::uint8_t retain_as_published : 1 = 0;
  // The policy allows every topic that this filter matches: nothing to ask at delivery.
  std::uint8_t all_topics_allowed : 1 = 0;
  // Deliver nothing: being taken away, or not yet confirmed.
  std::uint8_t muted : 1 = 0;
  std::uint8_t reserved[3] = {0, 0, 0};

  [[nodiscard]] mqtt::Qos granted_qos() const { return static_cast<mqtt::Qos>(qos); }
};
static_assert(sizeof(SubscriptionBits) == 4);

}  // namespace godwit::routing
