#include "broker/front/fanout.h"

#include <algorithm>

#include "base/check.h"

namespace godwit::front {
namespace {

// E-042, E-064: one copy, at the highest QoS, with RETAIN if any subscription keeps it.
void merge(routing::SubscriptionBits& into, routing::SubscriptionBits other) {
  if (other.qos > into.qos) {
    into.qos = other.qos;
  }
  if (other.retain_as_published) {
    into.retain_as_published = 1;
  }
  if (other.all_topics_allowed) {
    into.all_topics_allowed = 1;
  }
}

}  // namespace

void Fanout::publish(const mqtt::Publish& publish, const PublishSource& source) {
  deliver_locally(publish, source);
  if (publish.retain && needs_.retained.is_home(source.tenant, publish.topic)) {
    needs_.retained.set(source.tenant, publish, source.received);
  }
  hand_to_others(publish, source);
}

void Fanout::from_mail(const MailedPublish& mailed) {
  if (mailed.share) {
    needs_.members.take(mailed);
    return;
  }
  const PublishSource source{
      .tenant = mailed.tenant, .publisher_hash = mailed.publisher, .received = mailed.received};
  if (mailed.deliver) {
    deliver_locally(mailed.publish, source);
  }
  if (mailed.retain) {
    needs_.retained.set(mailed.tenant, mailed.publish, mailed.received);
  }
}

void Fanout::deliver_locally(const mqtt::Publish& publish, const PublishSource& source) {
  matches_.clear();
  needs_.index.match(source.tenant, publish.topic, matches_);
  if (matches_.empty()) {
    return;
  }
  fold_matches(source);

  layouts_.begin(publish, matches_.size(), source.received);
  if (source.frame != nullptr) {
    layouts_.seed(*source.frame, source.frame_version);
  }
  std::size_t next_more = 0;
  for (std::uint32_t position = 0; position < matches_.size(); ++position) {
    const routing::Match& match = matches_[position];
    SessionSlot& slot = needs_.sessions.at(match.subscriber);
    collect_identifiers(position, next_more);
    if (publish.retain && slot.retained_reads != nullptr) {
      needs_.retained.saw_live(slot, publish.topic);
    }
    needs_.delivery.deliver(slot,
                            {.qos = mqtt::lower(publish.qos, match.bits.granted_qos()),
                             .retain = publish.retain && match.bits.retain_as_published != 0,
                             .all_topics_allowed = match.bits.all_topics_allowed != 0,
                             .identifiers = identifiers_},
                            layouts_);
  }
  for (const routing::Subscriber group : groups_) {
    needs_.groups.publish(group, hash_of_publisher(source), layouts_);
  }
}

std::uint32_t Fanout::hash_of_publisher(const PublishSource& source) const {
  if (needs_.settings.share_strategy != routing::ShareStrategy::kHashClient) {
    return 0;
  }
  if (source.publisher == nullptr) {
    return source.publisher_hash;
  }
  const std::size_t hash =
      session::SessionKeyHash(needs_.settings.hash_key)(source.publisher->session.key);
  return static_cast<std::uint32_t>(hash);
}

void Fanout::collect_identifiers(std::uint32_t position, std::size_t& next_more) {
  identifiers_.clear();
  const routing::Match& match = matches_[position];
  if (match.bits.has_identifier != 0) {
    const session::Session& session = needs_.sessions.at(match.subscriber).session;
    identifiers_.push_back(session.subscriptions.identifier(match.bits.place));
  }
  for (; next_more < more_identifiers_.size() && more_identifiers_[next_more].position == position;
       ++next_more) {
    identifiers_.push_back(more_identifiers_[next_more].identifier);
  }
}

void Fanout::fold_matches(const PublishSource& source) {
  ++stamp_;
  more_identifiers_.clear();
  groups_.clear();
  std::uint32_t kept = 0;
  for (const routing::Match& match : matches_) {
    // E-025: a shared subscription is never merged with another one.
    if (SharedGroups::is_group(match.subscriber)) {
      groups_.push_back(match.subscriber);
      continue;
    }
    SessionSlot& slot = needs_.sessions.at(match.subscriber);
    // MQTT-3.8.3-3, E-065: as if this subscription did not match.
    if (match.bits.no_local != 0 && &slot == source.publisher) {
      continue;
    }
    if (slot.match_stamp == stamp_) {
      merge(matches_[slot.match_position].bits, match.bits);
      if (match.bits.has_identifier != 0) {
        more_identifiers_.push_back(
            {slot.match_position, slot.session.subscriptions.identifier(match.bits.place)});
      }
      continue;
    }
    slot.match_stamp = stamp_;
    slot.match_position = kept;
    matches_[kept++] = match;
  }
  matches_.resize(kept);
  std::stable_sort(
      more_identifiers_.begin(), more_identifiers_.end(),
      [](const MoreIdentifier& a, const MoreIdentifier& b) { return a.position < b.position; });
}

void Fanout::hand_to_others(const mqtt::Publish& publish, const PublishSource& source) {
  const bool keep_elsewhere =
      publish.retain && !needs_.retained.is_home(source.tenant, publish.topic);
  if (needs_.routes.empty() && !keep_elsewhere) {
    return;
  }
  MailedPublish mailed{.tenant = source.tenant,
                       .publisher = hash_of_publisher(source),
                       .received = source.received,
                       .publish = publish};
  const ThreadIndex home = needs_.retained.home(source.tenant, publish.topic);
  bool home_served = false;
  destinations_.clear();
  needs_.routes.lookup(source.tenant, publish.topic, destinations_);
  for (const routing::Destination& destination : destinations_) {
    CHECK(destination.kind == routing::Destination::Kind::kIoThread);
    const auto to = ThreadIndex(static_cast<std::uint16_t>(destination.number));
    mailed.retain = keep_elsewhere && to == home;
    home_served = home_served || mailed.retain;
    needs_.mailroom.publish(to, mailed);
  }
  if (!keep_elsewhere || home_served) {
    return;
  }
  mailed.deliver = false;
  mailed.retain = true;
  needs_.mailroom.publish(home, mailed);
}

}  // namespace godwit::front
