// Filters and topics of a fleet of devices, for the indexes: made once, asked for in turn.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/siphash.h"
#include "broker/mqtt/topic.h"
#include "tests/bench/micro/packets.h"

namespace godwit::bench {

// Fixed, so that every run has the same buckets.
inline constexpr HashKey kHashKey{1, 2};
inline constexpr TenantId kTenant{0};

// Texts that are asked for one after the other and again from the start.
class Cycle {
 public:
  static constexpr std::size_t kTexts = 64;
  // More than an index remembers the answers for.
  static constexpr std::size_t kManyTexts = 16'384;

  // `text_of(i)` for `texts` numbers spread over 0 to `count` - 1.
  template <class TextOf>
  Cycle(std::size_t count, TextOf text_of, std::size_t texts = kTexts) {
    for (std::size_t k = 0; k < texts; ++k) {
      texts_.push_back(text_of(k * kStride % count));
    }
  }

  [[nodiscard]] std::string_view next() {
    const std::string& text = texts_[at_];
    at_ = (at_ + 1) % texts_.size();
    return text;
  }

 private:
  static constexpr std::size_t kStride = 7'919;  // A prime: no two alike while there are others.
  std::vector<std::string> texts_;
  std::size_t at_ = 0;
};

[[nodiscard]] inline mqtt::TopicName topic_name(std::string_view text) {
  return mqtt::TopicName::from_checked(text);
}
[[nodiscard]] inline mqtt::TopicFilter topic_filter(std::string_view text) {
  return mqtt::TopicFilter::from_checked(text);
}

// Two kinds of wildcard filters, in turn; each matches the topic of device `i` and of no other.
[[nodiscard]] inline std::string wildcard_filter(std::size_t i) {
  if (i % 2 == 0) {
    return device_topic(i, "#");
  }
  const std::string topic = device_topic(i);
  const std::size_t device = topic.rfind('/');
  return topic.substr(0, device) + "/+";
}

}  // namespace godwit::bench
