// Who gets one publish on this front: what the index matched, several matches of one session folded
// into one, each with the Subscription Identifiers that it carries.
//
// Found at one moment and walked through once, at once or over several turns; so a receiver is
// named by its slot's number and generation, and whoever walks looks whether it is still there.
//
// Thread: the front's. Pure. Reused from publish to publish, so that finding allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "broker/front/session_table.h"
#include "broker/mqtt/topic.h"
#include "broker/routing/topic_index.h"

namespace godwit::front {

struct Receiver {
  routing::Subscriber subscriber;
  std::uint32_t generation = 0;
  routing::SubscriptionBits bits;
  std::span<const std::uint32_t> identifiers;  // Valid until the next step.
};

class Receivers {
 public:
  // `publisher`: whose message it is, for No Local; null for nobody's here.
  void find(const routing::TopicIndex& index, SessionTable& sessions, TenantId tenant,
            mqtt::TopicName topic, const SessionSlot* publisher);

  // The next one; false behind the last.
  [[nodiscard]] bool next(Receiver& receiver) {
    if (position_ == matches_.size()) {
      return false;
    }
    if (!carried_.empty()) {
      collect_identifiers();
    }
    receiver = {.subscriber = matches_[position_].subscriber,
                .generation = generations_[position_],
                .bits = matches_[position_].bits,
                .identifiers = identifiers_};
    ++position_;
    return true;
  }
  // The shared groups that match.
  [[nodiscard]] std::span<const routing::Subscriber> groups() const { return groups_; }

  // Sessions, whether they were walked through or not.
  [[nodiscard]] std::size_t size() const { return generations_.size(); }
  // Those not walked to yet.
  [[nodiscard]] std::size_t left() const { return size() - position_; }
  // What it holds while it waits.
  [[nodiscard]] std::size_t bytes() const;

 private:
  void fold(SessionTable& sessions, const SessionSlot* publisher);
  // Of the receiver at position_.
  void collect_identifiers();
  void note_identifier(std::uint32_t position, const SessionSlot& slot,
                       routing::SubscriptionBits bits);

  std::vector<routing::Match> matches_;
  std::vector<std::uint32_t> generations_;  // Of the slots in matches_.
  std::vector<routing::Subscriber> groups_;
  struct Carried {
    std::uint32_t position;  // In matches_.
    std::uint32_t identifier;
  };
  std::vector<Carried> carried_;            // By position.
  std::vector<std::uint32_t> identifiers_;  // Of the last that was walked to.
  std::size_t position_ = 0;
  std::size_t next_carried_ = 0;
};

}  // namespace godwit::front
