#include "broker/front/subscriptions.h"

#include <string>

#include "base/check.h"

namespace godwit::front {
namespace {

// Of a subscription: its filter, which the session keeps as the client wrote it, and what session
// and index need besides (measured; docs/performance.md).
std::int64_t cost(mqtt::TopicFilter filter) {
  constexpr std::int64_t kBesideTheFilter = 200;
  return kBesideTheFilter + static_cast<std::int64_t>(filter.text().size());
}

routing::SubscriptionBits to_bits(const session::Subscription& subscription,
                                  access::FilterAccess allowed) {
  routing::SubscriptionBits bits;
  bits.qos = static_cast<std::uint32_t>(subscription.options.qos) & 3U;
  bits.no_local = subscription.options.no_local ? 1 : 0;
  bits.retain_as_published = subscription.options.retain_as_published ? 1 : 0;
  bits.all_topics_allowed = allowed == access::FilterAccess::kAll ? 1 : 0;
  CHECK(subscription.identifier_slot <= routing::SubscriptionBits::kIdentifierSlotsMax);
  bits.identifier_slot = subscription.identifier_slot & 0xFFFFFFU;
  return bits;
}

}  // namespace

bool Subscriptions::add(SessionSlot& slot, const mqtt::FilterRequest& request,
                        std::uint32_t identifier, access::FilterAccess allowed) {
  session::IdentifierTable& identifiers = slot.session.identifiers;
  session::Subscription& subscription =
      slot.session.subscriptions.try_emplace(std::string(request.filter.text())).first->second;
  if (subscription.identifier_slot != 0) {
    identifiers.remove(subscription.identifier_slot);
  }
  subscription.options = request.options;
  subscription.identifier_slot = identifier == 0 ? 0 : identifiers.add(identifier);
  if (!put_in(slot, request.filter, subscription, allowed)) {
    return false;
  }
  probe_->subscriptions_changed(1, cost(request.filter));
  tell_routes(slot, request.filter, true);
  return true;
}

bool Subscriptions::put_in(SessionSlot& slot, mqtt::TopicFilter filter,
                           session::Subscription& subscription, access::FilterAccess allowed) {
  session::Session& session = slot.session;
  if (!filter.is_shared()) {
    return index_->insert(session.key.tenant, filter, slot.subscriber,
                          to_bits(subscription, allowed));
  }
  const bool is_new = subscription.share == 0;
  if (is_new) {
    subscription.share = shared_->join(slot, filter);
  }
  session::Share& share = session.shares.at(subscription.share);
  share.qos = subscription.options.qos;
  share.retain_as_published = subscription.options.retain_as_published;
  share.all_topics_allowed = allowed == access::FilterAccess::kAll;
  share.identifier =
      subscription.identifier_slot == 0 ? 0 : session.identifiers.at(subscription.identifier_slot);
  return is_new;
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
  const auto found = slot.session.subscriptions.find(filter.text());
  if (found == slot.session.subscriptions.end()) {
    return false;
  }
  take_out(slot, filter, found->second);
  if (found->second.identifier_slot != 0) {
    slot.session.identifiers.remove(found->second.identifier_slot);
  }
  slot.session.subscriptions.erase(found);
  return true;
}

void Subscriptions::remove_all(SessionSlot& slot) {
  for (const auto& [text, subscription] : slot.session.subscriptions) {
    take_out(slot, mqtt::TopicFilter::from_checked(text), subscription);
  }
  slot.session.subscriptions.clear();
  slot.session.identifiers = {};
}

void Subscriptions::take_out(SessionSlot& slot, mqtt::TopicFilter filter,
                             const session::Subscription& subscription) {
  if (subscription.share != 0) {
    shared_->leave(slot, subscription.share);
  } else {
    index_->erase(slot.session.key.tenant, filter, slot.subscriber);
  }
  probe_->subscriptions_changed(-1, -cost(filter));
  tell_routes(slot, filter, false);
}

void Subscriptions::authorize_again(SessionSlot& slot) {
  for (auto& [text, subscription] : slot.session.subscriptions) {
    const auto filter = mqtt::TopicFilter::from_checked(text);
    // One that allows nothing any more stays: each delivery is refused by the same rules.
    put_in(slot, filter, subscription, policy_->authorize_filter(slot.session.subject(), filter));
  }
}

}  // namespace godwit::front
