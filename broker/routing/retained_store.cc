#include "broker/routing/retained_store.h"

#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "broker/routing/retained_walk.h"
#include "broker/routing/topic_order.h"

namespace godwit::routing {
namespace {

// Stands for the place behind the last topic under `parent`.
struct BehindSubtree {
  std::string_view parent;
};

// The key of a message is its topic, read where it lies: a topic is stored once.
struct ByTopic {
  using is_transparent = void;

  static std::string_view text(const mqtt::MessageRef& message) { return message->topic().text(); }
  bool operator()(const mqtt::MessageRef& a, const mqtt::MessageRef& b) const {
    return topic_before(text(a), text(b));
  }
  bool operator()(const mqtt::MessageRef& a, std::string_view b) const {
    return topic_before(text(a), b);
  }
  bool operator()(std::string_view a, const mqtt::MessageRef& b) const {
    return topic_before(a, text(b));
  }
  bool operator()(const mqtt::MessageRef& a, const BehindSubtree& b) const {
    return topic_before(text(a), b.parent) || in_subtree(text(a), b.parent);
  }
};

using Messages = std::set<mqtt::MessageRef, ByTopic>;

// How many entries a slice may look at for each that it may return.
constexpr std::size_t kLooksPerMessage = 64;

// MQTT-3.3.1-6, -7: an empty payload only removes. So does an interval of 0, which is over when it
// begins (E-076).
bool is_kept(const mqtt::Message& message) {
  return !message.payload().empty() && !message.expired(message.received());
}

// The first at or behind `place`. The next entry is asked first, because it often is the one.
template <class Place>
Messages::iterator advance_to(Messages& messages, Messages::iterator at, const Place& place) {
  ++at;
  if (at == messages.end() || !ByTopic{}(*at, place)) {
    return at;
  }
  return messages.lower_bound(place);
}

}  // namespace

struct RetainedStore::State {
  explicit State(const RetainedLimits& its_limits) : limits(its_limits) {}

  Messages::iterator remove(Messages& messages, Messages::iterator at) {
    bytes -= (*at)->size_bytes();
    --size;
    return messages.erase(at);
  }

  RetainedLimits limits;
  std::map<TenantId, Messages> tenants;
  std::size_t size = 0;
  std::size_t bytes = 0;
  std::string target;  // Scratch space of read().

  // Where remove_expired() goes on.
  TenantId sweep_tenant;
  std::string sweep_after;
};

RetainedStore::RetainedStore(const RetainedLimits& limits)
    : state_(std::make_unique<State>(limits)) {}
RetainedStore::RetainedStore(RetainedStore&&) noexcept = default;
RetainedStore& RetainedStore::operator=(RetainedStore&&) noexcept = default;
RetainedStore::~RetainedStore() = default;

std::size_t RetainedStore::size() const { return state_->size; }
std::size_t RetainedStore::bytes() const { return state_->bytes; }

RetainOutcome RetainedStore::set(TenantId tenant, mqtt::MessageRef message) {
  State& s = *state_;
  Messages& messages = s.tenants[tenant];
  const auto at = messages.lower_bound(message);
  const bool present = at != messages.end() && !ByTopic{}(message, *at);
  if (!is_kept(*message)) {
    if (!present) {
      return RetainOutcome::kNothing;
    }
    s.remove(messages, at);
    return RetainOutcome::kRemoved;
  }
  const std::size_t bytes = s.bytes + message->size_bytes() - (present ? (*at)->size_bytes() : 0);
  if (bytes > s.limits.bytes_max || (!present && s.size >= s.limits.messages_max)) {
    return RetainOutcome::kRefused;
  }
  s.bytes = bytes;
  if (present) {
    // The node is used again, so that a topic with a new value every second allocates nothing here.
    const auto behind = std::next(at);
    auto node = messages.extract(at);
    node.value() = std::move(message);
    messages.insert(behind, std::move(node));
    return RetainOutcome::kReplaced;
  }
  messages.insert(at, std::move(message));
  ++s.size;
  return RetainOutcome::kStored;
}

bool RetainedStore::contains(TenantId tenant, mqtt::TopicName topic) const {
  const auto found = state_->tenants.find(tenant);
  return found != state_->tenants.end() && found->second.contains(topic.text());
}

// Six parameters: a struct would only rename them at its few calls.
// NOLINTNEXTLINE(readability-function-size)
bool RetainedStore::read(TenantId tenant, mqtt::TopicFilter filter, Instant now,
                         std::size_t count_max, std::string& after,
                         std::vector<mqtt::MessageRef>& out) {
  CHECK(count_max > 0);  // Else no call would get any further.
  const auto found = state_->tenants.find(tenant);
  if (found == state_->tenants.end()) {
    return false;
  }
  Messages& messages = found->second;
  std::size_t looks_left = kLooksPerMessage * count_max;
  auto at = after.empty() ? messages.begin() : messages.upper_bound(std::string_view(after));
  while (at != messages.end()) {
    if (count_max == 0 || looks_left == 0) {
      return true;
    }
    --looks_left;
    const mqtt::MessageRef& message = *at;
    after.assign(message->topic().text());
    if (message->expired(now)) {
      at = state_->remove(messages, at);
      continue;
    }
    switch (walk_step(filter, message->topic(), state_->target)) {
      case WalkStep::kTake:
        out.push_back(message);
        --count_max;
        ++at;
        break;
      case WalkStep::kSeek:
        at = advance_to(messages, at, std::string_view(state_->target));
        break;
      case WalkStep::kLeaveSubtree:
        at = advance_to(messages, at, BehindSubtree{state_->target});
        break;
      case WalkStep::kEnd:
        return false;
    }
  }
  return false;
}

std::size_t RetainedStore::remove_expired(Instant now, std::size_t look_max) {
  State& s = *state_;
  std::size_t removed = 0;
  auto tenant = s.tenants.lower_bound(s.sweep_tenant);
  while (look_max > 0 && tenant != s.tenants.end()) {
    Messages& messages = tenant->second;
    if (tenant->first != s.sweep_tenant) {
      s.sweep_after.clear();
    }
    s.sweep_tenant = tenant->first;
    auto at = messages.upper_bound(std::string_view(s.sweep_after));
    for (; at != messages.end() && look_max > 0; --look_max) {
      s.sweep_after.assign((*at)->topic().text());
      if (!(*at)->expired(now)) {
        ++at;
        continue;
      }
      at = s.remove(messages, at);
      ++removed;
    }
    if (at != messages.end()) {
      return removed;
    }
    tenant = messages.empty() ? s.tenants.erase(tenant) : std::next(tenant);
  }
  if (tenant == s.tenants.end()) {
    s.sweep_tenant = TenantId{};
    s.sweep_after.clear();
  }
  return removed;
}

}  // namespace godwit::routing
