// Any bytes as a stream of packets. The first byte picks version, sender and limits. What decodes
// must go to bytes and come back the same, and every list in it can be walked.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "broker/mqtt/decoder.h"
#include "broker/mqtt/encoder.h"
#include "broker/mqtt/tailored_publish.h"
#include "tests/unit/mqtt/describe.h"

namespace godwit::mqtt {
namespace {

DecodeContext context_of(std::uint8_t choice) {
  constexpr ProtocolVersion kVersions[] = {ProtocolVersion::k3_1, ProtocolVersion::k3_1_1,
                                           ProtocolVersion::k5_0, ProtocolVersion::k5_0};
  DecodeContext context;
  context.version = kVersions[choice & 3U];
  context.sender = (choice & 4U) != 0 ? Sender::kServer : Sender::kClient;
  if ((choice & 8U) != 0) {
    context.limits = {.maximum_packet_size = 64, .topic_levels_max = 3, .user_properties_max = 2};
  }
  return context;
}

// A server can say the reason: the encoder would end the process otherwise.
void check_error(const DecodeError& error, const Frame& frame) {
  const PacketType answer =
      frame.type == PacketType::kConnect ? PacketType::kConnack : PacketType::kDisconnect;
  CHECK(reason_code_allowed(error.reason, answer, Sender::kServer));
  CHECK(error.offset <= frame.bytes.size() && !error.what.empty());
}

void check_way_back(const Packet& packet, const DecodeContext& context) {
  Bytes bytes;
  encode(packet, context.version, bytes);
  const auto frame = next_frame(bytes, kPacketSizeCeiling);
  CHECK(frame && frame->has_value() && (*frame)->bytes.size() == bytes.size());
  const auto again = decode_packet(**frame, context);
  CHECK(again.has_value());
  CHECK(test::describe(*again) == test::describe(packet));
  if (const auto* publish = std::get_if<Publish>(&packet)) {
    CHECK(encoded_size(*publish, context.version) == bytes.size());
  }
}

// The view, or none for packets that have no properties.
template <class Packet>
PropertiesView properties_of(const Packet& packet) {
  if constexpr (requires { packet.properties; }) {
    return packet.properties;
  }
  return {};
}

// A list written anew, property by property, is the same list; what is found in it was there.
void check_properties_way_back(PropertiesView properties) {
  Bytes bytes;
  PropertiesWriter writer(bytes);
  auto walk = properties.walk();
  Property property;
  while (walk.next(property)) {
    writer.add(property);
    const auto first = properties.find(property.id);
    CHECK(first.has_value() && first->id == property.id);
    CHECK(properties.number(property.id) == first->number);
    CHECK(properties.text(property.id) == first->text);
  }
  CHECK(as_text(bytes) == as_text(properties.raw()));
}

// One receiver's copy of a PUBLISH reads like the packet, with what is the receiver's.
void check_tailored(const Publish& publish, const DecodeContext& context) {
  if (!is_v5(context.version) || publish.topic_alias != 0) {
    return;
  }
  const std::uint32_t identifiers[] = {1, 268'435'455};
  for (std::uint32_t choice = 0; choice < 6; ++choice) {
    const PublishTailoring tailoring{
        .subscription_identifiers = std::span(identifiers).first(choice % 3),
        .topic_alias = static_cast<std::uint16_t>(choice < 3 ? 0 : 7),
        .omit_topic = choice == 5};
    Bytes whole;
    encode(publish, context.version, whole);
    const TailoredPublish tailored(whole, tailoring);
    Bytes copy;
    tailored.append_head(0x0B, publish.qos == Qos::kAtMostOnce ? kNoPacketId : PacketId(9), copy);
    append(copy, ByteView(whole).subspan(tailored.rest_offset()));
    CHECK(copy.size() == tailored.size());
    copy[0] = (copy[0] & std::byte{0xF0}) |
              static_cast<std::byte>(static_cast<unsigned>(publish.qos) << 1U);
    const auto frame = next_frame(copy, kPacketSizeCeiling);
    CHECK(frame && frame->has_value() && (*frame)->bytes.size() == copy.size());
    const auto again = decode_publish(
        **frame, {.version = context.version, .sender = Sender::kServer, .limits = {}});
    CHECK(again.has_value() && again->topic_alias == tailoring.topic_alias);
    CHECK(again->topic.text() == (tailoring.omit_topic ? "" : publish.topic.text()));
    CHECK(as_text(again->payload) == as_text(publish.payload));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  DecodeContext context = context_of(data[0]);
  ByteView rest(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  while (true) {
    const auto frame = next_frame(rest, context.limits.maximum_packet_size);
    if (!frame || !frame->has_value()) {
      return 0;
    }
    rest = rest.subspan((*frame)->bytes.size());
    const auto packet = decode_packet(**frame, context);
    if (!packet) {
      check_error(packet.error(), **frame);
      continue;
    }
    if (const auto* connect = std::get_if<Connect>(&*packet)) {
      context.version = connect->version;
    }
    check_way_back(*packet, context);
    std::visit([](const auto& one) { check_properties_way_back(properties_of(one)); }, *packet);
    if (const auto* publish = std::get_if<Publish>(&*packet)) {
      check_tailored(*publish, context);
    }
  }
}

}  // namespace godwit::mqtt
