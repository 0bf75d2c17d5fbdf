#include "broker/front/delivery.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace godwit::front {
namespace {

using mqtt::Qos;

std::int64_t as_delta(std::size_t bytes) { return static_cast<std::int64_t>(bytes); }

session::OutgoingMessage outgoing(const Grant& grant, PublishLayouts& layouts) {
  session::OutgoingMessage copy{.message = layouts.message(),
                                .qos = grant.qos,
                                .retain = grant.retain,
                                .share = grant.share,
                                .refusals = grant.refusals,
                                .publisher = grant.publisher,
                                .identifiers = {}};
  copy.identifiers = session::SubscriptionIdentifiers(grant.identifiers);
  return copy;
}

// For a clean session, which ends with its connection: nothing is kept for a repeat.
session::OutgoingMessage unrepeated(const DeliveryFlags& flags) {
  return {.message = {}, .qos = flags.qos, .retain = flags.retain, .identifiers = {}};
}

}  // namespace

Outcome Delivery::deliver(SessionSlot& slot, const Grant& grant, PublishLayouts& layouts) {
  if (!grant.all_topics_allowed && !may_see(slot, layouts.publish().topic)) {
    return cannot(DropReason::kNotAuthorized, grant);
  }
  Connection* connection = slot.connection;
  if (grant.qos == Qos::kAtMostOnce) {
    // QoS 0 for an absent client is not kept; it has not been promised to anybody.
    return connection == nullptr ? Outcome::kDone
                                 : deliver_at_most_once(*connection, grant, layouts);
  }
  session::Session& session = slot.session;
  const bool now_possible = connection != nullptr && session.queue.empty() &&
                            window_has_room(session) &&
                            connection->outbox.size() < settings_->limits.write_buffer_max;
  if (!now_possible) {
    return queue(slot, grant, layouts);
  }
  DeliveryFlags flags{.qos = grant.qos,
                      .retain = grant.retain,
                      .tailoring = tailor(*connection, layouts, grant.qos, grant.identifiers)};
  if (!fits(*connection, layouts, flags)) {
    // MQTT-3.1.2-25: as if it had been delivered.
    return cannot(DropReason::kTooLarge, grant);
  }
  const bool is_repeatable = session.kept() || grant.share != 0;
  flags.packet_id =
      put_in_flight(session, is_repeatable ? outgoing(grant, layouts) : unrepeated(flags));
  if (grant.share != 0) {
    ShareLedger::took(slot, grant.share);
  }
  send(*connection, layouts, flags);
  return Outcome::kHeld;
}

Outcome Delivery::cannot(DropReason why, const Grant& grant) {
  if (grant.share != 0) {
    return Outcome::kRefused;
  }
  probe_->message_dropped(why);
  return Outcome::kDone;
}

mqtt::PublishTailoring Delivery::tailor(const Connection& connection, PublishLayouts& layouts,
                                        Qos qos, std::span<const std::uint32_t> identifiers) {
  mqtt::PublishTailoring tailoring{.subscription_identifiers = identifiers};
  if (connection.aliases == nullptr) {
    return tailoring;
  }
  const auto use = connection.aliases->outbound.look_up(layouts.publish().topic);
  tailoring.topic_alias = use.alias;
  tailoring.omit_topic = use.known;
  const bool is_new = use.alias != 0 && !use.known;
  if (is_new && layouts.size(connection.version, qos, tailoring) > connection.maximum_packet_size) {
    tailoring.topic_alias = 0;
  }
  return tailoring;
}

void Delivery::send(Connection& connection, PublishLayouts& layouts, const DeliveryFlags& flags) {
  layouts.send(*wire_, connection, flags);
  probe_->publish_sent(flags.qos);
  const mqtt::PublishTailoring& tailoring = flags.tailoring;
  if (tailoring.topic_alias != 0 && !tailoring.omit_topic) {
    // E-047: it counts from the packet that carries it.
    OutboundAliases& aliases = connection.aliases->outbound;
    const std::size_t bytes_before = aliases.bytes();
    aliases.set(layouts.publish().topic, tailoring.topic_alias);
    probe_->aliases_changed(bytes_before, aliases.bytes());
  }
}

bool Delivery::window_has_room(const session::Session& session) const {
  return session.window.has_room() && session.window.bytes() < settings_->limits.queue_bytes_max;
}

mqtt::PacketId Delivery::put_in_flight(session::Session& session,
                                       session::OutgoingMessage outgoing) {
  const std::size_t bytes_before = session.window.bytes();
  const mqtt::PacketId id = session.window.add(std::move(outgoing));
  probe_->in_flight_changed(bytes_before, session.window.bytes());
  return id;
}

Outcome Delivery::deliver_at_most_once(Connection& connection, const Grant& grant,
                                       PublishLayouts& layouts) {
  if (connection.outbox.size() >= settings_->limits.write_buffer_max) {
    probe_->message_dropped(DropReason::kWriteBufferFull);
    return Outcome::kDone;
  }
  if (!connection.outbox.empty() && over_memory_budget()) {
    probe_->message_dropped(DropReason::kMemoryBudget);
    return Outcome::kDone;
  }
  const DeliveryFlags flags{
      .qos = Qos::kAtMostOnce,
      .retain = grant.retain,
      .tailoring = tailor(connection, layouts, Qos::kAtMostOnce, grant.identifiers)};
  if (!fits(connection, layouts, flags)) {
    return cannot(DropReason::kTooLarge, grant);
  }
  send(connection, layouts, flags);
  return Outcome::kDone;
}

Outcome Delivery::queue(SessionSlot& slot, const Grant& grant, PublishLayouts& layouts) {
  // E-076: a lifetime of 0 reaches only those who can take the message at once.
  if (layouts.publish().message_expiry_interval == 0U) {
    probe_->message_dropped(DropReason::kExpired);
    return Outcome::kDone;
  }
  if (grant.share != 0) {
    ShareLedger::took(slot, grant.share);
  }
  session::MessageQueue& queue = slot.session.queue;
  const std::size_t messages = queue.size();
  const std::size_t bytes = queue.bytes();
  const auto dropped = queue.push(outgoing(grant, layouts), settings_->limits);
  for (const session::OutgoingMessage& oldest : dropped) {
    probe_->message_dropped(DropReason::kQueueFull);
    ledger_->finished(slot, oldest.share);
  }
  probe_->queue_changed(as_delta(queue.size()) - as_delta(messages),
                        as_delta(queue.bytes()) - as_delta(bytes));
  return Outcome::kHeld;
}

void Delivery::resume(SessionSlot& slot, std::uint16_t receive_maximum, Instant now) {
  slot.session.window.begin_connection(
      std::min(receive_maximum, settings_->limits.send_window_max));
  pump(slot, now);
}

void Delivery::pump(SessionSlot& slot, Instant now) {
  Connection* connection = slot.connection;
  if (connection == nullptr || !connection->is<Open>()) {
    return;
  }
  session::Session& session = slot.session;
  const std::size_t output_max = settings_->limits.write_buffer_max;
  while (connection->outbox.size() < output_max) {
    const session::InFlight* again = session.window.next_resend();
    if (again == nullptr) {
      break;
    }
    repeat(slot, *again, now);
  }
  while (!session.queue.empty() && window_has_room(session) &&
         connection->outbox.size() < output_max) {
    send_first(slot, now);
  }
}

void Delivery::repeat(SessionSlot& slot, const session::InFlight& entry, Instant now) {
  Connection& connection = *slot.connection;
  if (entry.state == session::SendState::kAwaitPubcomp) {
    wire_->send_ack(connection, mqtt::PacketType::kPubrel, entry.packet_id,
                    mqtt::ReasonCode::kSuccess);
    return;
  }
  CHECK(entry.message);
  const mqtt::Publish publish = mqtt::to_publish(*entry.message, now);
  const Qos qos =
      entry.state == session::SendState::kAwaitPuback ? Qos::kAtLeastOnce : Qos::kExactlyOnce;
  single_.begin(publish, 1, now);
  // MQTT-3.3.1-1: a repeat says so.
  const DeliveryFlags flags{
      .qos = qos,
      .retain = entry.retain,
      .dup = true,
      .packet_id = entry.packet_id,
      .tailoring = tailor(connection, single_, qos, entry.identifiers.view())};
  if (!fits(connection, single_, flags)) {
    // MQTT-3.1.2-25: the new connection takes less than the one before. As if acknowledged.
    probe_->message_dropped(DropReason::kTooLarge);
    session::SendWindow& window = slot.session.window;
    const std::size_t bytes_before = window.bytes();
    const std::uint16_t share = entry.share;
    if (qos == Qos::kAtLeastOnce) {
      window.puback(entry.packet_id);
    } else {
      window.pubrec(entry.packet_id, true);
    }
    probe_->in_flight_changed(bytes_before, window.bytes());
    ledger_->finished(slot, share);
    return;
  }
  send(connection, single_, flags);
}

void Delivery::send_first(SessionSlot& slot, Instant now) {
  session::Session& session = slot.session;
  Connection& connection = *slot.connection;
  session::OutgoingMessage first = session.queue.pop();
  probe_->queue_changed(-1, -as_delta(first.message->size_bytes()));
  if (first.message->expired(now)) {
    let_go(slot, first, DropReason::kExpired);  // MQTT-3.3.2-5.
    return;
  }
  // The rules may say something else by now than when it was queued.
  if (!may_see(slot, first.message->topic())) {
    let_go(slot, first, DropReason::kNotAuthorized);
    return;
  }
  const mqtt::Publish publish = mqtt::to_publish(*first.message, now);
  single_.begin(publish, 1, now);
  DeliveryFlags flags{
      .qos = first.qos,
      .retain = first.retain,
      .tailoring = tailor(connection, single_, first.qos, first.identifiers.view())};
  if (!fits(connection, single_, flags)) {
    let_go(slot, first, DropReason::kTooLarge);
    return;
  }
  // What is sent is borrowed from the message, and its identifiers stay where they are.
  const mqtt::MessageRef message = first.message;
  const bool is_repeatable = session.kept() || first.share != 0;
  flags.packet_id = put_in_flight(session, is_repeatable ? std::move(first) : unrepeated(flags));
  send(connection, single_, flags);
}

void Delivery::let_go(SessionSlot& slot, const session::OutgoingMessage& outgoing, DropReason why) {
  if (outgoing.share != 0 && why != DropReason::kExpired) {
    ledger_->returned(slot, outgoing, true);
    return;
  }
  probe_->message_dropped(why);
  ledger_->finished(slot, outgoing.share);
}

void Delivery::return_shared(SessionSlot& slot, std::uint16_t share) {
  session::MessageQueue& queue = slot.session.queue;
  for (const session::OutgoingMessage& outgoing : queue.take_shared(share)) {
    probe_->queue_changed(-1, -as_delta(outgoing.message->size_bytes()));
    ledger_->returned(slot, outgoing, false);
  }
}

void Delivery::forget(SessionSlot& slot) {
  session::MessageQueue& queue = slot.session.queue;
  probe_->queue_changed(-as_delta(queue.size()), -as_delta(queue.bytes()));
  queue = {};
  probe_->in_flight_changed(slot.session.window.bytes(), 0);
  slot.session.window = {};
}

}  // namespace godwit::front
