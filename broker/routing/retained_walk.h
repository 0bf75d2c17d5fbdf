// Where the next topic is that a filter can match, seen from a topic in topic_order.
//
// This is what lets `a/+/c` over a million retained messages read a few entries per child of `a`
// instead of all of them. Pure functions; nothing is allocated but the text to go to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "broker/mqtt/topic.h"

namespace godwit::routing {

enum class WalkStep : std::uint8_t {
  kTake,          // The topic matches. Go on with the one after it.
  kSeek,          // Does not match, nor does any before `target`.
  kLeaveSubtree,  // Does not match, nor does any up to the last one under `target`.
  kEnd,           // Neither it nor any later one matches.
};

// `target` is only written where the step speaks of it; its storage is reused.
[[nodiscard]] WalkStep walk_step(mqtt::TopicFilter filter, mqtt::TopicName topic,
                                 std::string& target);

}  // namespace godwit::routing
