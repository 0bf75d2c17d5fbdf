// From packets to bytes: into a buffer that is kept, as the front does it.

#include "broker/mqtt/encoder.h"

#include <array>
#include <span>

#include "broker/mqtt/properties.h"
#include "broker/mqtt/tailored_publish.h"
#include "tests/bench/micro/packets.h"
#include "tests/bench/micro/suite.h"

namespace godwit::bench {
namespace {

using mqtt::ProtocolVersion;

constexpr std::int64_t kCalls = 2'000;

template <class Packet>
void encoding(Bench& bench, const Packet& packet, ProtocolVersion version) {
  Bytes out;
  bench.repeat(1, [&] {
    out.clear();
    mqtt::encode(packet, version, out);
    benchmark::DoNotOptimize(out.data());
  });
}

void add_publish(Suite& suite, const char* name, const PublishShape& shape) {
  suite.add(name, kCalls, [shape](Bench& bench) {
    const SamplePublish sample(shape);
    encoding(bench, sample.packet(), shape.version);
  });
}

// The head of one receiver's copy, and the copying of the rest.
void tailored(Bench& bench, const mqtt::PublishTailoring& tailoring) {
  const SamplePublish sample({.version = ProtocolVersion::k5_0, .with_properties = true});
  const Bytes encoded = sample.encoded();
  Bytes out;
  bench.repeat(1, [&] {
    const mqtt::TailoredPublish copy(encoded, tailoring);
    out.clear();
    copy.append_head(0, mqtt::kNoPacketId, out);
    append(out, ByteView(encoded).subspan(copy.rest_offset()));
    benchmark::DoNotOptimize(out.data());
  });
}

constexpr std::array<std::uint32_t, 1> kIdentifier{77};

void encode_suback_8(Bench& bench) {
  constexpr std::array<std::byte, 8> kGranted{};
  encoding(bench, mqtt::Suback{.packet_id = mqtt::PacketId(7), .reason_codes = kGranted},
           ProtocolVersion::k5_0);
}

void encode_connack(Bench& bench) {
  Bytes properties;
  mqtt::PropertiesWriter writer(properties);
  writer.number(mqtt::PropertyId::kReceiveMaximum, 64);
  writer.number(mqtt::PropertyId::kMaximumPacketSize, 4U << 20U);
  writer.number(mqtt::PropertyId::kTopicAliasMaximum, 32);
  encoding(bench, mqtt::Connack{.properties = mqtt::PropertiesView::from_checked(properties)},
           ProtocolVersion::k5_0);
}

}  // namespace

void add_encoder(Suite& suite) {
  add_publish(suite, "encode_publish_v311_16", {.payload_bytes = 16});
  add_publish(suite, "encode_publish_v311_qos1_256", {.qos = mqtt::Qos::kAtLeastOnce});
  add_publish(suite, "encode_publish_v5_256", {.version = ProtocolVersion::k5_0});
  add_publish(suite, "encode_publish_v5_256_properties",
              {.version = ProtocolVersion::k5_0, .with_properties = true});
  suite.add("encode_tailored_identifier", kCalls,
            [](Bench& bench) { tailored(bench, {.subscription_identifiers = kIdentifier}); });
  suite.add("encode_tailored_alias", kCalls,
            [](Bench& bench) { tailored(bench, {.topic_alias = 3, .omit_topic = true}); });
  suite.add("encode_puback_v311", kCalls, [](Bench& bench) {
    encoding(bench, mqtt::PublishAck{.packet_id = mqtt::PacketId(7)}, ProtocolVersion::k3_1_1);
  });
  suite.add("encode_suback_v5_8", kCalls, encode_suback_8);
  suite.add("encode_connack_v5", kCalls, encode_connack);
}

}  // namespace godwit::bench
