// Messages for tests of what holds them.
#pragma once

#include <string>
#include <string_view>

#include "broker/mqtt/message.h"

namespace godwit::session::testing {

inline mqtt::MessageRef message(std::string_view payload) {
  mqtt::Publish publish;
  publish.topic = mqtt::TopicName::from_checked("t");
  publish.payload = as_bytes(payload);
  return mqtt::MessageRef::make(publish, Instant{});
}

// One that costs a queue exactly so much; not less than an empty one does.
inline mqtt::MessageRef message_of_size(std::size_t size_bytes) {
  const std::size_t empty = message("")->size_bytes();
  return message(std::string(size_bytes - empty, 'x'));
}

}  // namespace godwit::session::testing
