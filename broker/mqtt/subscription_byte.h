// Private to the room: the byte of subscription options (MQTT 5.0, 3.8.3.1).
#pragma once

#include <cstdint>

#include "broker/mqtt/packet.h"

namespace godwit::mqtt {

inline constexpr std::uint8_t kSubscriptionQosMask = 0b0000'0011;
inline constexpr std::uint8_t kSubscriptionNoLocal = 0b0000'0100;
inline constexpr std::uint8_t kSubscriptionRetainAsPublished = 0b0000'1000;
inline constexpr std::uint8_t kSubscriptionRetainHandlingMask = 0b0011'0000;
inline constexpr unsigned kSubscriptionRetainHandlingShift = 4;
inline constexpr std::uint8_t kSubscriptionReserved = 0b1100'0000;

// For a byte that was checked.
[[nodiscard]] constexpr SubscriptionOptions to_subscription_options(std::uint8_t byte) {
  return SubscriptionOptions{
      .qos = static_cast<Qos>(byte & kSubscriptionQosMask),
      .no_local = (byte & kSubscriptionNoLocal) != 0,
      .retain_as_published = (byte & kSubscriptionRetainAsPublished) != 0,
      .retain_handling = static_cast<RetainHandling>((byte & kSubscriptionRetainHandlingMask) >>
                                                     kSubscriptionRetainHandlingShift),
  };
}

[[nodiscard]] constexpr std::uint8_t to_subscription_byte(const SubscriptionOptions& options) {
  unsigned byte = static_cast<std::uint8_t>(options.qos);
  byte |= options.no_local ? kSubscriptionNoLocal : 0U;
  byte |= options.retain_as_published ? kSubscriptionRetainAsPublished : 0U;
  byte |= static_cast<unsigned>(options.retain_handling) << kSubscriptionRetainHandlingShift;
  return static_cast<std::uint8_t>(byte);
}

}  // namespace godwit::mqtt
