#include "broker/routing/topic_index.h"

#include <bit>

#include "base/check.h"
#include "broker/routing/filter_tree.h"

namespace godwit::routing {
namespace {

NodeIndex node_of(FilterId filter) { return NodeIndex(filter.value()); }

std::uint32_t to_value(SubscriptionBits bits) { return std::bit_cast<std::uint32_t>(bits); }

std::optional<SubscriptionBits> to_bits(std::optional<std::uint32_t> value) {
  return value ? std::optional(std::bit_cast<SubscriptionBits>(*value)) : std::nullopt;
}

}  // namespace

struct TopicIndex::Tree : FilterTree {
  using FilterTree::FilterTree;
};

TopicIndex::TopicIndex(HashKey key) : tree_(std::make_unique<Tree>(key)) {}
TopicIndex::TopicIndex(TopicIndex&&) noexcept = default;
TopicIndex& TopicIndex::operator=(TopicIndex&&) noexcept = default;
TopicIndex::~TopicIndex() = default;

TopicIndex::Insertion TopicIndex::insert(TenantId tenant, mqtt::TopicFilter filter,
                                         Subscriber subscriber, SubscriptionBits bits) {
  const FilterTree::Put put = tree_->put(tenant, filter, {subscriber.value(), to_value(bits)});
  return {.filter = FilterId(put.node.value()), .replaced = to_bits(put.replaced)};
}

FilterId TopicIndex::find(TenantId tenant, mqtt::TopicFilter filter) const {
  return FilterId(tree_->find(tenant, filter).value());
}

std::optional<SubscriptionBits> TopicIndex::bits(FilterId filter, Subscriber subscriber) const {
  const std::uint32_t* value = tree_->find(node_of(filter), subscriber.value());
  return to_bits(value == nullptr ? std::nullopt : std::optional(*value));
}

void TopicIndex::set_bits(FilterId filter, Subscriber subscriber, SubscriptionBits bits) {
  std::uint32_t* value = tree_->find(node_of(filter), subscriber.value());
  CHECK(value != nullptr);
  *value = to_value(bits);
}

bool TopicIndex::erase(FilterId filter, Subscriber subscriber) {
  return tree_->erase(node_of(filter), subscriber.value());
}

void TopicIndex::pattern(FilterId filter, std::string& out) const {
  tree_->pattern(node_of(filter), out);
}

void TopicIndex::match(TenantId tenant, mqtt::TopicName topic, std::vector<Match>& out) const {
  for (const NodeIndex node : tree_->match(tenant, topic)) {
    for (const Entry entry : tree_->entries(node)) {
      out.push_back({Subscriber{entry.key}, std::bit_cast<SubscriptionBits>(entry.value)});
    }
  }
}

std::size_t TopicIndex::size() const { return tree_->size(); }
std::size_t TopicIndex::bytes() const { return tree_->bytes(); }

}  // namespace godwit::routing
