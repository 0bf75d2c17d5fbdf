// A packet that a client hears, as far as the model foretells it: plain values to compare.
#pragma once

#include <cstdint>
#include <string>

#include "broker/mqtt/types.h"
#include "tests/model/vocabulary.h"

namespace godwit::model {

inline constexpr std::uint32_t kNoExpiry = UINT32_MAX;

struct Heard {
  mqtt::PacketType type{};
  // Of the first sending of a message the broker chooses it: 0 in what is foretold.
  std::uint16_t packet_id = 0;
  std::uint8_t reason = 0;
  bool session_present = false;
  // Of a PUBLISH.
  mqtt::Qos qos{};
  bool retain = false;
  bool dup = false;
  TopicIndex topic = 0;
  std::uint32_t number = 0;          // Which message; 0: it has no payload.
  std::uint32_t expiry = kNoExpiry;  // Message Expiry Interval.
  std::uint32_t identifiers = 0;     // How often each of 1 to 7, four bits for each.

  friend bool operator==(const Heard&, const Heard&) = default;
};

[[nodiscard]] std::string describe(const Heard& heard);

}  // namespace godwit::model
