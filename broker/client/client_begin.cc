// CONNACK: agreeing on session and bounds, and sending again what is unfinished.
#include <algorithm>

#include "broker/client/incoming.h"

namespace godwit::client {

using mqtt::PacketType;
using mqtt::ReasonCode;

namespace {

// A PINGREQ goes out after this share of the keep alive, so that neither a late tick nor the way
// to the socket makes the pause too long (MQTT-3.1.2-20).
constexpr Duration ping_pause(std::uint16_t keep_alive_seconds) {
  return Duration(std::chrono::seconds(keep_alive_seconds)) * 3 / 4;
}

// Why a packet that was sent before may not be sent under this offer; success if it may.
ReasonCode resend_refusal(ByteView packet, const ServerOffer& offer) {
  const auto first = std::to_integer<unsigned>(packet[0]);
  if (packet.size() > offer.maximum_packet_size) {
    return ReasonCode::kPacketTooLarge;
  }
  if (((first >> 1U) & 3U) > static_cast<unsigned>(offer.maximum_qos)) {
    return ReasonCode::kQosNotSupported;
  }
  if ((first & 1U) != 0 && !offer.retain_available) {
    return ReasonCode::kRetainNotSupported;
  }
  return ReasonCode::kSuccess;
}

}  // namespace

void Client::Incoming::operator()(const mqtt::Connack& packet) const {
  if (client.online()) {
    return refuse(ReasonCode::kProtocolError, "a second CONNACK");
  }
  if (packet.reason_code != ReasonCode::kSuccess) {
    client.end();
    return events.refused(
        {.reason = packet.reason_code,
         .text = packet.properties.text(mqtt::PropertyId::kReasonString).value_or(""),
         .server_reference =
             packet.properties.text(mqtt::PropertyId::kServerReference).value_or("")});
  }
  if (!agree_on_session(packet.session_present) || !begin(packet)) {
    return;
  }
  resend();
  if (client.online()) {
    events.connected({packet.session_present, packet.properties});
  }
}

// False if the connection is over.
bool Client::Incoming::agree_on_session(bool session_present) const {
  if (session_present) {
    const bool clean_start = std::get<AwaitingConnack>(client.state_).clean_start;
    // MQTT-3.2.2-2 for the server; MQTT-3.2.2-4 for us.
    if (clean_start || (!client.is_resumable_ && !client.settings_.adopts_session)) {
      refuse(ReasonCode::kProtocolError, "the server has a session that we do not know");
      return false;
    }
    return true;
  }
  // MQTT-3.2.2-5
  client.unreleased_.reset();
  for (const mqtt::PacketId id : client.window_.discard_all()) {
    events.discarded(id);
  }
  return client.open();  // A handler may have ended it.
}

// False if the connection is over.
bool Client::Incoming::begin(const mqtt::Connack& packet) const {
  ClientSettings& settings = client.settings_;
  client.offer_ = ServerOffer::from(packet.properties);
  if (const auto assigned = packet.properties.text(mqtt::PropertyId::kAssignedClientIdentifier)) {
    settings.client_id = *assigned;
  } else if (client.is_v5() && settings.client_id.empty()) {  // MQTT-3.1.3-7 for the server.
    refuse(ReasonCode::kProtocolError, "CONNACK without the client identifier it should assign");
    return false;
  }
  // The server may shorten the life of a session, to nothing.
  client.is_resumable_ =
      keeps_session(settings) && client.offer_.session_expiry_seconds.value_or(1) != 0;
  // MQTT-3.1.2-21, MQTT-3.2.2-21
  const std::uint16_t keep_alive_seconds =
      client.offer_.server_keep_alive_seconds.value_or(settings.keep_alive_seconds);
  client.state_ = Online{.ping_after = ping_pause(keep_alive_seconds), .last_packet = now};
  client.window_.begin_connection(
      std::min(client.offer_.receive_maximum, settings.limits.in_flight_max));
  return true;
}

// MQTT-4.4.0-1: what is not finished, as far as the quota goes.
void Client::Incoming::resend() const {
  while (client.online()) {
    const InFlight* entry = client.window_.next_resend();
    if (entry == nullptr) {
      return;
    }
    if (entry->state == SendState::kAwaitPubcomp) {
      acknowledge(PacketType::kPubrel, entry->packet_id);
      continue;
    }
    if (const ReasonCode refused = resend_refusal(entry->packet, client.offer_);
        refused != ReasonCode::kSuccess) {
      const mqtt::PacketId id = entry->packet_id;
      client.window_.drop(id);
      events.published(id, refused);
      continue;
    }
    const std::size_t first = client.output_.size();
    append(client.output_, entry->packet);
    constexpr std::byte kDup{0b1000};
    client.output_[first] |= kDup;  // MQTT-3.3.1-1
    std::get<Online>(client.state_).last_packet = now;
  }
}

}  // namespace godwit::client
