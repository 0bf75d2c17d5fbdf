#include "broker/front/topic_aliases.h"

#include "base/check.h"

namespace godwit::front {
namespace {

// An alias costs a packet three bytes; a shorter topic saves nothing.
constexpr std::size_t kShortestTopic = 4;

}  // namespace

bool InboundAliases::set(std::uint16_t alias, mqtt::TopicName topic, std::size_t bytes_max) {
  CHECK(alias != 0 && !topic.empty());
  const std::size_t old_size = alias <= topics_.size() ? topics_[alias - 1U].size() : 0;
  const std::size_t bytes = bytes_ - old_size + topic.text().size();
  if (bytes > bytes_max) {
    return false;
  }
  if (alias > topics_.size()) {
    topics_.resize(alias);
  }
  topics_[alias - 1U] = topic.text();
  bytes_ = bytes;
  return true;
}

mqtt::TopicName InboundAliases::find(std::uint16_t alias) const {
  if (alias == 0 || alias > topics_.size() || topics_[alias - 1U].empty()) {
    return {};
  }
  return mqtt::TopicName::from_checked(topics_[alias - 1U]);
}

OutboundAliases::Use OutboundAliases::look_up(mqtt::TopicName topic) const {
  const auto found = aliases_.find(topic.text());
  if (found != aliases_.end()) {
    return {found->second, true};
  }
  if (aliases_.size() >= maximum_ || topic.text().size() < kShortestTopic ||
      bytes_ + topic.text().size() > bytes_max_) {
    return {};
  }
  return {static_cast<std::uint16_t>(aliases_.size() + 1), false};
}

void OutboundAliases::set(mqtt::TopicName topic, std::uint16_t alias) {
  const bool is_new = aliases_.emplace(topic.text(), alias).second;
  CHECK(is_new && alias == aliases_.size());
  bytes_ += topic.text().size();
}

}  // namespace godwit::front
