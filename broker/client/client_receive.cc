// Everything but CONNACK: messages, answers, and the end.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "broker/client/incoming.h"
#include "broker/mqtt/decoder.h"

namespace godwit::client {

using mqtt::PacketType;
using mqtt::ReasonCode;

namespace {

PacketType packet_type(std::byte first) {
  return static_cast<PacketType>(std::to_integer<std::uint8_t>(first) >> 4U);
}

}  // namespace

std::size_t Client::receive(ByteView input, Instant now, ClientEvents& events) {
  const Incoming incoming{*this, now, events};
  if (auto* online = std::get_if<Online>(&state_); online != nullptr && !input.empty()) {
    if (online->pingresp_due != kNever) {
      // PINGRESP may stand behind a long message that is still on its way.
      online->pingresp_due = add_saturating(now, settings_.limits.pingresp_timeout);
    }
  }
  const mqtt::DecodeContext context{.version = settings_.version,
                                    .sender = mqtt::Sender::kServer,
                                    .limits = settings_.limits.codec};
  std::size_t used = 0;
  while (open() && used < input.size()) {
    // Decided on the first byte: what does not speak MQTT may never send a whole packet.
    if (!online() && packet_type(input[used]) != PacketType::kConnack) {
      incoming.refuse(ReasonCode::kProtocolError, "the first packet is not CONNACK");
      break;
    }
    const auto frame = mqtt::next_frame(input.subspan(used), context.limits.maximum_packet_size);
    if (!frame) {
      incoming.refuse(frame.error().reason, frame.error().what);
      break;
    }
    if (!frame->has_value()) {
      return used;
    }
    used += (*frame)->bytes.size();
    const auto packet = mqtt::decode_packet(**frame, context);
    if (!packet) {
      incoming.refuse(packet.error().reason, packet.error().what);
    } else {
      std::visit(incoming, *packet);
    }
  }
  return open() ? used : input.size();
}

void Client::Incoming::refuse(ReasonCode reason, std::string_view what) const {
  if (client.online() && client.is_v5()) {
    const bool has_word =
        mqtt::reason_code_allowed(reason, PacketType::kDisconnect, mqtt::Sender::kClient);
    client.send(mqtt::Disconnect{has_word ? reason : ReasonCode::kProtocolError, {}}, now);
  }
  client.end();
  events.disconnected({.by = EndedBy::kBadPacket, .reason = reason, .text = what});
}

void Client::Incoming::acknowledge(PacketType type, mqtt::PacketId id, ReasonCode reason) const {
  client.send(mqtt::PublishAck{type, id, reason, {}}, now);
}

// --- Messages for us ---

void Client::Incoming::operator()(const mqtt::Publish& packet) const {
  if (packet.topic_alias != 0) {
    return refuse(ReasonCode::kTopicAliasInvalid, "a topic alias, and we have allowed none");
  }
  switch (packet.qos) {
    case mqtt::Qos::kAtMostOnce:
      return events.message(packet);
    case mqtt::Qos::kAtLeastOnce:
      acknowledge(PacketType::kPuback, packet.packet_id);  // MQTT-4.3.2-4
      return events.message(packet);
    case mqtt::Qos::kExactlyOnce:
      return receive_exactly_once(packet);
  }
}

void Client::Incoming::receive_exactly_once(const mqtt::Publish& packet) const {
  const std::size_t bit = packet.packet_id.value();
  if (client.unreleased_.test(bit)) {
    return acknowledge(PacketType::kPubrec, packet.packet_id);  // MQTT-4.3.3-10
  }
  const std::size_t maximum = client.settings_.limits.receive_maximum;
  if (client.is_v5() && client.unfinished_received_ >= maximum) {
    return refuse(ReasonCode::kReceiveMaximumExceeded, "more unfinished messages than announced");
  }
  client.unreleased_.set(bit);
  ++client.unfinished_received_;
  acknowledge(PacketType::kPubrec, packet.packet_id);  // MQTT-4.3.3-8
  events.message(packet);
}

void Client::Incoming::released(mqtt::PacketId id) const {
  const std::size_t bit = id.value();
  if (!client.unreleased_.test(bit)) {
    return acknowledge(PacketType::kPubcomp, id, ReasonCode::kPacketIdentifierNotFound);
  }
  client.unreleased_.reset(bit);
  // An exchange of an earlier connection was not counted on this one.
  if (client.unfinished_received_ > 0) {
    --client.unfinished_received_;
  }
  acknowledge(PacketType::kPubcomp, id);  // MQTT-4.3.3-11
}

// --- Answers to us ---

void Client::Incoming::operator()(const mqtt::PublishAck& packet) const {
  switch (packet.type) {
    case PacketType::kPuback:
      return settle(client.window_.puback(packet.packet_id), packet);
    case PacketType::kPubrec:
      return settle(client.window_.pubrec(packet.packet_id, is_error(packet.reason_code)), packet);
    case PacketType::kPubcomp:
      return settle(client.window_.pubcomp(packet.packet_id), packet);
    default:
      return released(packet.packet_id);
  }
}

void Client::Incoming::settle(AckOutcome outcome, const mqtt::PublishAck& packet) const {
  switch (outcome) {
    case AckOutcome::kFinished:
      resend();
      return events.published(packet.packet_id, packet.reason_code);
    case AckOutcome::kSendPubrel:  // MQTT-4.3.3-4
      return acknowledge(PacketType::kPubrel, packet.packet_id);
    case AckOutcome::kUnknown:
      // The server still holds an exchange that we have forgotten: PUBREL lets it finish.
      if (packet.type == PacketType::kPubrec && !is_error(packet.reason_code)) {
        acknowledge(PacketType::kPubrel, packet.packet_id, ReasonCode::kPacketIdentifierNotFound);
      }
      return;
    case AckOutcome::kWrongPacket:
      return refuse(ReasonCode::kProtocolError, "an acknowledgement of another QoS");
  }
}

std::optional<Client::Request> Client::Incoming::answered(PacketType type,
                                                          mqtt::PacketId id) const {
  std::vector<Request>& requests = client.requests_;
  const auto found = std::find_if(requests.begin(), requests.end(), [&](const Request& request) {
    return request.packet_id == id && request.type == type;
  });
  if (found == requests.end()) {
    refuse(ReasonCode::kProtocolError, "an answer without a request");
    return std::nullopt;
  }
  const Request request = *found;
  requests.erase(found);
  return request;
}

void Client::Incoming::operator()(const mqtt::Suback& packet) const {
  const auto request = answered(PacketType::kSubscribe, packet.packet_id);
  if (!request) {
    return;
  }
  if (packet.reason_codes.size() != request->filters) {  // MQTT-3.8.4-6 for the server.
    return refuse(ReasonCode::kProtocolError, "SUBACK with another number of codes");
  }
  events.subscribed(packet.packet_id, packet.reason_codes);
}

void Client::Incoming::operator()(const mqtt::Unsuback& packet) const {
  const auto request = answered(PacketType::kUnsubscribe, packet.packet_id);
  if (!request) {
    return;
  }
  if (client.is_v5() && packet.reason_codes.size() != request->filters) {
    return refuse(ReasonCode::kProtocolError, "UNSUBACK with another number of codes");
  }
  events.unsubscribed(packet.packet_id, packet.reason_codes);
}

// --- The connection ---

void Client::Incoming::operator()(const mqtt::Pingresp&) const {
  std::get<Online>(client.state_).pingresp_due = kNever;
}

void Client::Incoming::operator()(const mqtt::Disconnect& packet) const {
  client.end();
  events.disconnected(
      {.by = EndedBy::kServer,
       .reason = packet.reason_code,
       .text = packet.properties.text(mqtt::PropertyId::kReasonString).value_or(""),
       .server_reference =
           packet.properties.text(mqtt::PropertyId::kServerReference).value_or("")});
}

// MQTT-4.12.0-6 for the server: our CONNECT names no method.
void Client::Incoming::operator()(const mqtt::Auth&) const {
  refuse(ReasonCode::kProtocolError, "AUTH, and we have named no method");
}

}  // namespace godwit::client
