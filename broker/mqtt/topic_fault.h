// Private to the room: where a topic breaks the rules, for decoders that report an offset.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "broker/mqtt/topic.h"

namespace godwit::mqtt {

struct TopicFault {
  TopicError error;
  std::size_t offset;  // Of the first offending byte in the text.
};

// Decides most topic names with one look at eight bytes. May say no to a good name, which then
// takes the slow way below; never yes to a bad one.
[[nodiscard]] bool is_plain_topic_name(std::string_view text, const CodecLimits& limits);

[[nodiscard]] std::optional<TopicFault> find_topic_name_fault(std::string_view text,
                                                              const CodecLimits& limits);
[[nodiscard]] std::optional<TopicFault> find_topic_filter_fault(std::string_view text,
                                                                const CodecLimits& limits);

}  // namespace godwit::mqtt
