#include "broker/front/lifecycle.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/check.h"

namespace godwit::front {

using mqtt::ReasonCode;

// MQTT-3.2.2-19, MQTT-3.14.2-3: not if that makes it too large. MQTT-3.1.2-29: only CONNACK and
// DISCONNECT carry such words here, so Request Problem Information changes nothing.
template <class Packet>
void Lifecycle::send_with(Connection& connection, Packet packet, mqtt::PropertyId id,
                          std::string_view text) {
  if (!text.empty() && mqtt::is_v5(connection.version)) {
    properties_.clear();
    mqtt::PropertiesWriter(properties_).text(id, text);
    packet.properties = mqtt::PropertiesView::from_checked(properties_);
    if (needs_.wire.send(connection, packet)) {
      return;
    }
    packet.properties = {};
  }
  needs_.wire.send(connection, packet);
}

void Lifecycle::refuse(Connection& connection, ReasonCode reason, std::string_view explanation) {
  needs_.probe.connect_refused(reason);
  if (mqtt::is_v5(connection.version) || mqtt::connack_return_code(reason)) {
    send_with(connection, mqtt::Connack{.reason_code = reason}, mqtt::PropertyId::kReasonString,
              explanation);
  }
  finish(connection, reason);
}

void Lifecycle::redirect(Connection& connection) {
  const Offers& offers = needs_.settings.offers;
  const ReasonCode reason =
      offers.server_has_moved ? ReasonCode::kServerMoved : ReasonCode::kUseAnotherServer;
  needs_.probe.connect_refused(reason);
  if (mqtt::is_v5(connection.version) || mqtt::connack_return_code(reason)) {
    send_with(connection, mqtt::Connack{.reason_code = reason}, mqtt::PropertyId::kServerReference,
              offers.server_reference);
  }
  finish(connection, reason);
}

void Lifecycle::disconnect(Connection& connection, ReasonCode reason, Instant now,
                           std::string_view explanation) {
  // E-116: 3.x clients never get a DISCONNECT. MQTT-3.14.0-1: nobody before the CONNACK.
  if (connection.is<Open>() && mqtt::is_v5(connection.version)) {
    send_with(connection, mqtt::Disconnect{.reason_code = reason}, mqtt::PropertyId::kReasonString,
              explanation);
  }
  detach(connection, now);
  finish(connection, reason);
}

void Lifecycle::malformed(Connection& connection, const mqtt::DecodeError& error, Instant now) {
  needs_.log.client_event(LogLevel::kInfo, "packet_refused",
                          {{"peer", connection.address},
                           {"reason", mqtt::reason_code_name(error.reason)},
                           {"what", error.what},
                           {"offset", std::to_string(error.offset)}});
  if (connection.is<Open>()) {
    disconnect(connection, error.reason, now, error.what);
  } else if (connection.is<AwaitConnect>() || connection.is<Exchanging>()) {
    refuse(connection, error.reason, error.what);
  } else {
    close_silently(connection, error.reason, now);
  }
}

void Lifecycle::close_silently(Connection& connection, ReasonCode reason, Instant now) {
  detach(connection, now);
  finish(connection, reason);
}

void Lifecycle::client_left(Connection& connection, ReasonCode reason, bool discard_will,
                            Instant now) {
  SessionSlot* slot = connection.slot();
  CHECK(slot != nullptr);
  if (discard_will) {
    slot->will.reset();
  }
  connection.client_closed = true;
  detach(connection, now);
  finish(connection, reason);
}

void Lifecycle::lost(Connection& connection, Instant now) {
  needs_.wire.drop_output(connection);
  needs_.wire.take_back_effects(connection.id.index);
  if (connection.is<Closed>() || connection.is<HandedOver>()) {
    return;
  }
  detach(connection, now);
  needs_.probe.connection_closed(ReasonCode::kUnspecifiedError);
  connection.state = Closed{};
}

void Lifecycle::finish(Connection& connection, ReasonCode reason) {
  connection.state = Closed{};
  needs_.probe.connection_closed(reason);
  needs_.wire.effect(CloseConnection{connection.id.index});
  if (needs_.log.enabled(LogLevel::kDebug)) {
    needs_.log.client_event(
        LogLevel::kDebug, "connection_closed",
        {{"peer", connection.address}, {"reason", mqtt::reason_code_name(reason)}});
  }
}

void Lifecycle::detach(Connection& connection, Instant now) {
  SessionSlot* slot = connection.slot();
  if (slot == nullptr) {
    return;
  }
  slot->connection = nullptr;
  connection.state = Closed{};
  settle_absent(*slot, now);
}

void Lifecycle::settle_absent(SessionSlot& slot, Instant now) {
  const session::Session& session = slot.session;
  if (!session.kept()) {
    end_session(slot, now);
    return;
  }
  needs_.shared.disconnected(slot);
  // E-006: the clock starts when the connection ends.
  slot.expires = session.expiry_interval_seconds == session::kNeverExpires
                     ? kNever
                     : add_saturating(now, std::chrono::seconds(session.expiry_interval_seconds));
  if (slot.will) {
    if (slot.will->delay_seconds == 0) {
      publish_will(slot, now);  // E-013
    } else {
      // E-012: no later than the end of the session, which publishes it too.
      slot.will_due = add_saturating(now, std::chrono::seconds(slot.will->delay_seconds));
    }
  }
  const Instant due = std::min(slot.expires, slot.will_due);
  if (due != kNever) {
    needs_.timers.arm(slot, due);
  }
}

void Lifecycle::session_due(SessionSlot& slot, Instant now) {
  slot.timer_armed = kNever;
  if (slot.connection != nullptr) {
    return;
  }
  if (now >= slot.expires) {
    needs_.probe.session_expired();
    end_session(slot, now);
    return;
  }
  if (now >= slot.will_due) {
    publish_will(slot, now);
  }
  const Instant due = std::min(slot.expires, slot.will_due);
  if (due != kNever) {
    needs_.timers.arm(slot, due);
  }
}

void Lifecycle::take_over(SessionSlot& slot, bool session_goes_on, Instant now) {
  Connection* old = slot.connection;
  if (old == nullptr) {
    // MQTT-3.1.3-9, E-014: back in time, so the will is dropped; E-015: not if the session ends.
    if (session_goes_on) {
      slot.will.reset();
    }
    slot.will_due = kNever;
    slot.expires = kNever;
    return;
  }
  needs_.probe.session_taken_over();
  if (slot.will && session_goes_on && slot.will->delay_seconds != 0) {
    slot.will.reset();
  }
  if (slot.will && session_goes_on) {
    publish_will(slot, now);
  }
  if (mqtt::is_v5(old->version)) {
    needs_.wire.send(*old, mqtt::Disconnect{.reason_code = ReasonCode::kSessionTakenOver});
  }
  slot.connection = nullptr;
  finish(*old, ReasonCode::kSessionTakenOver);
}

void Lifecycle::end_session(SessionSlot& slot, Instant now) {
  CHECK(slot.connection == nullptr);
  needs_.shared.session_ends(slot);
  // Off the index first: a session does not get its own will.
  needs_.subscriptions.remove_all(slot);
  if (slot.will) {
    publish_will(slot, now);
  }
  needs_.retained.cancel(slot);
  needs_.delivery.forget(slot);
  give_back(slot.session.key, slot.session.epoch);
  needs_.sessions.remove(slot);
  needs_.probe.session_ended();
}

void Lifecycle::give_back(const session::SessionKey& key, std::uint64_t epoch) {
  const ThreadIndex home = home_of(key, needs_.settings);
  const ClientGone gone{.key = key, .epoch = epoch};
  if (home == needs_.settings.self) {
    needs_.registry.gone(gone);
  } else {
    needs_.mailroom.control(home, gone);
  }
}

void Lifecycle::publish_all_wills(Instant now) {
  needs_.sessions.for_each([&](SessionSlot& slot) {
    if (slot.will) {
      publish_will(slot, now);
    }
  });
}

void Lifecycle::publish_will(SessionSlot& slot, Instant now) {
  // MQTT-3.1.2-10: forgotten once published.
  const ArmedWill will = std::move(*slot.will);
  slot.will.reset();
  slot.will_due = kNever;
  const mqtt::Publish publish = mqtt::to_publish(*will.message, will.message->received());
  // E-021: asked again, because the rules may have changed since CONNECT.
  if (!needs_.policy.authorize(slot.session.subject(), access::Action::kPublish, publish.topic)) {
    needs_.probe.denied(DeniedAction::kWill);
    return;
  }
  needs_.probe.will_published();
  needs_.fanout.publish(publish,
                        {.tenant = slot.session.key.tenant, .publisher = &slot, .received = now});
}

}  // namespace godwit::front
