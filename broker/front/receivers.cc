#include "broker/front/receivers.h"

#include <algorithm>

#include "broker/front/shared_groups.h"

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

void Receivers::find(const routing::TopicIndex& index, SessionTable& sessions, TenantId tenant,
                     mqtt::TopicName topic, const SessionSlot* publisher) {
  matches_.clear();
  generations_.clear();
  groups_.clear();
  carried_.clear();
  identifiers_.clear();
  position_ = 0;
  next_carried_ = 0;
  index.match(tenant, topic, matches_);
  if (!matches_.empty()) {
    fold(sessions, publisher);
  }
}

void Receivers::fold(SessionTable& sessions, const SessionSlot* publisher) {
  const std::uint64_t stamp = sessions.next_stamp();
  std::uint32_t kept = 0;
  for (const routing::Match& match : matches_) {
    // E-025: a shared subscription is never merged with another one.
    if (SharedGroups::is_group(match.subscriber)) {
      groups_.push_back(match.subscriber);
      continue;
    }
    SessionSlot& slot = sessions.at(match.subscriber);
    // MQTT-3.8.3-3, E-065: as if this subscription did not match.
    if (match.bits.no_local != 0 && &slot == publisher) {
      continue;
    }
    if (slot.match_stamp == stamp) {
      merge(matches_[slot.match_position].bits, match.bits);
      note_identifier(slot.match_position, slot, match.bits);
      continue;
    }
    slot.match_stamp = stamp;
    slot.match_position = kept;
    note_identifier(kept, slot, match.bits);
    generations_.push_back(slot.generation);
    matches_[kept++] = match;
  }
  matches_.resize(kept);
  if (carried_.size() > 1) {
    std::ranges::stable_sort(carried_, {}, &Carried::position);
  }
}

void Receivers::note_identifier(std::uint32_t position, const SessionSlot& slot,
                                routing::SubscriptionBits bits) {
  if (bits.has_identifier != 0) {
    carried_.push_back({position, slot.session.subscriptions.identifier(bits.place)});
  }
}

void Receivers::collect_identifiers() {
  identifiers_.clear();
  for (; next_carried_ < carried_.size() && carried_[next_carried_].position == position_;
       ++next_carried_) {
    identifiers_.push_back(carried_[next_carried_].identifier);
  }
}

std::size_t Receivers::bytes() const {
  return matches_.capacity() * sizeof(routing::Match) +
         generations_.capacity() * sizeof(std::uint32_t) + carried_.capacity() * sizeof(Carried);
}

}  // namespace godwit::front
