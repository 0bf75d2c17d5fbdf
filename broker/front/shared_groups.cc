#include "broker/front/shared_groups.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "broker/front/weighing.h"

namespace godwit::front {

using routing::ShareStrategy;
using Kind = ShareUpdate::Kind;

namespace {

std::int64_t as_delta(std::size_t bytes) { return static_cast<std::int64_t>(bytes); }

}  // namespace

SharedGroups::~SharedGroups() {
  for (const auto& group : groups_) {
    if (group != nullptr) {
      probe_->queue_changed(-as_delta(group->queue.size()), -as_delta(group->queue_bytes));
    }
  }
  probe_->shared_groups_are(0);
}

SharedGroups::Group* SharedGroups::find(std::uint64_t id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : groups_[found->second].get();
}

void SharedGroups::make(const ShareUpdate& join) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(groups_.size()));
    groups_.emplace_back();
  }
  const std::uint32_t number = free_.back();
  free_.pop_back();
  by_id_.emplace(join.group, number);
  groups_[number] = std::make_unique<Group>();
  Group& group = *groups_[number];
  group.id = join.group;
  group.tenant = join.tenant;
  const Weighing weighing(*index_, *probe_);
  group.filter = index_
                     ->insert(group.tenant, mqtt::TopicFilter::from_checked(join.filter),
                              routing::Subscriber(kGroupBit | number), {})
                     .filter;
  probe_->shared_groups_are(by_id_.size());
}

void SharedGroups::end(Group& group) {
  const std::uint32_t number = by_id_.at(group.id);
  probe_->queue_changed(-as_delta(group.queue.size()), -as_delta(group.queue_bytes));
  const Weighing weighing(*index_, *probe_);
  index_->erase(group.filter, routing::Subscriber(kGroupBit | number));
  by_id_.erase(group.id);
  groups_[number] = nullptr;
  free_.push_back(number);
  probe_->shared_groups_are(by_id_.size());
}

void SharedGroups::update(const ShareUpdate& update, Instant now) {
  if (update.kind == Kind::kJoin && find(update.group) == nullptr) {
    make(update);
  }
  Group* group = find(update.group);
  if (group == nullptr) {
    return;
  }
  switch (update.kind) {
    case Kind::kJoin:
      group->members.join(update.member);
      return;
    case Kind::kLeave:
      group->members.leave(update.member);
      if (group->members.size() == 0) {
        end(*group);
      }
      return;
    case Kind::kDisconnected:
      group->members.disconnected(update.member);
      return;
    case Kind::kConnected:
      group->members.connected(update.member, update.window, update.count);
      break;
    case Kind::kCredit:
      group->members.add_credit(update.member, update.count);
      break;
  }
  drain(*group, now);
}

void SharedGroups::publish(routing::Subscriber number, std::uint32_t publisher,
                           PublishLayouts& layouts) {
  Group& group = *groups_[number.value() & ~kGroupBit];
  const bool keeps = layouts.publish().qos != mqtt::Qos::kAtMostOnce;
  // What waits goes first.
  const bool waits = keeps && !group.queue.empty();
  if (!waits && offer(group, {.publisher = publisher}, layouts)) {
    return;
  }
  if (keeps) {
    wait(group, publisher, layouts);
  }
}

std::uint64_t SharedGroups::hash_of(const Offer& offer, mqtt::TopicName topic) const {
  switch (settings_->share_strategy) {
    case ShareStrategy::kHashTopic:
      return siphash(settings_->hash_key, as_bytes(topic.text()));
    case ShareStrategy::kHashClient:
      return offer.publisher;
    case ShareStrategy::kRoundRobin:
      break;
  }
  return 0;
}

bool SharedGroups::offer(Group& group, Offer offer, PublishLayouts& layouts) {
  const bool counted = layouts.publish().qos != mqtt::Qos::kAtMostOnce;
  const std::uint64_t hash = hash_of(offer, layouts.publish().topic);
  while (offer.refusals < std::max<std::size_t>(1, group.members.connected_count())) {
    // Whom the hash names has refused: then anybody.
    const ShareStrategy strategy =
        offer.refusals == 0 ? settings_->share_strategy : ShareStrategy::kRoundRobin;
    const auto member =
        counted ? group.members.assign(strategy, hash) : group.members.choose(strategy, hash);
    if (!member) {
      return false;
    }
    const ShareTarget target{.group = group.id,
                             .member = *member,
                             .refusals = offer.refusals,
                             .publisher = offer.publisher};
    if (member->thread != settings_->self) {
      mailroom_->publish(member->thread, {.tenant = group.tenant,
                                          .received = layouts.received(),
                                          .share = target,
                                          .publish = layouts.publish()});
      return true;
    }
    const std::optional<Outcome> outcome = members_->deliver(target, layouts);
    if (outcome == Outcome::kHeld) {
      return true;
    }
    if (!outcome) {
      group.members.disconnected(*member);
      continue;
    }
    if (counted) {
      group.members.add_credit(*member, 1);
    }
    if (outcome == Outcome::kDone) {
      return true;
    }
    ++offer.refusals;
  }
  // Nobody of those who are there may have it.
  probe_->message_dropped(DropReason::kRefusedByShare);
  return true;
}

void SharedGroups::wait(Group& group, std::uint32_t publisher, PublishLayouts& layouts) {
  const mqtt::MessageRef& message = layouts.message();
  const std::size_t size = message->size_bytes();
  const session::SessionLimits& limits = settings_->limits;
  if (layouts.publish().message_expiry_interval == 0U) {
    probe_->message_dropped(DropReason::kExpired);  // E-076
    return;
  }
  if (size > limits.queue_bytes_max || limits.queue_messages_max == 0) {
    probe_->message_dropped(DropReason::kQueueFull);
    return;
  }
  while (!group.queue.empty() && (group.queue.size() >= limits.queue_messages_max ||
                                  group.queue_bytes + size > limits.queue_bytes_max)) {
    pop(group);
    probe_->message_dropped(DropReason::kQueueFull);
  }
  group.queue.push_back({message, publisher});
  group.queue_bytes += size;
  probe_->queue_changed(1, as_delta(size));
}

void SharedGroups::pop(Group& group) {
  const std::size_t size = group.queue.front().message->size_bytes();
  group.queue_bytes -= size;
  probe_->queue_changed(-1, -as_delta(size));
  group.queue.pop_front();
}

void SharedGroups::drain(Group& group, Instant now) {
  while (!group.queue.empty()) {
    const Waiting first = group.queue.front();
    if (first.message->expired(now)) {
      probe_->message_dropped(DropReason::kExpired);
      pop(group);
      continue;
    }
    layouts_.begin(first.message, 1, now);
    if (!offer(group, {.publisher = first.publisher}, layouts_)) {
      return;
    }
    pop(group);
  }
}

void SharedGroups::take_back(const ShareReturned& returned, Instant now) {
  Group* group = find(returned.group);
  if (group == nullptr) {
    return;
  }
  RecordWalk walk(returned.records);
  MailedPublish mailed;
  while (walk.next(mailed)) {
    const mqtt::MessageRef message = mqtt::MessageRef::make(mailed.publish, mailed.received);
    if (message->expired(now)) {
      probe_->message_dropped(DropReason::kExpired);
      continue;
    }
    layouts_.begin(message, 1, now);
    const ShareTarget& from = *mailed.share;
    // Older than what waits.
    if (!offer(*group, {.publisher = from.publisher, .refusals = from.refusals}, layouts_)) {
      wait(*group, from.publisher, layouts_);
    }
  }
  drain(*group, now);
}

}  // namespace godwit::front
