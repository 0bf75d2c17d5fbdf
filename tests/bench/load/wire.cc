#include "tests/bench/load/wire.h"

#include <cstring>

namespace godwit::bench {
namespace {

constexpr std::size_t kLengthBytesMax = 4;

void append_u16(Buffer& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

void append_text(Buffer& out, std::string_view text) {
  append_u16(out, text.size());
  out.insert(out.end(), text.begin(), text.end());
}

void append_length(Buffer& out, std::size_t value) {
  do {
    const auto digit = static_cast<std::uint8_t>(value & 0x7F);
    value >>= 7;
    out.push_back(value != 0 ? digit | 0x80 : digit);
  } while (value != 0);
}

std::uint8_t header_of(PacketType type, unsigned flags) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(type) << 4 | flags);
}

// Walks through a packet; a read past the end makes it fail for good.
class Cursor {
 public:
  explicit Cursor(Bytes bytes) : rest_(bytes) {}

  std::uint8_t u8() {
    const Bytes taken = take(1);
    return taken.empty() ? std::uint8_t{0} : taken[0];
  }
  std::uint16_t u16() {
    const Bytes taken = take(2);
    return taken.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>(taken[0] << 8 | taken[1]);
  }
  std::size_t length() {
    std::size_t value = 0;
    for (unsigned i = 0; i < kLengthBytesMax; ++i) {
      const std::uint8_t digit = u8();
      value |= static_cast<std::size_t>(digit & 0x7F) << (7 * i);
      if ((digit & 0x80) == 0) {
        return value;
      }
    }
    failed_ = true;
    return 0;
  }
  Bytes take(std::size_t size) {
    if (failed_ || size > rest_.size()) {
      failed_ = true;
      return {};
    }
    const Bytes taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  [[nodiscard]] Bytes rest() const { return failed_ ? Bytes{} : rest_; }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  Bytes rest_;
  bool failed_ = false;
};

// The value sizes of the properties a CONNACK may carry (MQTT 5, 2.2.2.2), texts aside.
std::size_t fixed_size_of_property(std::uint8_t id) {
  switch (id) {
    case 0x11:  // Session Expiry Interval
    case 0x27:  // Maximum Packet Size
      return 4;
    case 0x13:  // Server Keep Alive
    case 0x21:  // Receive Maximum
    case 0x22:  // Topic Alias Maximum
      return 2;
    case 0x24:  // Maximum QoS
    case 0x25:  // Retain Available
    case 0x28:  // Wildcard Subscription Available
    case 0x29:  // Subscription Identifier Available
    case 0x2A:  // Shared Subscription Available
      return 1;
    default:
      return 0;
  }
}

constexpr std::uint8_t kReceiveMaximum = 0x21;
constexpr std::uint8_t kUserProperty = 0x26;

bool read_connack_properties(Bytes bytes, Connack& connack) {
  Cursor cursor(bytes);
  while (!cursor.rest().empty()) {
    const std::uint8_t id = cursor.u8();
    if (id == kReceiveMaximum) {
      connack.receive_maximum = cursor.u16();
    } else if (const std::size_t size = fixed_size_of_property(id); size > 0) {
      cursor.take(size);
    } else {
      cursor.take(cursor.u16());
      if (id == kUserProperty) {
        cursor.take(cursor.u16());
      }
    }
  }
  return !cursor.failed();
}

}  // namespace

FrameStatus next_frame(Bytes input, Frame& frame) {
  if (input.size() < 2) {
    return FrameStatus::kIncomplete;
  }
  std::size_t length = 0;
  std::size_t at = 1;
  for (unsigned shift = 0;; shift += 7) {
    if (at > kLengthBytesMax) {
      return FrameStatus::kMalformed;
    }
    if (at == input.size()) {
      return FrameStatus::kIncomplete;
    }
    const std::uint8_t digit = input[at++];
    length |= static_cast<std::size_t>(digit & 0x7F) << shift;
    if ((digit & 0x80) == 0) {
      break;
    }
  }
  if (input.size() - at < length) {
    return FrameStatus::kIncomplete;
  }
  frame.header = input[0];
  frame.body = input.subspan(at, length);
  frame.size = at + length;
  return FrameStatus::kComplete;
}

bool parse_connack(const Frame& frame, std::uint32_t protocol, Connack& connack) {
  Cursor cursor(frame.body);
  cursor.u8();  // Session present.
  connack.reason = cursor.u8();
  if (protocol == kMqtt5 && !cursor.rest().empty()) {
    const std::size_t size = cursor.length();
    if (!read_connack_properties(cursor.take(size), connack)) {
      return false;
    }
  }
  return !cursor.failed();
}

bool parse_publish(const Frame& frame, std::uint32_t protocol, Publish& publish) {
  Cursor cursor(frame.body);
  publish.qos = (frame.header >> 1) & 3;
  publish.duplicate = (frame.header & 8) != 0;
  publish.retain = (frame.header & 1) != 0;
  cursor.take(cursor.u16());
  publish.packet_id = publish.qos > 0 ? cursor.u16() : std::uint16_t{0};
  if (protocol == kMqtt5) {
    cursor.take(cursor.length());
  }
  publish.payload = cursor.rest();
  return !cursor.failed() && publish.qos <= 2;
}

bool parse_ack(const Frame& frame, Ack& ack) {
  Cursor cursor(frame.body);
  ack.packet_id = cursor.u16();
  ack.reason = cursor.rest().empty() ? std::uint8_t{0} : cursor.u8();
  return !cursor.failed();
}

bool parse_suback(const Frame& frame, std::uint32_t protocol, std::uint32_t& refused) {
  Cursor cursor(frame.body);
  cursor.u16();
  if (protocol == kMqtt5) {
    cursor.take(cursor.length());
  }
  for (const std::uint8_t reason : cursor.rest()) {
    refused += reason >= 0x80 ? 1 : 0;
  }
  return !cursor.failed();
}

void append_connect(Buffer& out, const ConnectFields& fields) {
  const bool named = !fields.user.empty();
  Buffer body;
  append_text(body, "MQTT");
  body.push_back(static_cast<std::uint8_t>(fields.protocol));
  // Clean start; with a user name also the flags of user name and password.
  body.push_back(named ? 0xC2 : 0x02);
  append_u16(body, 0);  // No keep alive: the runs are short and a ping would be noise.
  if (fields.protocol == kMqtt5) {
    append_length(body, 0);
  }
  append_text(body, fields.client_id);
  if (named) {
    append_text(body, fields.user);
    append_text(body, fields.password);
  }
  out.push_back(header_of(PacketType::kConnect, 0));
  append_length(out, body.size());
  out.insert(out.end(), body.begin(), body.end());
}

void append_subscribe(Buffer& out, const SubscribeFields& fields) {
  Buffer body;
  append_u16(body, fields.packet_id);
  if (fields.protocol == kMqtt5) {
    append_length(body, 0);
  }
  for (const std::string& filter : fields.filters) {
    append_text(body, filter);
    body.push_back(fields.qos);
  }
  out.push_back(header_of(PacketType::kSubscribe, 2));
  append_length(out, body.size());
  out.insert(out.end(), body.begin(), body.end());
}

std::uint8_t* append_publish(Buffer& out, const PublishFields& fields) {
  const std::size_t id_bytes = fields.qos > 0 ? 2 : 0;
  const std::size_t property_bytes = fields.protocol == kMqtt5 ? 1 : 0;
  const unsigned flags = static_cast<unsigned>(fields.qos) << 1 | (fields.retain ? 1U : 0U);
  out.push_back(header_of(PacketType::kPublish, flags));
  append_length(out, 2 + fields.topic.size() + id_bytes + property_bytes + fields.payload_bytes);
  append_text(out, fields.topic);
  if (id_bytes > 0) {
    append_u16(out, fields.packet_id);
  }
  if (property_bytes > 0) {
    append_length(out, 0);
  }
  const std::size_t at = out.size();
  out.resize(at + fields.payload_bytes);
  return out.data() + at;
}

void append_ack(Buffer& out, PacketType type, std::uint16_t packet_id) {
  out.push_back(header_of(type, type == PacketType::kPubrel ? 2 : 0));
  out.push_back(2);
  append_u16(out, packet_id);
}

void append_empty(Buffer& out, PacketType type) {
  out.push_back(header_of(type, 0));
  out.push_back(0);
}

void write_stamp(std::uint8_t* payload, const Stamp& stamp) {
  std::memcpy(payload, &stamp, kStampBytes);
}

bool read_stamp(Bytes payload, Stamp& stamp) {
  static_assert(sizeof(Stamp) == kStampBytes);
  if (payload.size() < kStampBytes) {
    return false;
  }
  std::memcpy(&stamp, payload.data(), kStampBytes);
  return true;
}

}  // namespace godwit::bench
