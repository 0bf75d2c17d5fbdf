#include "broker/routing/route_table.h"

#include <map>
#include <utility>

#include "base/check.h"
#include "broker/routing/filter_tree.h"

namespace godwit::routing {
namespace {

struct Before {
  bool operator()(const Destination& a, const Destination& b) const {
    return std::pair(a.kind, a.number) < std::pair(b.kind, b.number);
  }
};

}  // namespace

// Destinations are few (threads, nodes, shards) and filters many: the tree holds for each filter
// (slot of the destination, count).
struct RouteTable::State {
  explicit State(const HashKey& key) : tree(key) {}

  struct Slot {
    Destination destination;
    std::size_t filters = 0;   // That name it. 0: the slot is free.
    std::uint64_t lookup = 0;  // The last one that returned it.
  };

  std::uint32_t slot_of(const Destination& destination) {
    const auto [at, is_new] = numbers.try_emplace(destination, 0);
    if (is_new) {
      if (free.empty()) {
        free.push_back(static_cast<std::uint32_t>(slots.size()));
        slots.emplace_back();
      }
      at->second = free.back();
      free.pop_back();
      slots[at->second].destination = destination;
    }
    return at->second;
  }

  FilterTree tree;
  std::map<Destination, std::uint32_t, Before> numbers;
  std::vector<Slot> slots;
  std::vector<std::uint32_t> free;
  std::uint64_t lookups = 0;
};

RouteTable::RouteTable(HashKey key) : state_(std::make_unique<State>(key)) {}
RouteTable::RouteTable(RouteTable&&) noexcept = default;
RouteTable& RouteTable::operator=(RouteTable&&) noexcept = default;
RouteTable::~RouteTable() = default;

bool RouteTable::add(TenantId tenant, mqtt::TopicFilter filter, Destination destination) {
  const std::uint32_t slot = state_->slot_of(destination);
  const FilterTree::Put put = state_->tree.put(tenant, filter, {slot, 1});
  if (put.replaced) {
    CHECK(*put.replaced < UINT32_MAX);
    *state_->tree.find(put.node, slot) += *put.replaced;
    return false;
  }
  ++state_->slots[slot].filters;
  return true;
}

bool RouteTable::remove(TenantId tenant, mqtt::TopicFilter filter, Destination destination) {
  const auto number = state_->numbers.find(destination);
  if (number == state_->numbers.end()) {
    return false;
  }
  const std::uint32_t slot = number->second;
  const NodeIndex node = state_->tree.find(tenant, filter);
  std::uint32_t* count = state_->tree.find(node, slot);
  if (count == nullptr || --*count > 0) {
    return false;
  }
  state_->tree.erase(node, slot);
  if (--state_->slots[slot].filters == 0) {
    state_->numbers.erase(number);
    state_->free.push_back(slot);
  }
  return true;
}

void RouteTable::lookup(TenantId tenant, mqtt::TopicName topic,
                        std::vector<Destination>& out) const {
  const std::uint64_t lookup = ++state_->lookups;
  for (const NodeIndex node : state_->tree.match(tenant, topic)) {
    for (const Entry entry : state_->tree.entries(node)) {
      State::Slot& slot = state_->slots[entry.key];
      if (std::exchange(slot.lookup, lookup) != lookup) {
        out.push_back(slot.destination);
      }
    }
  }
}

bool RouteTable::empty() const { return state_->tree.size() == 0; }
std::size_t RouteTable::bytes() const { return state_->tree.bytes(); }

}  // namespace godwit::routing
