#include "tests/unit/client/fixture.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace godwit::client::test {
namespace {

std::string codes_text(ByteView codes) {
  std::string text;
  for (const std::byte code : codes) {
    text += fmt::format(" {:02x}", std::to_integer<unsigned>(code));
  }
  return text;
}

std::string_view by_text(EndedBy by) {
  switch (by) {
    case EndedBy::kServer:
      return "server";
    case EndedBy::kNetwork:
      return "network";
    case EndedBy::kBadPacket:
      return "bad packet";
    case EndedBy::kUnanswering:
      return "unanswering";
  }
  return "";
}

}  // namespace

void RecordedEvents::connected(const Connected& connected) {
  lines_.push_back(connected.session_present ? "connected, session present" : "connected");
}

void RecordedEvents::refused(const Refusal& refusal) {
  lines_.push_back(fmt::format("refused {} {}{}", reason_code_name(refusal.reason), refusal.text,
                               refusal.server_reference));
}

void RecordedEvents::message(const mqtt::Publish& message) {
  lines_.push_back(fmt::format("message {} {} qos={}{}", message.topic.text(),
                               as_text(message.payload), static_cast<int>(message.qos),
                               message.retain ? " retain" : ""));
  if (on_message) {
    on_message(message);
  }
}

void RecordedEvents::published(mqtt::PacketId id, mqtt::ReasonCode reason) {
  lines_.push_back(fmt::format("published {} {}", id.value(), reason_code_name(reason)));
}

void RecordedEvents::discarded(mqtt::PacketId id) {
  lines_.push_back(fmt::format("discarded {}", id.value()));
}

void RecordedEvents::subscribed(mqtt::PacketId id, ByteView reason_codes) {
  lines_.push_back(fmt::format("subscribed {}{}", id.value(), codes_text(reason_codes)));
}

void RecordedEvents::unsubscribed(mqtt::PacketId id, ByteView reason_codes) {
  lines_.push_back(fmt::format("unsubscribed {}{}", id.value(), codes_text(reason_codes)));
}

void RecordedEvents::disconnected(const Ending& ending) {
  lines_.push_back(fmt::format("disconnected by {}: {} {}", by_text(ending.by),
                               reason_code_name(ending.reason), ending.text));
}

Session::Session(const ClientSettings& settings) : client(settings), version(settings.version) {}

void Session::connect(const Bytes& connack_properties, bool session_present) {
  begin();
  only_sent<mqtt::Connect>();
  Bytes list = connack_properties;
  if (mqtt::is_v5(version) && client.client_id().empty()) {
    mqtt::PropertiesWriter(list).text(mqtt::PropertyId::kAssignedClientIdentifier, "made-up");
  }
  mqtt::Connack connack;
  connack.session_present = session_present;
  connack.properties = mqtt::PropertiesView::from_checked(list);
  receive(connack);
}

void Session::receive_raw(ByteView bytes) {
  append(unread_, bytes);
  const std::size_t used = client.receive(unread_, now, events);
  ASSERT_LE(used, unread_.size());
  unread_.erase(unread_.begin(), unread_.begin() + static_cast<std::ptrdiff_t>(used));
}

void Session::advance(Duration duration) {
  const Instant end = now + duration;
  while (client.next_deadline() <= end) {
    now = std::max(now, client.next_deadline());
    client.tick(now, events);
  }
  now = end;
}

void Session::drop() {
  unread_.clear();
  client.lost(events);
}

std::vector<mqtt::Packet> Session::sent() {
  const ByteView output = client.output();
  const auto copy = std::make_shared<const Bytes>(output.begin(), output.end());
  kept_.push_back(copy);
  client.sent(output.size(), now);
  const mqtt::DecodeContext context{.version = version, .sender = mqtt::Sender::kClient};
  std::vector<mqtt::Packet> packets;
  ByteView rest(*copy);
  while (!rest.empty()) {
    const auto frame = mqtt::next_frame(rest, mqtt::kPacketSizeCeiling);
    if (!frame || !frame->has_value()) {
      throw std::runtime_error("the client sent bytes that are no packet");
    }
    const auto packet = mqtt::decode_packet(**frame, context);
    if (!packet) {
      throw std::runtime_error(std::string(packet.error().what));
    }
    packets.push_back(*packet);
    rest = rest.subspan((*frame)->bytes.size());
  }
  return packets;
}

Result<mqtt::PacketId, RequestError> Session::publish(mqtt::Qos qos, std::string_view payload,
                                                      bool retain) {
  return client.publish({.topic = mqtt::TopicName::from_checked("t"),
                         .payload = as_bytes(payload),
                         .properties = {},
                         .message_expiry_interval = std::nullopt,
                         .qos = qos,
                         .retain = retain},
                        now);
}

Result<mqtt::PacketId, RequestError> Session::subscribe(std::string_view filter,
                                                        mqtt::SubscriptionOptions options,
                                                        std::uint32_t identifier) {
  const mqtt::FilterRequest request{mqtt::TopicFilter::from_checked(filter), options};
  return client.subscribe({&request, 1}, identifier, now);
}

ClientSettings v311() {
  ClientSettings settings;
  settings.version = mqtt::ProtocolVersion::k3_1_1;
  return settings;
}

ClientSettings kept() {
  ClientSettings settings;
  settings.client_id = "c";
  settings.session_expiry_seconds = 3'600;
  return settings;
}

Bytes properties(std::initializer_list<std::pair<mqtt::PropertyId, std::uint32_t>> numbers) {
  Bytes raw;
  for (const auto& [id, number] : numbers) {
    mqtt::PropertiesWriter(raw).number(id, number);
  }
  return raw;
}

mqtt::Publish from_server(mqtt::Qos qos, std::uint16_t id, std::string_view payload) {
  mqtt::Publish packet;
  packet.topic = mqtt::TopicName::from_checked("t");
  packet.payload = as_bytes(payload);
  packet.qos = qos;
  packet.packet_id = mqtt::PacketId(id);
  return packet;
}

mqtt::PublishAck ack(mqtt::PacketType type, std::uint16_t id, mqtt::ReasonCode reason) {
  return {type, mqtt::PacketId(id), reason, {}};
}

}  // namespace godwit::client::test
