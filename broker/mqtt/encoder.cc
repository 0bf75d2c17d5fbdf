// Requests for filters and their answers, the small packets, and `encode` for any packet.
#include "broker/mqtt/encoder.h"

#include "broker/mqtt/packet_writer.h"
#include "broker/mqtt/subscription_byte.h"

namespace godwit::mqtt {
namespace {

constexpr std::uint8_t kRequestFlags = 0b0010;  // MQTT-3.8.1-1, MQTT-3.10.1-1
constexpr std::size_t kPacketIdSize = 2;

// What a version has for a code of SUBACK. 3.1.1: MQTT-3.9.3-2; 3.1 has no failure, and a
// subscription that will get nothing is granted like any other (E-097).
std::uint8_t suback_code(std::uint8_t code, ProtocolVersion version) {
  constexpr std::uint8_t kFailure = 0x80;
  if (is_v5(version)) {
    check_reason_code(static_cast<ReasonCode>(code), PacketType::kSuback);
    return code;
  }
  if (code < kFailure) {
    return code;
  }
  return version == ProtocolVersion::k3_1 ? 0 : kFailure;
}

// DISCONNECT and AUTH, whose fields may be left out from behind (E-086).
struct ShortForm {
  FixedHeader header;
  ReasonCode reason_code;
  PropertiesView properties;
};

void encode_short_form(const ShortForm& form, ProtocolVersion version, Bytes& out) {
  PacketWriter writer(out, form.header);
  if (form.header.remaining_length > 0) {
    writer.reason_code(form.reason_code);
  }
  if (form.header.remaining_length > 1) {
    writer.properties(form.properties, version);
  }
}

}  // namespace

void encode(const Subscribe& packet, ProtocolVersion version, Bytes& out) {
  const ByteView raw = packet.requests.raw();
  CHECK(!raw.empty());  // MQTT-3.8.3-2
  const std::size_t size =
      kPacketIdSize + PacketWriter::properties_size(packet.properties, version) + raw.size();
  PacketWriter writer(
      out, {.type = PacketType::kSubscribe, .flags = kRequestFlags, .remaining_length = size});
  writer.packet_id(packet.packet_id);
  writer.properties(packet.properties, version);
  FilterRequests requests = packet.requests;
  FilterRequest request;
  while (requests.next(request)) {
    writer.text(request.filter.text());
    const std::uint8_t byte = to_subscription_byte(request.options);
    writer.u8(is_v5(version) ? byte : byte & kSubscriptionQosMask);
  }
}

void encode(const Suback& packet, ProtocolVersion version, Bytes& out) {
  CHECK(!packet.reason_codes.empty());
  const std::size_t size = kPacketIdSize +
                           PacketWriter::properties_size(packet.properties, version) +
                           packet.reason_codes.size();
  PacketWriter writer(out, {.type = PacketType::kSuback, .remaining_length = size});
  writer.packet_id(packet.packet_id);
  writer.properties(packet.properties, version);
  for (const std::byte code : packet.reason_codes) {
    writer.u8(suback_code(std::to_integer<std::uint8_t>(code), version));
  }
}

void encode(const Unsubscribe& packet, ProtocolVersion version, Bytes& out) {
  const ByteView raw = packet.requests.raw();
  CHECK(!raw.empty());  // MQTT-3.10.3-2
  const std::size_t size =
      kPacketIdSize + PacketWriter::properties_size(packet.properties, version) + raw.size();
  PacketWriter writer(
      out, {.type = PacketType::kUnsubscribe, .flags = kRequestFlags, .remaining_length = size});
  writer.packet_id(packet.packet_id);
  writer.properties(packet.properties, version);
  writer.raw(raw);
}

void encode(const Unsuback& packet, ProtocolVersion version, Bytes& out) {
  std::size_t size = kPacketIdSize;
  if (is_v5(version)) {
    CHECK(!packet.reason_codes.empty());
    size += PacketWriter::properties_size(packet.properties, version) + packet.reason_codes.size();
  }
  PacketWriter writer(out, {.type = PacketType::kUnsuback, .remaining_length = size});
  writer.packet_id(packet.packet_id);
  if (is_v5(version)) {
    writer.properties(packet.properties, version);
    for (const std::byte code : packet.reason_codes) {
      check_reason_code(static_cast<ReasonCode>(code), PacketType::kUnsuback);  // MQTT-3.11.3-2
      writer.u8(std::to_integer<std::uint8_t>(code));
    }
  }
}

void encode(const Pingreq&, ProtocolVersion, Bytes& out) {
  const PacketWriter writer(out, {.type = PacketType::kPingreq});
}

void encode(const Pingresp&, ProtocolVersion, Bytes& out) {
  const PacketWriter writer(out, {.type = PacketType::kPingresp});
}

void encode(const Disconnect& packet, ProtocolVersion version, Bytes& out) {
  ShortForm form{{.type = PacketType::kDisconnect}, packet.reason_code, packet.properties};
  if (is_v5(version)) {
    check_reason_code(packet.reason_code, PacketType::kDisconnect);  // MQTT-3.14.2-1
    if (!packet.properties.empty()) {
      form.header.remaining_length = 1 + PacketWriter::properties_size(packet.properties, version);
    } else if (packet.reason_code != ReasonCode::kSuccess) {
      form.header.remaining_length = 1;
    }
  }
  encode_short_form(form, version, out);
}

void encode(const Auth& packet, ProtocolVersion version, Bytes& out) {
  CHECK(is_v5(version));                                     // E-116
  check_reason_code(packet.reason_code, PacketType::kAuth);  // MQTT-3.15.2-1
  ShortForm form{{.type = PacketType::kAuth}, packet.reason_code, packet.properties};
  if (packet.reason_code != ReasonCode::kSuccess || !packet.properties.empty()) {
    form.header.remaining_length = 1 + PacketWriter::properties_size(packet.properties, version);
  }
  encode_short_form(form, version, out);
}

void encode(const Packet& packet, ProtocolVersion version, Bytes& out) {
  std::visit(
      [&](const auto& one) {
        if constexpr (requires { encode(one, out); }) {
          encode(one, out);
        } else {
          encode(one, version, out);
        }
      },
      packet);
}

void append_filter_request(std::string_view filter, const SubscriptionOptions& options,
                           Bytes& raw) {
  Writer writer(raw, Writer::text_size(filter) + 1);
  writer.text(filter);
  writer.u8(to_subscription_byte(options));
}

void append_unsubscribe_filter(std::string_view filter, Bytes& raw) {
  Writer writer(raw, Writer::text_size(filter));
  writer.text(filter);
}

}  // namespace godwit::mqtt
