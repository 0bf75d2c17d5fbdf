// CONNECT and CONNACK.
#include "broker/mqtt/encoder.h"
#include "broker/mqtt/packet_writer.h"

namespace godwit::mqtt {
namespace {

constexpr std::size_t kConnectFixedSize = 1 + 1 + 2;  // Level, flags, keep alive.

std::string_view protocol_name(ProtocolVersion version) {
  return version == ProtocolVersion::k3_1 ? "MQIsdp" : "MQTT";
}

std::uint8_t connect_flags(const Connect& packet) {
  unsigned flags = packet.clean_start ? 1U << 1U : 0U;
  if (packet.will) {
    flags |= 1U << 2U;
    flags |= static_cast<unsigned>(packet.will->qos) << 3U;
    flags |= packet.will->retain ? 1U << 5U : 0U;
  }
  flags |= packet.password ? 1U << 6U : 0U;
  flags |= packet.user_name ? 1U << 7U : 0U;
  return static_cast<std::uint8_t>(flags);
}

std::size_t will_size(const Will& will, ProtocolVersion version) {
  return PacketWriter::properties_size(will.properties, version) +
         Writer::text_size(will.topic.text()) + Writer::binary_size(will.payload);
}

}  // namespace

void encode(const Connect& packet, Bytes& out) {
  // 3.1.1: MQTT-3.1.2-22
  CHECK(is_v5(packet.version) || packet.user_name || !packet.password);
  const std::string_view name = protocol_name(packet.version);
  std::size_t size = Writer::text_size(name) + kConnectFixedSize;
  size += PacketWriter::properties_size(packet.properties, packet.version);
  size += Writer::text_size(packet.client_id);
  size += packet.will ? will_size(*packet.will, packet.version) : 0;
  size += packet.user_name ? Writer::text_size(*packet.user_name) : 0;
  size += packet.password ? Writer::binary_size(*packet.password) : 0;

  PacketWriter writer(out, {.type = PacketType::kConnect, .remaining_length = size});
  writer.text(name);
  writer.u8(static_cast<std::uint8_t>(packet.version));
  writer.u8(connect_flags(packet));
  writer.u16(packet.keep_alive_seconds);
  writer.properties(packet.properties, packet.version);
  writer.text(packet.client_id);  // MQTT-3.1.3-1: the order from here on.
  if (packet.will) {
    writer.properties(packet.will->properties, packet.version);
    writer.text(packet.will->topic.text());
    writer.binary(packet.will->payload);
  }
  if (packet.user_name) {
    writer.text(*packet.user_name);
  }
  if (packet.password) {
    writer.binary(*packet.password);
  }
}

void encode(const Connack& packet, ProtocolVersion version, Bytes& out) {
  // MQTT-3.2.2-6; 3.1.1: MQTT-3.2.2-4
  CHECK(!packet.session_present || packet.reason_code == ReasonCode::kSuccess);
  const bool session_present = packet.session_present && version != ProtocolVersion::k3_1;  // E-095
  const std::size_t size = 2 + PacketWriter::properties_size(packet.properties, version);
  PacketWriter writer(out, {.type = PacketType::kConnack, .remaining_length = size});
  writer.u8(session_present ? 1 : 0);  // MQTT-3.2.2-1
  if (is_v5(version)) {
    check_reason_code(packet.reason_code, PacketType::kConnack);  // MQTT-3.2.2-8
    writer.reason_code(packet.reason_code);
  } else {
    const auto return_code = connack_return_code(packet.reason_code);
    CHECK(return_code.has_value());  // 3.1.1: MQTT-3.2.2-6: the caller closes instead.
    writer.u8(return_code.value_or(0));
  }
  writer.properties(packet.properties, version);
}

}  // namespace godwit::mqtt
