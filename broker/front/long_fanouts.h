// Publishes with so many receivers that they go out over several turns: the oldest goes on, a slice
// a turn, while everybody else on the thread has their turn too.
//
// Who gets them was settled when they came, so a subscriber that comes later sees nothing older
// than the retained message it was given. Whoever publishes waits meanwhile: a client's input is
// held back, and so is mail (Front::wants_mail), so nothing overtakes. That bounds how many wait.
//
// Thread: the front's. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "broker/front/delivery.h"
#include "broker/front/ids.h"
#include "broker/front/publish_layouts.h"
#include "broker/front/receivers.h"
#include "broker/front/retained.h"
#include "broker/mqtt/message.h"

namespace godwit::front {

// Who waits for the end of a long fan-out.
struct FanoutTicket {
  enum class For : std::uint8_t { kNobody, kClient, kMail };
  For whom = For::kNobody;
  // Of kClient: what is to be answered.
  ConnectionId connection;
  mqtt::Qos qos = mqtt::Qos::kAtMostOnce;
  mqtt::PacketId packet_id;
};

class LongFanouts {
 public:
  // As many may wait, whoever they come from; what comes then goes out at once, however long that
  // takes.
  static constexpr std::size_t kWaitingMax = 64;

  // `slice`: TurnLimits::fanout_receivers_max.
  LongFanouts(std::size_t slice, SessionTable& sessions, Delivery& delivery, Retained& retained,
              FrontProbe& probe)
      : slice_(slice),
        sessions_(&sessions),
        delivery_(&delivery),
        retained_(&retained),
        probe_(&probe) {}

  // True if this publish has to go out over several turns. One with few receivers too, behind one
  // of the same topic: its publisher may have come back on another connection.
  [[nodiscard]] bool is_long(const Receivers& receivers, mqtt::TopicName topic) const {
    return waiting_.size() < waiting_max_ &&
           (receivers.size() > slice_ || (!waiting_.empty() && waits_for(topic)));
  }
  // Takes the receivers over.
  void add(Receivers& receivers, mqtt::MessageRef message, const FanoutTicket& ticket);
  // The next slice of the oldest; its ticket once it is done.
  [[nodiscard]] std::optional<FanoutTicket> advance(Instant now);
  [[nodiscard]] bool has_work() const { return !waiting_.empty(); }
  // Numbers of what was added and of what is done, counted from 1 in the same order.
  [[nodiscard]] std::uint64_t last_added() const { return done_ + waiting_.size(); }
  [[nodiscard]] std::uint64_t last_done() const { return done_; }

  // One of them, or of a publish with few: it may have gone.
  void deliver(const Receiver& receiver, PublishLayouts& layouts);
  // How often that was called.
  [[nodiscard]] std::uint64_t deliveries() const { return deliveries_; }
  // From now on all go out at once.
  void stop() { waiting_max_ = 0; }
  // The rules have changed: whoever was allowed all topics is asked again, for what still waits.
  void authorize_again();

 private:
  [[nodiscard]] bool waits_for(mqtt::TopicName topic) const;
  [[nodiscard]] FanoutTicket end_oldest();

  struct Waiting {
    Receivers receivers;
    mqtt::MessageRef message;
    FanoutTicket ticket;
    bool all_asked_again = false;

    [[nodiscard]] std::int64_t bytes() const {
      return static_cast<std::int64_t>(receivers.bytes() + message->size_bytes());
    }
  };

  std::size_t slice_;
  std::size_t waiting_max_ = kWaitingMax;
  std::uint64_t deliveries_ = 0;
  std::uint64_t done_ = 0;
  SessionTable* sessions_;
  Delivery* delivery_;
  Retained* retained_;
  FrontProbe* probe_;
  std::deque<Waiting> waiting_;
  PublishLayouts layouts_;
};

}  // namespace godwit::front
