// What happens in a front, as events. Metrics are described in docs/operations/metrics.md.
//
// Thread: the front's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/metrics.h"
#include "broker/mqtt/reason_code.h"
#include "broker/mqtt/types.h"

namespace godwit::front {

// Why a message was not delivered, or not delivered yet, to one subscriber.
enum class DropReason : std::uint8_t {
  kQueueFull,        // The oldest of a full queue.
  kWriteBufferFull,  // QoS 0 for a client that does not read.
  kTooLarge,         // Over the client's Maximum Packet Size (MQTT-3.1.2-25).
  kExpired,          // Message Expiry Interval.
  kNotAuthorized,    // The rules do not let the subscriber see this topic.
  kMemoryBudget,     // QoS 0 while the process is over its budget.
  kRefusedByShare,   // No connected member of a shared group could take it.
  kCount,
};

// What was refused to a client by the rules.
enum class DeniedAction : std::uint8_t { kPublish, kSubscribe, kWill, kCount };

class FrontProbe {
 public:
  explicit FrontProbe(MetricSheet& sheet);

  void connection_opened() { connections_->increment(); }
  // To another thread, which counts it from now on.
  void connection_handed_over() { connections_->decrement(); }
  void connection_closed(mqtt::ReasonCode why) {
    connections_->decrement();
    closed_[static_cast<std::uint8_t>(why)]->increment();
  }
  void connect_accepted() { connects_accepted_->increment(); }
  void connect_refused(mqtt::ReasonCode why) {
    refused_[static_cast<std::uint8_t>(why)]->increment();
  }
  void session_created() { sessions_->increment(); }
  void session_ended() { sessions_->decrement(); }
  void session_expired() { sessions_expired_->increment(); }
  void session_taken_over() { takeovers_->increment(); }
  void subscriptions_changed(std::int64_t count) { subscriptions_->add(count); }
  void subscription_bytes_changed(std::int64_t bytes) { subscription_bytes_->add(bytes); }

  void publish_received(mqtt::Qos qos) { received_[static_cast<std::size_t>(qos)]->increment(); }
  void publish_sent(mqtt::Qos qos) { sent_[static_cast<std::size_t>(qos)]->increment(); }
  void publish_refused() { publish_refused_->increment(); }
  void message_dropped(DropReason why, std::int64_t count = 1) {
    dropped_[static_cast<std::size_t>(why)]->add(count);
  }
  void queue_changed(std::int64_t messages, std::int64_t bytes) {
    queued_messages_->add(messages);
    queued_bytes_->add(bytes);
  }
  void in_flight_changed(std::size_t bytes_before, std::size_t bytes_now) {
    in_flight_bytes_->add(static_cast<std::int64_t>(bytes_now) -
                          static_cast<std::int64_t>(bytes_before));
  }
  void outbox_changed(std::int64_t bytes) { outbox_bytes_->add(bytes); }
  void aliases_changed(std::size_t bytes_before, std::size_t bytes_now) {
    alias_bytes_->add(static_cast<std::int64_t>(bytes_now) -
                      static_cast<std::int64_t>(bytes_before));
  }
  void retained_is(std::size_t messages, std::size_t bytes) {
    retained_messages_->set(static_cast<std::int64_t>(messages));
    retained_bytes_->set(static_cast<std::int64_t>(bytes));
  }
  void retained_reads_changed(std::size_t bytes_before, std::size_t bytes_now) {
    retained_read_bytes_->add(static_cast<std::int64_t>(bytes_now) -
                              static_cast<std::int64_t>(bytes_before));
  }
  void fanout_sliced() { fanouts_sliced_->increment(); }
  void waiting_fanouts_changed(std::int64_t bytes) { waiting_fanout_bytes_->add(bytes); }
  void retained_refused() { retained_refused_->increment(); }
  void shared_groups_are(std::size_t count) {
    shared_groups_->set(static_cast<std::int64_t>(count));
  }
  void will_published() { wills_->increment(); }
  void denied(DeniedAction action) { denied_[static_cast<std::size_t>(action)]->increment(); }

  [[nodiscard]] std::size_t memory_bytes() const {
    return static_cast<std::size_t>(queued_bytes_->read() + in_flight_bytes_->read() +
                                    outbox_bytes_->read() + alias_bytes_->read() +
                                    retained_bytes_->read() + retained_read_bytes_->read() +
                                    subscription_bytes_->read() + waiting_fanout_bytes_->read());
  }

 private:
  Metric* connections_;
  Metric* connects_accepted_;
  Metric* sessions_;
  Metric* sessions_expired_;
  Metric* takeovers_;
  Metric* subscriptions_;
  Metric* subscription_bytes_;
  Metric* publish_refused_;
  Metric* queued_messages_;
  Metric* queued_bytes_;
  Metric* in_flight_bytes_;
  Metric* outbox_bytes_;
  Metric* alias_bytes_;
  Metric* retained_messages_;
  Metric* retained_bytes_;
  Metric* retained_read_bytes_;
  Metric* fanouts_sliced_;
  Metric* waiting_fanout_bytes_;
  Metric* retained_refused_;
  Metric* shared_groups_;
  Metric* wills_;
  std::array<Metric*, 3> received_{};
  std::array<Metric*, 3> sent_{};
  std::array<Metric*, static_cast<std::size_t>(DropReason::kCount)> dropped_{};
  std::array<Metric*, static_cast<std::size_t>(DeniedAction::kCount)> denied_{};
  // One row a reason code that the standard names; the rest share "unknown".
  std::array<Metric*, 256> closed_{};
  std::array<Metric*, 256> refused_{};
};

}  // namespace godwit::front
