#include "broker/routing/topic_index.h"

#include <bit>

#include "broker/routing/filter_tree.h"

namespace godwit::routing {

struct TopicIndex::Tree : FilterTree {
  using FilterTree::FilterTree;
};

TopicIndex::TopicIndex(HashKey key) : tree_(std::make_unique<Tree>(key)) {}
TopicIndex::TopicIndex(TopicIndex&&) noexcept = default;
TopicIndex& TopicIndex::operator=(TopicIndex&&) noexcept = default;
TopicIndex::~TopicIndex() = default;

bool TopicIndex::insert(TenantId tenant, mqtt::TopicFilter filter, Subscriber subscriber,
                        SubscriptionBits bits) {
  return tree_->put(tenant, filter, {subscriber.value(), std::bit_cast<std::uint32_t>(bits)});
}

bool TopicIndex::erase(TenantId tenant, mqtt::TopicFilter filter, Subscriber subscriber) {
  return tree_->erase(tenant, filter, subscriber.value());
}

void TopicIndex::match(TenantId tenant, mqtt::TopicName topic, std::vector<Match>& out) const {
  for (const NodeIndex node : tree_->match(tenant, topic)) {
    for (const Entry entry : tree_->entries(node)) {
      out.push_back({Subscriber{entry.key}, std::bit_cast<SubscriptionBits>(entry.value)});
    }
  }
}

std::size_t TopicIndex::size() const { return tree_->size(); }

}  // namespace godwit::routing
