#include "broker/front/long_fanouts.h"

#include <algorithm>
#include <utility>

namespace godwit::front {

void LongFanouts::add(Receivers& receivers, mqtt::MessageRef message, const FanoutTicket& ticket) {
  waiting_.push_back({std::exchange(receivers, {}), std::move(message), ticket});
  probe_->fanout_sliced();
  probe_->waiting_fanouts_changed(waiting_.back().bytes());
}

bool LongFanouts::waits_for(mqtt::TopicName topic) const {
  return std::any_of(waiting_.begin(), waiting_.end(), [&](const Waiting& waiting) {
    return waiting.message->topic().text() == topic.text();
  });
}

std::optional<FanoutTicket> LongFanouts::advance(Instant now) {
  if (waiting_.empty()) {
    return std::nullopt;
  }
  Waiting& oldest = waiting_.front();
  // MQTT-3.3.2-5. One with an interval of 0 goes to whoever can take it at once (E-076).
  if (oldest.message->expired(now) && oldest.message->expiry_interval_seconds() != 0U) {
    probe_->message_dropped(DropReason::kExpired,
                            static_cast<std::int64_t>(oldest.receivers.left()));
    return end_oldest();
  }
  layouts_.begin(oldest.message, oldest.receivers.size(), now);
  Receiver receiver;
  for (std::size_t left = slice_; left > 0; --left) {
    if (!oldest.receivers.next(receiver)) {
      return end_oldest();
    }
    if (oldest.all_asked_again) {
      receiver.bits.all_topics_allowed = 0;
    }
    deliver(receiver, layouts_);
  }
  return std::nullopt;
}

FanoutTicket LongFanouts::end_oldest() {
  const FanoutTicket ticket = waiting_.front().ticket;
  probe_->waiting_fanouts_changed(-waiting_.front().bytes());
  waiting_.pop_front();
  ++done_;
  return ticket;
}

void LongFanouts::deliver(const Receiver& receiver, PublishLayouts& layouts) {
  ++deliveries_;
  SessionSlot* const slot = sessions_->find(receiver.subscriber, receiver.generation);
  if (slot == nullptr) {
    return;
  }
  const mqtt::Publish& publish = layouts.publish();
  if (publish.retain && slot->retained_reads != nullptr) {
    retained_->saw_live(*slot, publish.topic);
  }
  delivery_->deliver(*slot,
                     {.qos = mqtt::lower(publish.qos, receiver.bits.granted_qos()),
                      .retain = publish.retain && receiver.bits.retain_as_published != 0,
                      .all_topics_allowed = receiver.bits.all_topics_allowed != 0,
                      .identifiers = receiver.identifiers},
                     layouts);
}

void LongFanouts::authorize_again() {
  for (Waiting& waiting : waiting_) {
    waiting.all_asked_again = true;
  }
}

}  // namespace godwit::front
