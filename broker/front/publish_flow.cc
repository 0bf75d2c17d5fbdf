#include "broker/front/publish_flow.h"

#include <utility>

#include "broker/front/connect_packet.h"

namespace godwit::front {
namespace {

using mqtt::PacketType;
using mqtt::Qos;
using mqtt::ReasonCode;
using session::AckOutcome;

}  // namespace

void PublishFlow::publish(Connection& connection, const mqtt::Frame& frame, Instant now) {
  auto packet =
      mqtt::decode_publish(frame, decode_context(connection, needs_.settings.limits.codec));
  if (!packet) {
    needs_.lifecycle.malformed(connection, packet.error(), now);
    return;
  }
  const bool has_alias = packet->topic_alias != 0;
  if (has_alias) {
    const ReasonCode fault = resolve_alias(connection, *packet);
    if (fault != ReasonCode::kSuccess) {
      needs_.lifecycle.disconnect(connection, fault, now);
      return;
    }
  }
  const Offers& offers = needs_.settings.offers;
  if (packet->qos > offers.maximum_qos) {
    needs_.lifecycle.disconnect(connection, ReasonCode::kQosNotSupported, now);  // MQTT-3.2.2-11
    return;
  }
  if (packet->retain && !offers.retained_messages) {
    needs_.lifecycle.disconnect(connection, ReasonCode::kRetainNotSupported,
                                now);  // MQTT-3.2.2-14
    return;
  }
  needs_.probe.publish_received(packet->qos);
  SessionSlot& slot = *connection.slot();
  // Before anything can be said against it: an error would tell the client that the id is free.
  if (packet->qos == Qos::kExactlyOnce && slot.session.received_qos2.contains(packet->packet_id)) {
    // MQTT-4.3.3-10, E-066, E-067: a repeat is answered and not published again.
    needs_.wire.send_ack(connection, PacketType::kPubrec, packet->packet_id, ReasonCode::kSuccess);
    return;
  }
  const ReasonCode refusal = check(slot, *packet);
  if (refusal != ReasonCode::kSuccess) {
    refuse(connection, *packet, refusal, now);
    return;
  }
  if (packet->qos == Qos::kExactlyOnce && !note_qos2(connection, packet->packet_id, now)) {
    return;
  }

  const bool done = needs_.fanout.publish(*packet, {.tenant = slot.session.key.tenant,
                                                    .publisher = &slot,
                                                    .frame = has_alias ? nullptr : &frame,
                                                    .frame_version = connection.version,
                                                    .received = now,
                                                    .ticket = {.whom = FanoutTicket::For::kClient,
                                                               .connection = connection.id,
                                                               .qos = packet->qos,
                                                               .packet_id = packet->packet_id}});
  connection.fanning_out = !done;
  if (done) {
    confirm(connection, packet->qos, packet->packet_id);
  }
}

void PublishFlow::confirm(Connection& connection, Qos qos, mqtt::PacketId id) {
  // MQTT-3.3.4-1. Taken by every session and store that it concerns, so it may be acknowledged.
  if (qos == Qos::kAtLeastOnce) {
    needs_.wire.send_ack(connection, PacketType::kPuback, id, ReasonCode::kSuccess);
  } else if (qos == Qos::kExactlyOnce) {
    needs_.wire.send_ack(connection, PacketType::kPubrec, id, ReasonCode::kSuccess);
  }
}

void PublishFlow::fanned_out(const FanoutTicket& ticket) {
  Connection* const connection = needs_.connections.find(ticket.connection);
  if (connection == nullptr || !connection->is<Open>()) {
    return;
  }
  connection->fanning_out = false;
  confirm(*connection, ticket.qos, ticket.packet_id);
  needs_.wire.effect(ResumeInput{ticket.connection.index});
}

ReasonCode PublishFlow::resolve_alias(Connection& connection, mqtt::Publish& packet) {
  const session::SessionLimits& limits = needs_.settings.limits;
  // It is this connection's affair: what goes on from here has the topic (E-046).
  const std::uint16_t alias = std::exchange(packet.topic_alias, std::uint16_t{0});
  if (alias > limits.topic_alias_maximum) {
    return ReasonCode::kTopicAliasInvalid;  // MQTT-3.3.2-9, MQTT-3.2.2-18
  }
  if (packet.topic.empty()) {
    if (connection.aliases != nullptr) {
      packet.topic = connection.aliases->inbound.find(alias);
    }
    return packet.topic.empty() ? ReasonCode::kProtocolError : ReasonCode::kSuccess;  // E-045
  }
  // E-048: whatever becomes of the message.
  if (connection.aliases == nullptr) {
    connection.aliases = std::make_unique<TopicAliases>(0, 0);
  }
  InboundAliases& aliases = connection.aliases->inbound;
  const std::size_t bytes_before = aliases.bytes();
  const bool fits = aliases.set(alias, packet.topic, limits.topic_alias_bytes_max);
  needs_.probe.aliases_changed(bytes_before, aliases.bytes());
  return fits ? ReasonCode::kSuccess : ReasonCode::kQuotaExceeded;
}

ReasonCode PublishFlow::check(const SessionSlot& slot, const mqtt::Publish& publish) const {
  // E-089: the broker's own topics.
  if (is_broker_topic(publish.topic)) {
    return ReasonCode::kNotAuthorized;
  }
  // E-034: the name of a shared subscription is nothing to publish to.
  if (publish.topic.text().starts_with("$share/")) {
    return ReasonCode::kTopicNameInvalid;
  }
  if (!needs_.policy.authorize(slot.session.subject(), access::Action::kPublish, publish.topic)) {
    needs_.probe.denied(DeniedAction::kPublish);
    return ReasonCode::kNotAuthorized;
  }
  // P-6: refused before it is taken anywhere, never after.
  if (publish.qos != Qos::kAtMostOnce && needs_.delivery.over_memory_budget()) {
    return ReasonCode::kQuotaExceeded;
  }
  return ReasonCode::kSuccess;
}

void PublishFlow::refuse(Connection& connection, const mqtt::Publish& publish, ReasonCode reason,
                         Instant now) {
  needs_.probe.publish_refused();
  if (publish.qos == Qos::kAtMostOnce) {
    return;
  }
  if (!mqtt::is_v5(connection.version) && reason == ReasonCode::kQuotaExceeded) {
    // 3.x cannot be told, and a success would be a lie: it may try again on a new connection.
    needs_.lifecycle.disconnect(connection, reason, now);
    return;
  }
  // 3.x gets a plain acknowledgement of what it may not publish (MQTT311-3.3.5-2).
  const PacketType type =
      publish.qos == Qos::kAtLeastOnce ? PacketType::kPuback : PacketType::kPubrec;
  needs_.wire.send_ack(connection, type, publish.packet_id, reason);
}

bool PublishFlow::note_qos2(Connection& connection, mqtt::PacketId id, Instant now) {
  session::PacketIdSet& received = connection.slot()->session.received_qos2;
  // MQTT-3.3.4-7. Told to 5.0 clients only; for 3.x the ids themselves are the bound. It counts
  // anew on each connection (4.9), so those that the one before has left open come on top.
  const std::size_t most =
      std::size_t{needs_.settings.limits.receive_maximum} + connection.qos2_ids_before;
  if (mqtt::is_v5(connection.version) && received.size() >= most) {
    needs_.lifecycle.disconnect(connection, ReasonCode::kReceiveMaximumExceeded, now);
    return false;
  }
  received.insert(id);
  return true;
}

void PublishFlow::acknowledge(Connection& connection, const mqtt::Frame& frame, Instant now) {
  const auto packet =
      mqtt::decode_publish_ack(frame, decode_context(connection, needs_.settings.limits.codec));
  if (!packet) {
    needs_.lifecycle.malformed(connection, packet.error(), now);
    return;
  }
  SessionSlot& slot = *connection.slot();
  session::SendWindow& window = slot.session.window;
  const std::size_t bytes_before = window.bytes();
  const std::uint16_t share = window.share_of(packet->packet_id);
  AckOutcome outcome = AckOutcome::kUnknown;
  switch (packet->type) {
    case PacketType::kPuback:
      outcome = window.puback(packet->packet_id);
      break;
    case PacketType::kPubrec:
      outcome = window.pubrec(packet->packet_id, mqtt::is_error(packet->reason_code));
      break;
    case PacketType::kPubcomp:
      outcome = window.pubcomp(packet->packet_id);
      break;
    default:
      release(connection, *packet);
      return;
  }
  needs_.probe.in_flight_changed(bytes_before, window.bytes());
  if (outcome == AckOutcome::kWrongPacket) {
    needs_.lifecycle.disconnect(connection, ReasonCode::kProtocolError, now);  // E-069
    return;
  }
  if (outcome == AckOutcome::kSendPubrel) {
    needs_.wire.send_ack(connection, PacketType::kPubrel, packet->packet_id, ReasonCode::kSuccess);
  } else if (outcome == AckOutcome::kUnknown && packet->type == PacketType::kPubrec) {
    // MQTT-2.2.1-5: the other end is told that there is no such exchange.
    needs_.wire.send_ack(connection, PacketType::kPubrel, packet->packet_id,
                         ReasonCode::kPacketIdentifierNotFound);
  }
  if (outcome == AckOutcome::kFinished) {
    needs_.ledger.finished(slot, share);
    needs_.delivery.pump(slot, now);
    // Also if nothing goes out, because what waited has expired.
    needs_.retained.room_has_grown(slot);
  }
}

void PublishFlow::release(Connection& connection, const mqtt::PublishAck& pubrel) {
  const bool known = connection.slot()->session.received_qos2.erase(pubrel.packet_id);
  // MQTT-4.3.3-11; E-068 for an id that is not known. The message went out at PUBLISH (E-072),
  // where it was authorized, so nothing is left to decide here.
  needs_.wire.send_ack(connection, PacketType::kPubcomp, pubrel.packet_id,
                       known ? ReasonCode::kSuccess : ReasonCode::kPacketIdentifierNotFound);
}

}  // namespace godwit::front
