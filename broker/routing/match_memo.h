// The last answers of a tree of filters: publishers say the same topics again and again, and a walk
// down the tree hashes each level twice.
//
// Direct-mapped: a topic has one place, and the last one there stays. An answer holds until the
// tree's next change. Long topics and answers of many nodes are not kept; they cost what they cost
// without this. The hash has no secret on purpose: who makes topics collide gains a walk, which is
// what any new topic costs.
//
// Pure; owned by one tree and used on its thread. No memory before the first answer, then 104 KiB.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/ids.h"

namespace godwit::routing {

template <class Node>
class MatchMemo {
 public:
  static constexpr std::size_t kPlaces = 1'024;
  static constexpr std::size_t kTopicBytesMax = 64;
  static constexpr std::size_t kNodesMax = 5;

  // `change`: how often the tree has changed. Valid until the next `keep`.
  [[nodiscard]] std::optional<std::span<const Node>> find(TenantId tenant, std::string_view topic,
                                                          std::uint64_t change) const {
    if (places_ == nullptr || topic.size() > kTopicBytesMax) {
      return std::nullopt;
    }
    const Answer& answer = (*places_)[place_of(topic)];
    if (answer.change != change || answer.tenant != tenant || answer.topic_size != topic.size() ||
        std::memcmp(answer.topic.data(), topic.data(), topic.size()) != 0) {
      return std::nullopt;
    }
    return std::span<const Node>(answer.nodes.data(), answer.node_count);
  }

  void keep(TenantId tenant, std::string_view topic, std::uint64_t change,
            std::span<const Node> nodes) {
    if (topic.size() > kTopicBytesMax || nodes.size() > kNodesMax) {
      return;
    }
    if (places_ == nullptr) {
      places_ = std::make_unique<std::array<Answer, kPlaces>>();
    }
    Answer& answer = (*places_)[place_of(topic)];
    answer.change = change;
    answer.tenant = tenant;
    answer.topic_size = static_cast<std::uint8_t>(topic.size());
    answer.node_count = static_cast<std::uint8_t>(nodes.size());
    std::memcpy(answer.topic.data(), topic.data(), topic.size());
    std::copy(nodes.begin(), nodes.end(), answer.nodes.begin());
  }

 private:
  struct Answer {
    std::uint64_t change = UINT64_MAX;  // No tree gets there.
    TenantId tenant;
    std::uint8_t topic_size = 0;
    std::uint8_t node_count = 0;
    std::array<Node, kNodesMax> nodes;
    std::array<char, kTopicBytesMax> topic;
  };
  static_assert(sizeof(Answer) <= 104);

  [[nodiscard]] static std::size_t place_of(std::string_view topic) {
    std::uint64_t mixed = topic.size();
    const auto mix = [&mixed](std::uint64_t word) {
      mixed = (mixed ^ word) * 0x9E3779B97F4A7C15U;
      mixed ^= mixed >> 32U;
    };
    while (topic.size() >= sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, topic.data(), sizeof(word));
      mix(word);
      topic.remove_prefix(sizeof(word));
    }
    std::uint64_t rest = 0;
    for (const char byte : topic) {
      rest = rest << 8U | static_cast<unsigned char>(byte);
    }
    mix(rest);
    return static_cast<std::size_t>(mixed % kPlaces);
  }

  std::unique_ptr<std::array<Answer, kPlaces>> places_;
};

}  // namespace godwit::routing
