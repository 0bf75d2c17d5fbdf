// What an index keeps of a subscription: all that delivery must know, in four bytes.
#pragma once

#include <cstdint>

#include "base/check.h"
#include "broker/mqtt/packet.h"

namespace godwit::routing {

struct SubscriptionBits {
  // Subscriptions that one subscriber can have at a time.
  static constexpr std::uint32_t kPlacesMax = 1U << 24U;

  std::uint32_t qos : 2 = 0;
  std::uint32_t no_local : 1 = 0;
  std::uint32_t retain_as_published : 1 = 0;
  // The policy allows every topic that this filter matches: nothing to ask at delivery.
  std::uint32_t all_topics_allowed : 1 = 0;
  // A Subscription Identifier, which has 28 bits, lies with its keeper.
  std::uint32_t has_identifier : 1 = 0;
  std::uint32_t reserved : 2 = 0;
  // Where its keeper finds it in the list of this subscriber.
  std::uint32_t place : 24 = 0;

  void set_place(std::uint32_t wanted) {
    CHECK(wanted < kPlacesMax);
    place = wanted & (kPlacesMax - 1);
  }
  [[nodiscard]] mqtt::Qos granted_qos() const { return static_cast<mqtt::Qos>(qos); }
};
static_assert(sizeof(SubscriptionBits) == 4);

}  // namespace godwit::routing
