// Packets as clients write them, for benchmarks to read.
#pragma once

#include <cstddef>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "broker/mqtt/packet.h"

namespace godwit::bench {

// What a client sends, at the beginning of a cache line as in a read buffer: how much a search
// costs depends on where it begins.
template <class T>
struct LineAllocator {
  using value_type = T;
  static constexpr std::align_val_t kLine{64};

  LineAllocator() = default;
  template <class Other>
  explicit LineAllocator(const LineAllocator<Other>& /*other*/) {}
  [[nodiscard]] T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new(count * sizeof(T), kLine));
  }
  void deallocate(T* at, std::size_t /*count*/) { ::operator delete(at, kLine); }
  friend bool operator==(const LineAllocator&, const LineAllocator&) { return true; }
};
using SentBytes = std::vector<std::byte, LineAllocator<std::byte>>;

[[nodiscard]] inline SentBytes as_sent(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

// The one topic of benchmarks that need no other, and a payload of some size.
inline constexpr std::string_view kTopic = "site/7/device/42/temperature";

struct PublishShape {
  mqtt::ProtocolVersion version = mqtt::ProtocolVersion::k3_1_1;
  std::size_t payload_bytes = 256;
  mqtt::Qos qos = mqtt::Qos::kAtMostOnce;
  // Content Type, Message Expiry Interval, Response Topic, Correlation Data and a User Property.
  bool with_properties = false;
};

// A PUBLISH that keeps the bytes behind its views.
class SamplePublish {
 public:
  explicit SamplePublish(const PublishShape& shape, std::string_view topic = kTopic);
  SamplePublish(const SamplePublish&) = delete;
  SamplePublish& operator=(const SamplePublish&) = delete;

  // With this id if the QoS asks for one.
  [[nodiscard]] Bytes encoded(mqtt::PacketId id = mqtt::PacketId(1)) const;
  [[nodiscard]] const mqtt::Publish& packet() const { return packet_; }

 private:
  const PublishShape shape_;
  const std::string topic_;
  const std::string payload_;
  Bytes properties_;
  mqtt::Publish packet_;
};

// `count` packets one after the other, with the packet ids 1 to `count`.
[[nodiscard]] SentBytes publish_batch(const PublishShape& shape, std::string_view topic,
                                      std::uint16_t count);
[[nodiscard]] Bytes connect_packet(mqtt::ProtocolVersion version, std::string_view client_id);
[[nodiscard]] Bytes subscribe_packet(mqtt::ProtocolVersion version, std::string_view filter,
                                     mqtt::Qos qos);

// Topic number `i` of a fleet: 100 sites, each with as many devices as are asked for.
[[nodiscard]] std::string device_topic(std::size_t i, std::string_view last_level = "temperature");

}  // namespace godwit::bench
