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

  // Adds the subscription, or replaces its bits (MQTT-3.8.4-3). True if it is new.
  bool insert(TenantId tenant, mqtt::TopicFilter filter, Subscriber subscriber,
              SubscriptionBits bits);
  // True if it was there. Nodes and levels that nobody uses any more are given back.
  bool erase(TenantId tenant, mqtt::TopicFilter filter, Subscriber subscriber);

  // Appends one Match per matching subscription; a subscriber with several matching filters comes
  // several times. The order is that of the tree, not of subscribing.
  void match(TenantId tenant, mqtt::TopicName topic, std::vector<Match>& out) const;

  // Subscriptions held.
  [[nodiscard]] std::size_t size() const;

 private:
  struct Tree;
  std::unique_ptr<Tree> tree_;
};

}  // namespace godwit::routing
