#include "broker/front/subscriptions.h"

#include <string>

namespace godwit::front {
namespace {

routing::SubscriptionBits to_bits(const mqtt::SubscriptionOptions& options,
                                  access::FilterAccess allowed) {
  routing::SubscriptionBits bits;
  bits.qos = static_cast<std::uint8_t>(options.qos) & 3U;
  bits.no_local = options.no_local;
  bits.retain_as_published = options.retain_as_published;
  bits.all_topics_allowed = allowed == access::FilterAccess::kAll;
  return bits;
}

}  // namespace

bool Subscriptions::add(SessionSlot& slot, mqtt::TopicFilter filter,
                        const mqtt::SubscriptionOptions& options, access::FilterAccess allowed) {
  const TenantId tenant = slot.session.key.tenant;
  slot.session.subscriptions.insert_or_assign(std::string(filter.text()), options);
  const bool is_new = index_->insert(tenant, filter, slot.subscriber, to_bits(options, allowed));
  if (!is_new) {
    return false;
  }
  probe_->subscriptions_changed(1);
  mailroom_->control_to_others([&] {
    return RouteChange{
        .tenant = tenant, .filter = std::string(filter.text()), .from = self_, .add = true};
  });
  return true;
}

bool Subscriptions::remove(SessionSlot& slot, mqtt::TopicFilter filter) {
  const auto found = slot.session.subscriptions.find(filter.text());
  if (found == slot.session.subscriptions.end()) {
    return false;
  }
  take_out(slot, filter);
  slot.session.subscriptions.erase(found);
  return true;
}

void Subscriptions::remove_all(SessionSlot& slot) {
  for (const auto& [text, options] : slot.session.subscriptions) {
    take_out(slot, mqtt::TopicFilter::from_checked(text));
  }
  slot.session.subscriptions.clear();
}

void Subscriptions::take_out(SessionSlot& slot, mqtt::TopicFilter filter) {
  const TenantId tenant = slot.session.key.tenant;
  index_->erase(tenant, filter, slot.subscriber);
  probe_->subscriptions_changed(-1);
  mailroom_->control_to_others([&] {
    return RouteChange{
        .tenant = tenant, .filter = std::string(filter.text()), .from = self_, .add = false};
  });
}

void Subscriptions::authorize_again(SessionSlot& slot) {
  for (const auto& [text, options] : slot.session.subscriptions) {
    const auto filter = mqtt::TopicFilter::from_checked(text);
    const auto allowed = policy_->authorize_filter(slot.session.subject(), filter);
    // One that allows nothing any more stays: each delivery is refused by the same rules.
    index_->insert(slot.session.key.tenant, filter, slot.subscriber, to_bits(options, allowed));
  }
}

}  // namespace godwit::front
