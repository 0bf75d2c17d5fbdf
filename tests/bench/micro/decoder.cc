// From bytes to packets, and the cutting of a stream.

#include "broker/mqtt/decoder.h"

#include <utility>

#include "base/check.h"
#include "broker/mqtt/encoder.h"
#include "broker/mqtt/frame.h"
#include "tests/bench/micro/packets.h"
#include "tests/bench/micro/suite.h"

namespace godwit::bench {
namespace {

using mqtt::ProtocolVersion;

constexpr std::int64_t kCalls = 2'000;

mqtt::Frame frame_of(ByteView packet) {
  const auto frame = mqtt::next_frame(packet, mqtt::kPacketSizeCeiling);
  CHECK(frame && frame->has_value());
  return **frame;
}

// `decode` takes the frame and gives a Result.
template <class Decode>
void decoding(Bench& bench, const Bytes& packet, Decode decode) {
  const SentBytes sent = as_sent(packet);
  const mqtt::Frame frame = frame_of(sent);
  CHECK(decode(frame).has_value());
  bench.repeat(1, [&] { benchmark::DoNotOptimize(decode(frame)); });
}

void add_publish(Suite& suite, const char* name, const PublishShape& shape) {
  suite.add(name, kCalls, [shape](Bench& bench) {
    const mqtt::DecodeContext context{.version = shape.version};
    decoding(bench, SamplePublish(shape).encoded(),
             [&](const mqtt::Frame& frame) { return mqtt::decode_publish(frame, context); });
  });
}

void cut_frames(Bench& bench) {
  constexpr std::uint16_t kPackets = 64;
  const SentBytes stream = publish_batch({.payload_bytes = 256}, kTopic, kPackets);
  bench.repeat(kPackets, [&] {
    ByteView rest = stream;
    while (!rest.empty()) {
      const auto frame = mqtt::next_frame(rest, mqtt::kPacketSizeCeiling);
      benchmark::DoNotOptimize(frame);
      rest = rest.subspan((*frame)->bytes.size());
    }
  });
}

Bytes full_connect() {
  Bytes properties;
  mqtt::PropertiesWriter writer(properties);
  writer.number(mqtt::PropertyId::kSessionExpiryInterval, 3600);
  writer.number(mqtt::PropertyId::kReceiveMaximum, 20);
  mqtt::Connect connect;
  connect.client_id = "device-0123456789abcdef";
  connect.clean_start = true;
  connect.keep_alive_seconds = 60;
  connect.user_name = "device";
  connect.password = as_bytes("correct horse battery staple");
  connect.properties = mqtt::PropertiesView::from_checked(properties);
  connect.will = mqtt::Will{.topic = mqtt::TopicName::from_checked("site/7/device/42/state"),
                            .payload = as_bytes("gone"),
                            .properties = {},
                            .qos = mqtt::Qos::kAtLeastOnce,
                            .retain = true};
  Bytes out;
  mqtt::encode(connect, out);
  return out;
}

Bytes subscribe_to_8() {
  Bytes raw;
  for (std::size_t i = 0; i < 8; ++i) {
    mqtt::append_filter_request(device_topic(i, "#"), {.qos = mqtt::Qos::kAtLeastOnce}, raw);
  }
  mqtt::Subscribe subscribe;
  subscribe.packet_id = mqtt::PacketId(1);
  subscribe.requests = mqtt::FilterRequests(raw, true);
  Bytes out;
  mqtt::encode(subscribe, ProtocolVersion::k5_0, out);
  return out;
}

Bytes puback(ProtocolVersion version, mqtt::ReasonCode reason) {
  Bytes out;
  mqtt::encode(mqtt::PublishAck{.packet_id = mqtt::PacketId(7), .reason_code = reason}, version,
               out);
  return out;
}

void add_puback(Suite& suite, const char* name, ProtocolVersion version, mqtt::ReasonCode reason) {
  suite.add(name, kCalls, [version, reason](Bench& bench) {
    const mqtt::DecodeContext context{.version = version};
    decoding(bench, puback(version, reason),
             [&](const mqtt::Frame& frame) { return mqtt::decode_publish_ack(frame, context); });
  });
}

}  // namespace

void add_decoder(Suite& suite) {
  suite.add("decode_cut_frame", 100, cut_frames);
  add_publish(suite, "decode_publish_v311_16", {.payload_bytes = 16});
  add_publish(suite, "decode_publish_v311_256", {});
  add_publish(suite, "decode_publish_v5_256", {.version = ProtocolVersion::k5_0});
  add_publish(suite, "decode_publish_v5_256_properties",
              {.version = ProtocolVersion::k5_0, .with_properties = true});
  add_publish(suite, "decode_publish_v5_qos1_256",
              {.version = ProtocolVersion::k5_0, .qos = mqtt::Qos::kAtLeastOnce});
  suite.add("decode_connect_v311", kCalls, [](Bench& bench) {
    decoding(bench, connect_packet(ProtocolVersion::k3_1_1, "device-0123456789abcdef"),
             [](const mqtt::Frame& frame) { return mqtt::decode_connect(frame, {}); });
  });
  suite.add("decode_connect_v5_full", kCalls, [](Bench& bench) {
    decoding(bench, full_connect(),
             [](const mqtt::Frame& frame) { return mqtt::decode_connect(frame, {}); });
  });
  suite.add("decode_subscribe_v5_8", kCalls, [](Bench& bench) {
    decoding(bench, subscribe_to_8(), [](const mqtt::Frame& frame) {
      auto subscribe = mqtt::decode_subscribe(frame, {});
      mqtt::FilterRequest request;
      while (subscribe && subscribe->requests.next(request)) {
        benchmark::DoNotOptimize(request);
      }
      return subscribe;
    });
  });
  add_puback(suite, "decode_puback_v311", ProtocolVersion::k3_1_1, mqtt::ReasonCode::kSuccess);
  add_puback(suite, "decode_puback_v5_reason", ProtocolVersion::k5_0,
             mqtt::ReasonCode::kQuotaExceeded);
}

}  // namespace godwit::bench
