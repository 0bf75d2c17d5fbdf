// The exact index of topic filters: which subscribers match a topic name (section 4.7).
//
// Pure and single-threaded: each I/O thread has its own, filled with the subscriptions of its
// sessions. Matching allocates nothing beyond the vector that the caller reuses, and its cost
// follows the number of filters that match, not of those that exist. Levels are interned once,
// with a keyed hash, because clients choose them.
//
// Only the pattern of a filter counts here: share names are the caller's matter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/siphash.h"
#include "base/strong_id.h"
#include "broker/mqtt/topic.h"
#include "broker/routing/subscription_bits.h"

namespace godwit::routing {

// Whoever subscribes, as its keeper numbers it: a session slot of an I/O thread.
struct SubscriberTag;
using Subscriber = StrongId<SubscriberTag, std::uint32_t>;

struct Match {
  Subscriber subscriber;
  SubscriptionBits bits;
};

class TopicIndex {
 public:
  explicit TopicIndex(HashKey key);
  TopicIndex(TopicIndex&&) noexcept;
  TopicIndex& operator=(TopicIndex&&) noexcept;
  ~TopicIndex();

  struct Insertion {
    FilterId filter;                           // Its number as long as anybody subscribes to it.
    std::optional<SubscriptionBits> replaced;  // None if the subscription is new.
  };
  // Adds the subscription, or replaces its bits (MQTT-3.8.4-3).
  Insertion insert(TenantId tenant, mqtt::TopicFilter filter, Subscriber subscriber,
                   SubscriptionBits bits);
  // None if nobody subscribes to it.
  [[nodiscard]] FilterId find(TenantId tenant, mqtt::TopicFilter filter) const;

  // Of a subscription; none if there is none, as for a FilterId of none.
  [[nodiscard]] std::optional<SubscriptionBits> bits(FilterId filter, Subscriber subscriber) const;
  // The subscription must be there.
  void set_bits(FilterId filter, Subscriber subscriber, SubscriptionBits bits);
  // True if it was there. Nodes and levels that nobody uses any more are given back.
  bool erase(FilterId filter, Subscriber subscriber);
  // The text of a filter that somebody subscribes to, without a share name.
  void pattern(FilterId filter, std::string& out) const;

  // Appends one Match per matching subscription; a subscriber with several matching filters comes
  // several times. The order is that of the tree, not of subscribing.
  void match(TenantId tenant, mqtt::TopicName topic, std::vector<Match>& out) const;

  // Subscriptions held.
  [[nodiscard]] std::size_t size() const;
  // What it costs to hold them, about.
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Tree;
  std::unique_ptr<Tree> tree_;
};

}  // namespace godwit::routing
