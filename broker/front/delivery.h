// From a message and a session to bytes in an outbox, or to the session's queue (sections 4.3, 4.4
// and 4.9): the one place that decides what a subscriber gets now, later, or not at all.
//
// Thread: the front's. Pure.
#pragma once

#include <cstdint>
#include <span>

#include "broker/access/policy.h"
#include "broker/front/probe.h"
#include "broker/front/publish_layouts.h"
#include "broker/front/session_table.h"
#include "broker/front/settings.h"
#include "broker/front/share_ledger.h"
#include "broker/front/wire.h"

namespace godwit::front {

struct Turn;

// What a subscriber's matching subscriptions, taken together, say of a message.
struct Grant {
  mqtt::Qos qos = mqtt::Qos::kAtMostOnce;
  bool retain = false;              // RETAIN on its copy.
  bool all_topics_allowed = false;  // The policy need not be asked.
  // If it comes from a shared group: by its number in the session, how many members could not take
  // it, and for its way back.
  std::uint16_t share = 0;
  std::uint8_t refusals = 0;
  std::uint32_t publisher = 0;                 // A hash of who it comes from.
  std::span<const std::uint32_t> identifiers;  // Subscription Identifiers.
};

// What became of it.
enum class Outcome : std::uint8_t {
  kHeld,     // QoS 1 or 2, in flight or queued.
  kDone,     // Sent at QoS 0, or dropped and counted.
  kRefused,  // From a group: this member may not see it, or cannot take a packet of this size.
};

class Delivery {
 public:
  Delivery(const FrontSettings& settings, const access::Policy& policy, ShareLedger& ledger,
           Wire& wire, FrontProbe& probe)
      : settings_(&settings),
        memory_share_bytes_(settings.memory_budget_bytes / settings.thread_count),
        policy_(&policy),
        ledger_(&ledger),
        wire_(&wire),
        probe_(&probe) {}

  // One copy for one subscriber: sent, queued or dropped by rule, and counted.
  Outcome deliver(SessionSlot& slot, const Grant& grant, PublishLayouts& layouts);

  // A client has come (back): repeats what is unacknowledged, then sends what waits.
  void resume(SessionSlot& slot, std::uint16_t receive_maximum, Instant now);
  // Room has appeared in the window or the outbox: goes on with what waits.
  void pump(SessionSlot& slot, Instant now);
  // What waits and comes from that share, or from any if 0, goes back to its group.
  void return_shared(SessionSlot& slot, std::uint16_t share);
  // The session ends: what waits is let go.
  void forget(SessionSlot& slot);

  // Over this front's share of the memory budget: see FrontSettings.
  [[nodiscard]] bool over_memory_budget() const {
    return probe_->memory_bytes() > memory_share_bytes_;
  }

 private:
  Outcome deliver_at_most_once(Connection& connection, const Grant& grant, PublishLayouts& layouts);
  Outcome queue(SessionSlot& slot, const Grant& grant, PublishLayouts& layouts);
  // It cannot go to this subscriber: dropped, or refused to its group.
  Outcome cannot(DropReason why, const Grant& grant);
  // The same of one that had waited.
  void let_go(SessionSlot& slot, const session::OutgoingMessage& outgoing, DropReason why);
  [[nodiscard]] bool window_has_room(const session::Session& session) const;
  [[nodiscard]] mqtt::PacketId put_in_flight(session::Session& session,
                                             session::OutgoingMessage outgoing);
  // What this receiver's copy has of its own; with a new topic alias only if it still fits.
  [[nodiscard]] static mqtt::PublishTailoring tailor(const Connection& connection,
                                                     PublishLayouts& layouts, mqtt::Qos qos,
                                                     std::span<const std::uint32_t> identifiers);
  // MQTT-3.1.2-24.
  [[nodiscard]] static bool fits(const Connection& connection, PublishLayouts& layouts,
                                 const DeliveryFlags& flags) {
    return layouts.size(connection.version, flags.qos, flags.tailoring) <=
           connection.maximum_packet_size;
  }
  void send(Connection& connection, PublishLayouts& layouts, const DeliveryFlags& flags);
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
  ShareLedger* ledger_;
  Wire* wire_;
  FrontProbe* probe_;
  PublishLayouts single_;  // For messages that go to one receiver only.
};

}  // namespace godwit::front
