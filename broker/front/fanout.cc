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
  if (publish.retain && retained_->is_home(source.tenant, publish.topic)) {
    retained_->set(source.tenant, publish, source.received);
  }
  hand_to_others(publish, source);
}

void Fanout::from_mail(const MailedPublish& mailed) {
  const PublishSource source{.tenant = mailed.tenant, .received = mailed.received};
  if (mailed.deliver) {
    deliver_locally(mailed.publish, source);
  }
  if (mailed.retain) {
    retained_->set(mailed.tenant, mailed.publish, mailed.received);
  }
}

void Fanout::deliver_locally(const mqtt::Publish& publish, const PublishSource& source) {
  matches_.clear();
  index_->match(source.tenant, publish.topic, matches_);
  if (matches_.empty()) {
    return;
  }
  fold_matches(source);

  layouts_.begin(publish, matches_.size(), source.received);
  if (source.frame != nullptr) {
    layouts_.seed(*source.frame, source.frame_version);
  }
  for (const routing::Match& match : matches_) {
    SessionSlot& slot = sessions_->at(match.subscriber);
    if (publish.retain && slot.retained_reads != 0) {
      retained_->saw_live(slot, publish.topic);
    }
    delivery_->deliver(slot,
                       {.qos = mqtt::lower(publish.qos, match.bits.granted_qos()),
                        .retain = publish.retain && match.bits.retain_as_published != 0,
                        .all_topics_allowed = match.bits.all_topics_allowed != 0},
                       layouts_);
  }
}

void Fanout::fold_matches(const PublishSource& source) {
  ++stamp_;
  std::uint32_t kept = 0;
  for (const routing::Match& match : matches_) {
    SessionSlot& slot = sessions_->at(match.subscriber);
    // MQTT-3.8.3-3, E-065: as if this subscription did not match.
    if (match.bits.no_local != 0 && &slot == source.publisher) {
      continue;
    }
    if (slot.match_stamp == stamp_) {
      merge(matches_[slot.match_position].bits, match.bits);
      continue;
    }
    slot.match_stamp = stamp_;
    slot.match_position = kept;
    matches_[kept++] = match;
  }
  matches_.resize(kept);
}

void Fanout::hand_to_others(const mqtt::Publish& publish, const PublishSource& source) {
  const bool keep_elsewhere = publish.retain && !retained_->is_home(source.tenant, publish.topic);
  if (routes_->empty() && !keep_elsewhere) {
    return;
  }
  MailedPublish mailed{.tenant = source.tenant, .received = source.received, .publish = publish};
  const ThreadIndex home = retained_->home(source.tenant, publish.topic);
  bool home_served = false;
  destinations_.clear();
  routes_->lookup(source.tenant, publish.topic, destinations_);
  for (const routing::Destination& destination : destinations_) {
    CHECK(destination.kind == routing::Destination::Kind::kIoThread);
    const auto to = ThreadIndex(static_cast<std::uint16_t>(destination.number));
    mailed.retain = keep_elsewhere && to == home;
    home_served = home_served || mailed.retain;
    mailroom_->publish(to, mailed);
  }
  if (!keep_elsewhere || home_served) {
    return;
  }
  mailed.deliver = false;
  mailed.retain = true;
  mailroom_->publish(home, mailed);
}

}  // namespace godwit::front
