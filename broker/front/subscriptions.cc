#include "broker/front/subscriptions.h"

#include <string>

#include "base/check.h"
#include "broker/front/weighing.h"

namespace godwit::front {
namespace {

// What a session itself keeps of a subscription; what the topic index and the routes keep of it
// they know themselves.
constexpr std::int64_t kListedBytes = 2 * sizeof(FilterId);  // With an identifier, or slack.
// Two nodes of trees with a text each, about.
constexpr std::int64_t kSharedBytes = 200;

std::int64_t shared_cost(mqtt::TopicFilter filter) {
  return kSharedBytes + static_cast<std::int64_t>(filter.text().size());
}

std::uint32_t bit_of(access::FilterAccess allowed) {
  return allowed == access::FilterAccess::kAll ? 1 : 0;
}

routing::SubscriptionBits to_bits(const mqtt::SubscriptionOptions& options,
                                  access::FilterAccess allowed) {
  routing::SubscriptionBits bits;
  bits.qos = static_cast<std::uint32_t>(options.qos) & 3U;
  bits.no_local = options.no_local ? 1 : 0;
  bits.retain_as_published = options.retain_as_published ? 1 : 0;
  bits.all_topics_allowed = bit_of(allowed) & 1U;
  return bits;
}

}  // namespace

bool Subscriptions::add(SessionSlot& slot, const mqtt::FilterRequest& request,
                        std::uint32_t identifier, access::FilterAccess allowed) {
  const bool is_new = request.filter.is_shared() ? add_shared(slot, request, identifier, allowed)
                                                 : add_plain(slot, request, identifier, allowed);
  if (is_new) {
    probe_->subscriptions_changed(1);
    tell_routes(slot, request.filter, true);
  }
  return is_new;
}

bool Subscriptions::add_plain(SessionSlot& slot, const mqtt::FilterRequest& request,
                              std::uint32_t identifier, access::FilterAccess allowed) {
  session::SubscriptionList& list = slot.session.subscriptions;
  routing::SubscriptionBits bits = to_bits(request.options, allowed);
  bits.has_identifier = identifier != 0 ? 1 : 0;
  bits.set_place(list.size());
  const Weighing weighing(*index_, *probe_);
  const auto [filter, replaced] =
      index_->insert(slot.session.key.tenant, request.filter, slot.subscriber, bits);
  if (replaced) {
    bits.place = replaced->place;
    index_->set_bits(filter, slot.subscriber, bits);
    list.set_identifier(bits.place, identifier);
    return false;
  }
  list.add(filter, identifier);
  probe_->subscription_bytes_changed(kListedBytes);
  return true;
}

bool Subscriptions::add_shared(SessionSlot& slot, const mqtt::FilterRequest& request,
                               std::uint32_t identifier, access::FilterAccess allowed) {
  session::Session& session = slot.session;
  std::uint16_t number = session.shares.number_of(request.filter.text());
  const bool is_new = number == 0;
  if (is_new) {
    number = shared_->join(slot, request.filter);
    session.shares.subscribe(request.filter.text(), number);
    probe_->subscription_bytes_changed(shared_cost(request.filter));
  }
  session::Share& share = session.shares.at(number);
  share.qos = request.options.qos;
  share.retain_as_published = request.options.retain_as_published;
  share.all_topics_allowed = allowed == access::FilterAccess::kAll;
  share.identifier = identifier;
  return is_new;
}

bool Subscriptions::contains(const SessionSlot& slot, mqtt::TopicFilter filter) const {
  if (filter.is_shared()) {
    return slot.session.shares.number_of(filter.text()) != 0;
  }
  return index_->bits(index_->find(slot.session.key.tenant, filter), slot.subscriber).has_value();
}

void Subscriptions::tell_routes(SessionSlot& slot, mqtt::TopicFilter filter, bool add) {
  const TenantId tenant = slot.session.key.tenant;
  // Publishes for a shared group go to its home, from this front too.
  const ThreadIndex to =
      filter.is_shared() ? shared_->home(SharedSubscriptions::group_of(tenant, filter, *settings_))
                         : settings_->self;
  for (std::uint16_t thread = 0; thread < settings_->thread_count; ++thread) {
    if (ThreadIndex(thread) == to) {
      continue;
    }
    mailroom_->control(
        ThreadIndex(thread),
        RouteChange{
            .tenant = tenant, .filter = std::string(filter.text()), .from = to, .add = add});
  }
}

bool Subscriptions::remove(SessionSlot& slot, mqtt::TopicFilter filter) {
  session::Session& session = slot.session;
  if (filter.is_shared()) {
    const std::uint16_t number = session.shares.number_of(filter.text());
    if (number == 0) {
      return false;
    }
    session.shares.unsubscribe(filter.text());
    take_out_shared(slot, filter, number);
    return true;
  }
  const FilterId number = index_->find(session.key.tenant, filter);
  const auto bits = index_->bits(number, slot.subscriber);
  if (!bits) {
    return false;
  }
  if (const auto moved = session.subscriptions.remove(bits->place)) {
    routing::SubscriptionBits its = *index_->bits(*moved, slot.subscriber);
    its.place = bits->place;
    index_->set_bits(*moved, slot.subscriber, its);
  }
  take_out(slot, filter, number);
  return true;
}

void Subscriptions::remove_all(SessionSlot& slot) {
  session::Session& session = slot.session;
  session.shares.for_each_filter([&](std::string_view text, std::uint16_t number) {
    take_out_shared(slot, mqtt::TopicFilter::from_checked(text), number);
  });
  session.shares.unsubscribe_all();
  std::string pattern;
  for (const FilterId number : session.subscriptions.filters()) {
    index_->pattern(number, pattern);
    take_out(slot, mqtt::TopicFilter::from_checked(pattern), number);
  }
  session.subscriptions = {};
}

void Subscriptions::take_out(SessionSlot& slot, mqtt::TopicFilter filter, FilterId number) {
  const Weighing weighing(*index_, *probe_);
  const bool was_there = index_->erase(number, slot.subscriber);
  CHECK(was_there);
  probe_->subscription_bytes_changed(-kListedBytes);
  probe_->subscriptions_changed(-1);
  tell_routes(slot, filter, false);
}

void Subscriptions::take_out_shared(SessionSlot& slot, mqtt::TopicFilter filter,
                                    std::uint16_t share) {
  shared_->leave(slot, share);
  probe_->subscription_bytes_changed(-shared_cost(filter));
  probe_->subscriptions_changed(-1);
  tell_routes(slot, filter, false);
}

// One that allows nothing any more stays: each delivery is refused by the same rules.
void Subscriptions::authorize_again(SessionSlot& slot) {
  session::Session& session = slot.session;
  session.shares.for_each_filter([&](std::string_view text, std::uint16_t number) {
    const auto filter = mqtt::TopicFilter::from_checked(text);
    session.shares.at(number).all_topics_allowed =
        policy_->authorize_filter(session.subject(), filter) == access::FilterAccess::kAll;
  });
  std::string pattern;
  for (const FilterId number : session.subscriptions.filters()) {
    index_->pattern(number, pattern);
    const auto filter = mqtt::TopicFilter::from_checked(pattern);
    routing::SubscriptionBits bits = *index_->bits(number, slot.subscriber);
    bits.all_topics_allowed = bit_of(policy_->authorize_filter(session.subject(), filter)) & 1U;
    index_->set_bits(number, slot.subscriber, bits);
  }
}

}  // namespace godwit::front
