#include "broker/front/front.h"

#include <array>
#include <utility>

#include "base/check.h"
#include "broker/front/dispatch.h"
#include "broker/front/parts.h"

namespace godwit::front {

Front::Front(const FrontSettings& settings, std::shared_ptr<const access::Policy> policy,
             Random& random, MetricSheet& metrics, const Log& log, Instant now)
    : parts_(std::make_unique<Parts>(settings, std::move(policy), random, metrics, log, now)) {}

Front::~Front() {
  // Outboxes do not know the slab that their chunks came from.
  parts_->connections.for_each([this](Connection& connection) { parts_->let_go(connection); });
}

std::optional<ConnectionIndex> Front::accept(PeerInfo peer, Turn& turn) {
  if (parts_->stopping) {
    return std::nullopt;
  }
  Connection& connection = parts_->add_connection(std::move(peer), turn.now);
  return connection.id.index;
}

ConnectionIndex Front::adopt(PeerInfo peer, std::unique_ptr<PendingConnect> connect, Turn& turn) {
  Connection& connection = parts_->add_connection(std::move(peer), turn.now);
  identified(connection.id.index, std::move(connect->peer));
  if (parts_->stopping) {
    // It was on its way here when its old front was told to stop.
    connection.version = connect->version;
    parts_->lifecycle.refuse(connection, mqtt::ReasonCode::kServerUnavailable);
  } else {
    parts_->connect_flow.adopted(connection, std::move(connect), turn.now);
  }
  parts_->take_own_mail(turn.now);
  return connection.id.index;
}

void Front::identified(ConnectionIndex index, PeerIdentity identity) {
  Connection& connection = parts_->connections.at(index);
  if (!identity.address.empty()) {
    connection.address = std::move(identity.address);
  }
  if (!identity.certificate_name.empty()) {
    connection.certificate_name =
        std::make_unique<const std::string>(std::move(identity.certificate_name));
  }
}

std::string_view Front::peer_address(ConnectionIndex index) const {
  return parts_->connections.at(index).address;
}

std::size_t Front::receive(ConnectionIndex index, std::span<const std::byte> input, Turn& turn) {
  Connection& connection = parts_->connections.at(index);
  Parts::InputShare& share = parts_->input_share_of(connection);
  std::size_t used = 0;
  while (used < input.size()) {
    // MQTT-3.14.4-1, MQTT-3.1.4-6: what comes behind the end is not looked at.
    if (connection.is<Closed>()) {
      return input.size();
    }
    if (!wants_input(index)) {
      break;
    }
    const auto frame =
        mqtt::next_frame(input.subspan(used), packet_size_max(connection, parts_->settings));
    if (!frame) {
      const auto type = static_cast<mqtt::PacketType>(std::to_integer<unsigned>(input[used]) >> 4U);
      refuse_frame(*parts_, connection, type, frame.error(), turn.now);
      parts_->take_own_mail(turn.now);
      return input.size();
    }
    if (!frame->has_value()) {
      break;
    }
    if (share.packets == 0 || parts_->long_fanouts.deliveries() >= share.deliveries_end) {
      parts_->end_turn_of(connection);
      break;
    }
    --share.packets;
    used += (*frame)->bytes.size();
    dispatch(*parts_, connection, **frame, turn.now);
    parts_->take_own_mail(turn.now);
  }
  return connection.is<Closed>() ? input.size() : used;
}

bool Front::wants_input(ConnectionIndex index) const {
  const Connection& connection = parts_->connections.at(index);
  return connection.is<AwaitConnect>() || connection.is<Exchanging>() ||
         (connection.is<Open>() && !connection.waits_for_turn() &&
          !parts_->output_is_full(connection));
}

bool Front::waits_for_turn(ConnectionIndex index) const {
  const Connection& connection = parts_->connections.at(index);
  return connection.is<Open>() && connection.waits_for_turn();
}

void Front::written(ConnectionIndex index, std::size_t count, Turn& turn) {
  Connection& connection = parts_->connections.at(index);
  const bool was_full = parts_->output_is_full(connection);
  parts_->wire.written(connection, count);
  SessionSlot* slot = connection.slot();
  if (slot == nullptr) {
    return;
  }
  if (was_full && !parts_->output_is_full(connection)) {
    parts_->wire.effect(ResumeInput{index});
  }
  parts_->retained.room_has_grown(*slot);
  if (!slot->session.queue.empty() || slot->session.window.has_resend()) {
    parts_->delivery.pump(*slot, turn.now);
    parts_->take_own_mail(turn.now);
  }
}

void Front::lost(ConnectionIndex index, Turn& turn) {
  parts_->lifecycle.lost(parts_->connections.at(index), turn.now);
  parts_->take_own_mail(turn.now);
}

void Front::release(ConnectionIndex index) {
  Connection& connection = parts_->connections.at(index);
  parts_->let_go(connection);
  parts_->connections.remove(connection);
}

void Front::authenticated(ConnectionId id, access::AuthenticationResult result, Turn& turn) {
  Connection* connection = parts_->connections.find(id);
  if (connection != nullptr) {
    take_authentication(*parts_, *connection, std::move(result), turn.now);
  }
  parts_->take_own_mail(turn.now);
}

void Front::mail(MailBatch& batch, Turn& turn) {
  CHECK(wants_mail());
  std::swap(parts_->mail, batch);
  parts_->take_mail(turn.now);
  parts_->take_own_mail(turn.now);
  if (wants_mail()) {
    std::swap(parts_->mail, batch);
  }
}

bool Front::wants_mail() const { return !parts_->mail_waits; }

void Front::tick(Turn& turn) {
  const auto on_connection = [&](const ConnectionId& id) {
    Connection* connection = parts_->connections.find(id);
    if (connection != nullptr) {
      connection_due(*parts_, *connection, turn.now);
    }
  };
  const auto on_session = [&](routing::Subscriber subscriber, std::uint32_t generation) {
    SessionSlot* slot = parts_->sessions.find(subscriber, generation);
    if (slot != nullptr) {
      parts_->lifecycle.session_due(*slot, turn.now);
    }
  };
  parts_->timers.advance(turn.now, on_connection, on_session);
  parts_->begin_next_turn();
  parts_->advance_fanouts(turn.now);
  parts_->retained.advance(turn.now);
  parts_->take_own_mail(turn.now);
}

Instant Front::next_deadline() const {
  if (parts_->long_fanouts.has_work() || parts_->retained.has_work()) {
    return Instant::min();
  }
  return parts_->timers.next_deadline();
}

void Front::set_policy(const access::Policy& policy, Turn& /*turn*/) {
  parts_->policy = policy;
  parts_->long_fanouts.authorize_again();
  parts_->sessions.for_each(
      [this](SessionSlot& slot) { parts_->subscriptions.authorize_again(slot); });
}

void Front::publish_internal(std::string_view topic, std::string_view payload, Turn& turn) {
  mqtt::Publish publish;
  publish.topic = mqtt::TopicName::from_checked(topic);
  publish.payload = as_bytes(payload);
  publish.retain = parts_->settings.offers.retained_messages;
  parts_->fanout.publish(publish, {.tenant = TenantId(0), .received = turn.now});
  parts_->take_own_mail(turn.now);
}

void Front::stop(Turn& turn) {
  if (std::exchange(parts_->stopping, true)) {
    return;
  }
  parts_->long_fanouts.stop();
  while (parts_->long_fanouts.has_work()) {
    parts_->advance_fanouts(turn.now);
  }
  // Wills first, so that those who watch hear of them before they are told to go. Delayed ones
  // too: sessions do not outlive the process.
  parts_->lifecycle.publish_all_wills(turn.now);
  parts_->connections.for_each([&](Connection& connection) {
    if (connection.is<Closed>() || connection.is<HandedOver>()) {
      return;
    }
    parts_->lifecycle.disconnect(connection, mqtt::ReasonCode::kServerShuttingDown, turn.now);
  });
  parts_->take_own_mail(turn.now);
}

void Front::take_dirty(std::vector<ConnectionIndex>& out) {
  DCHECK(out.empty());
  out.swap(parts_->wire.dirty());
  for (const ConnectionIndex index : out) {
    parts_->connections.at(index).dirty = false;
  }
}

Effects& Front::effects() { return parts_->wire.effects(); }
std::vector<MailBatch>& Front::outgoing() { return parts_->mailroom.batches(); }
Outbox& Front::outbox(ConnectionIndex index) { return parts_->connections.at(index).outbox; }
std::size_t Front::output_bytes() const { return parts_->wire.output_bytes(); }
std::size_t Front::connection_count() const { return parts_->connections.size(); }

}  // namespace godwit::front
