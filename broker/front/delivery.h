// From a message and a session to bytes in an outbox, or to the session's queue (sections 4.3, 4.4
// and 4.9): the one place that decides what a subscriber gets now, later, or not at all.
//
// Thread: the front's. Pure.
#pragma once

#include "broker/access/policy.h"
#include "broker/front/probe.h"
#include "broker/front/publish_layouts.h"
#include "broker/front/session_table.h"
#include "broker/front/settings.h"
#include "broker/front/wire.h"

namespace godwit::front {

struct Turn;

// What a subscriber's matching subscriptions, taken together, say of a message.
struct Grant {
  mqtt::Qos qos = mqtt::Qos::kAtMostOnce;
  bool retain = false;              // RETAIN on its copy.
  bool all_topics_allowed = false;  // The policy need not be asked.
};

class Delivery {
 public:
  Delivery(const FrontSettings& settings, const access::Policy& policy, Wire& wire,
           FrontProbe& probe)
      : settings_(&settings),
        memory_share_bytes_(settings.memory_budget_bytes / settings.thread_count),
        policy_(&policy),
        wire_(&wire),
        probe_(&probe) {}

  // One copy for one subscriber: sent, queued or dropped by rule, and counted.
  void deliver(SessionSlot& slot, const Grant& grant, PublishLayouts& layouts);

  // A client has come (back): repeats what is unacknowledged, then sends what waits.
  void resume(SessionSlot& slot, std::uint16_t receive_maximum, Instant now);
  // Room has appeared in the window or the outbox: goes on with what waits.
  void pump(SessionSlot& slot, Instant now);
  // The session ends: what waits is let go.
  void forget(SessionSlot& slot);

  // Over this front's share of the memory budget: see FrontSettings.
  [[nodiscard]] bool over_memory_budget() const {
    return probe_->memory_bytes() > memory_share_bytes_;
  }

 private:
  void deliver_at_most_once(Connection& connection, const Grant& grant, PublishLayouts& layouts);
  void queue(SessionSlot& slot, const Grant& grant, PublishLayouts& layouts);
  [[nodiscard]] bool window_has_room(const session::Session& session) const;
  // `message` is empty for a clean session: that ends with its connection and repeats nothing.
  [[nodiscard]] mqtt::PacketId put_in_flight(session::Session& session, const Grant& grant,
                                             mqtt::MessageRef message);
  // Sends a PUBLISH or PUBREL again, or lets it go if it is too large by now.
  void repeat(SessionSlot& slot, const session::InFlight& entry, Instant now);
  // Sends or drops the first message of the queue.
  void send_first(SessionSlot& slot, Instant now);
  [[nodiscard]] bool may_see(const SessionSlot& slot, mqtt::TopicName topic) const {
    return policy_->authorize(slot.session.subject(), access::Action::kSubscribe, topic);
  }

  const FrontSettings* settings_;
  std::size_t memory_share_bytes_;
  const access::Policy* policy_;
  Wire* wire_;
  FrontProbe* probe_;
  PublishLayouts single_;  // For messages that go to one receiver only.
};

}  // namespace godwit::front
