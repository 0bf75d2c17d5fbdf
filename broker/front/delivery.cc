#include "broker/front/delivery.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace godwit::front {
namespace {

using mqtt::Qos;

std::int64_t as_delta(std::size_t bytes) { return static_cast<std::int64_t>(bytes); }

}  // namespace

void Delivery::deliver(SessionSlot& slot, const Grant& grant, PublishLayouts& layouts) {
  if (!grant.all_topics_allowed && !may_see(slot, layouts.publish().topic)) {
    probe_->message_dropped(DropReason::kNotAuthorized);
    return;
  }
  Connection* connection = slot.connection;
  if (grant.qos == Qos::kAtMostOnce) {
    // QoS 0 for an absent client is not kept; it has not been promised to anybody.
    if (connection != nullptr) {
      deliver_at_most_once(*connection, grant, layouts);
    }
    return;
  }
  session::Session& session = slot.session;
  const bool now_possible = connection != nullptr && session.queue.empty() &&
                            window_has_room(session) &&
                            connection->outbox.size() < settings_->limits.write_buffer_max;
  if (!now_possible) {
    queue(slot, grant, layouts);
    return;
  }
  if (layouts.size(connection->version, grant.qos) > connection->maximum_packet_size) {
    // MQTT-3.1.2-25: as if it had been delivered.
    probe_->message_dropped(DropReason::kTooLarge);
    return;
  }
  const mqtt::PacketId id =
      put_in_flight(session, grant, session.kept() ? layouts.message() : mqtt::MessageRef());
  layouts.send(*wire_, *connection,
               {.qos = grant.qos, .retain = grant.retain, .dup = false, .packet_id = id});
  probe_->publish_sent(grant.qos);
}

bool Delivery::window_has_room(const session::Session& session) const {
  return session.window.has_room() && session.window.bytes() < settings_->limits.queue_bytes_max;
}

mqtt::PacketId Delivery::put_in_flight(session::Session& session, const Grant& grant,
                                       mqtt::MessageRef message) {
  const std::size_t bytes_before = session.window.bytes();
  const mqtt::PacketId id = session.window.add(grant.qos, std::move(message), grant.retain);
  probe_->in_flight_changed(bytes_before, session.window.bytes());
  return id;
}

void Delivery::deliver_at_most_once(Connection& connection, const Grant& grant,
                                    PublishLayouts& layouts) {
  if (connection.outbox.size() >= settings_->limits.write_buffer_max) {
    probe_->message_dropped(DropReason::kWriteBufferFull);
    return;
  }
  if (!connection.outbox.empty() && over_memory_budget()) {
    probe_->message_dropped(DropReason::kMemoryBudget);
    return;
  }
  if (layouts.size(connection.version, Qos::kAtMostOnce) > connection.maximum_packet_size) {
    probe_->message_dropped(DropReason::kTooLarge);
    return;
  }
  layouts.send(*wire_, connection, {.qos = Qos::kAtMostOnce, .retain = grant.retain});
  probe_->publish_sent(Qos::kAtMostOnce);
}

void Delivery::queue(SessionSlot& slot, const Grant& grant, PublishLayouts& layouts) {
  // E-076: a lifetime of 0 reaches only those who can take the message at once.
  if (layouts.publish().message_expiry_interval == 0U) {
    probe_->message_dropped(DropReason::kExpired);
    return;
  }
  session::MessageQueue& queue = slot.session.queue;
  const std::size_t messages = queue.size();
  const std::size_t bytes = queue.bytes();
  const std::size_t dropped =
      queue.push({layouts.message(), grant.qos, grant.retain}, settings_->limits);
  if (dropped != 0) {
    probe_->message_dropped(DropReason::kQueueFull, as_delta(dropped));
  }
  probe_->queue_changed(as_delta(queue.size()) - as_delta(messages),
                        as_delta(queue.bytes()) - as_delta(bytes));
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
  if (single_.size(connection.version, qos) > connection.maximum_packet_size) {
    // MQTT-3.1.2-25: the new connection takes less than the one before. As if acknowledged.
    probe_->message_dropped(DropReason::kTooLarge);
    session::SendWindow& window = slot.session.window;
    const std::size_t bytes_before = window.bytes();
    if (qos == Qos::kAtLeastOnce) {
      window.puback(entry.packet_id);
    } else {
      window.pubrec(entry.packet_id, true);
    }
    probe_->in_flight_changed(bytes_before, window.bytes());
    return;
  }
  // MQTT-3.3.1-1: a repeat says so.
  single_.send(*wire_, connection,
               {.qos = qos, .retain = entry.retain, .dup = true, .packet_id = entry.packet_id});
  probe_->publish_sent(qos);
}

void Delivery::send_first(SessionSlot& slot, Instant now) {
  session::Session& session = slot.session;
  Connection& connection = *slot.connection;
  session::QueuedMessage first = session.queue.pop();
  probe_->queue_changed(-1, -as_delta(first.message->size_bytes()));
  if (first.message->expired(now)) {
    // MQTT-3.3.2-5.
    probe_->message_dropped(DropReason::kExpired);
    return;
  }
  // The rules may say something else by now than when it was queued.
  if (!may_see(slot, first.message->topic())) {
    probe_->message_dropped(DropReason::kNotAuthorized);
    return;
  }
  const mqtt::Publish publish = mqtt::to_publish(*first.message, now);
  single_.begin(publish, 1, now);
  if (single_.size(connection.version, first.qos) > connection.maximum_packet_size) {
    probe_->message_dropped(DropReason::kTooLarge);
    return;
  }
  const mqtt::PacketId id = put_in_flight(session, {.qos = first.qos, .retain = first.retain},
                                          session.kept() ? first.message : mqtt::MessageRef());
  single_.send(*wire_, connection,
               {.qos = first.qos, .retain = first.retain, .dup = false, .packet_id = id});
  probe_->publish_sent(first.qos);
}

void Delivery::forget(SessionSlot& slot) {
  session::MessageQueue& queue = slot.session.queue;
  probe_->queue_changed(-as_delta(queue.size()), -as_delta(queue.bytes()));
  queue = {};
  probe_->in_flight_changed(slot.session.window.bytes(), 0);
  slot.session.window = {};
}

}  // namespace godwit::front
