// The little of MQTT 3.1.1 and 5 that a load generator speaks. Own code, not the broker's: a
// mistake in the broker's codec must not be invisible because both sides share it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace godwit::bench {

using Buffer = std::vector<std::uint8_t>;
using Bytes = std::span<const std::uint8_t>;

constexpr std::uint32_t kMqtt5 = 5;

enum class PacketType : std::uint8_t {
  kConnect = 1,
  kConnack = 2,
  kPublish = 3,
  kPuback = 4,
  kPubrec = 5,
  kPubrel = 6,
  kPubcomp = 7,
  kSubscribe = 8,
  kSuback = 9,
  kPingreq = 12,
  kPingresp = 13,
  kDisconnect = 14,
};

struct Frame {
  std::uint8_t header = 0;
  Bytes body;
  std::size_t size = 0;  // Of the whole packet.

  [[nodiscard]] PacketType type() const { return static_cast<PacketType>(header >> 4); }
};

enum class FrameStatus { kComplete, kIncomplete, kMalformed };

// Cuts the first packet off `input`.
FrameStatus next_frame(Bytes input, Frame& frame);

// ---- Packets read. Each returns false when the bytes are not such a packet.

struct Connack {
  std::uint8_t reason = 0;
  std::uint16_t receive_maximum = 65535;
};
bool parse_connack(const Frame& frame, std::uint32_t protocol, Connack& connack);

struct Publish {
  std::uint8_t qos = 0;
  bool duplicate = false;
  bool retain = false;
  std::uint16_t packet_id = 0;
  Bytes payload;
};
bool parse_publish(const Frame& frame, std::uint32_t protocol, Publish& publish);

struct Ack {
  std::uint16_t packet_id = 0;
  std::uint8_t reason = 0;  // From 0x80 on it is an error.
};
bool parse_ack(const Frame& frame, Ack& ack);

// Counts the refused filters of a SUBACK.
bool parse_suback(const Frame& frame, std::uint32_t protocol, std::uint32_t& refused);

// ---- Packets written, appended to a buffer.

struct ConnectFields {
  std::uint32_t protocol = 4;
  std::string_view client_id;
  std::string_view user;  // Empty: neither user name nor password is sent.
  std::string_view password;
};
void append_connect(Buffer& out, const ConnectFields& fields);

struct SubscribeFields {
  std::uint32_t protocol = 4;
  std::uint16_t packet_id = 0;
  std::uint8_t qos = 0;
  std::span<const std::string> filters;
};
void append_subscribe(Buffer& out, const SubscribeFields& fields);

struct PublishFields {
  std::uint32_t protocol = 4;
  std::uint8_t qos = 0;
  bool retain = false;
  std::uint16_t packet_id = 0;  // Not used at QoS 0.
  std::string_view topic;
  std::uint32_t payload_bytes = 0;
};
// Appends a PUBLISH with an empty payload of the wanted size and returns where to write it; the
// place is valid until the buffer changes again.
std::uint8_t* append_publish(Buffer& out, const PublishFields& fields);

// PUBACK, PUBREC, PUBREL or PUBCOMP of a packet id, without a reason.
void append_ack(Buffer& out, PacketType type, std::uint16_t packet_id);

// PINGREQ or DISCONNECT.
void append_empty(Buffer& out, PacketType type);

// ---- What every payload begins with: enough to recognise it at the receiver.

struct Stamp {
  std::uint32_t stream = 0;
  std::uint32_t sequence = 0;
  std::uint64_t sent_ns = 0;
};
constexpr std::uint32_t kStampBytes = 16;
void write_stamp(std::uint8_t* payload, const Stamp& stamp);
bool read_stamp(Bytes payload, Stamp& stamp);

}  // namespace godwit::bench
