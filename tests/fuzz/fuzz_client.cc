// A client and a server that says anything, cut anywhere, over several connections: whatever comes,
// the client says only what a client may, keeps its bounds, and after the end says nothing.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "broker/client/client.h"
#include "broker/mqtt/decoder.h"
#include "tests/fuzz/script.h"

namespace godwit::fuzz {
namespace {

constexpr std::uint16_t kInFlightMax = 3;
constexpr std::size_t kRequestsMax = 2;
constexpr std::uint32_t kPacketMax = 300;

client::ClientSettings settings_from(std::uint8_t choice) {
  client::ClientSettings settings;
  const bool is_v5 = (choice & 1U) == 0;
  const bool kept = (choice & 2U) != 0;
  settings.client_id = "c";
  settings.version = is_v5 ? mqtt::ProtocolVersion::k5_0 : mqtt::ProtocolVersion::k3_1_1;
  settings.clean_start = is_v5 || !kept;
  settings.session_expiry_seconds = is_v5 && kept ? 100 : 0;
  settings.adopts_session = (choice & 4U) != 0;
  settings.limits.in_flight_max = kInFlightMax;
  settings.limits.receive_maximum = 2;
  settings.limits.requests_max = kRequestsMax;
  settings.limits.codec.maximum_packet_size = kPacketMax;
  return settings;
}

// Counts what it is told; walks what it is shown.
class Listener : public client::ClientEvents {
 public:
  void connected(const client::Connected& connected) override { walk(connected.properties); }
  void refused(const client::Refusal& refusal) override {
    CHECK(is_error(refusal.reason));
    ++endings;
  }
  void message(const mqtt::Publish& message) override {
    CHECK(!message.topic.empty() && message.topic_alias == 0);
    walk(message.properties);
  }
  void published(mqtt::PacketId id, mqtt::ReasonCode) override { CHECK(id != mqtt::kNoPacketId); }
  void discarded(mqtt::PacketId id) override { CHECK(id != mqtt::kNoPacketId); }
  void subscribed(mqtt::PacketId, ByteView codes) override { CHECK(codes.size() == 1); }
  void unsubscribed(mqtt::PacketId, ByteView codes) override { CHECK(codes.size() <= 1); }
  void disconnected(const client::Ending& ending) override {
    CHECK(ending.by != client::EndedBy::kBadPacket || !ending.text.empty());
    ++endings;
  }

  int endings = 0;  // Of this connection.

 private:
  static void walk(mqtt::PropertiesView properties) {
    auto list = properties.walk();
    mqtt::Property property;
    while (list.next(property)) {
    }
  }
};

class Player {
 public:
  explicit Player(ByteView input)
      : script_(input), settings_(settings_from(script_.byte())), client_(settings_) {}

  void play() {
    client_.connect(now_);
    while (!script_.empty()) {
      step();
      look();
    }
  }

 private:
  void step() {
    constexpr std::array<const char*, 3> kFilters{"a", "a/#", "$share/g/a"};
    switch (script_.choice(7)) {
      case 0:
      case 1:
        return feed(script_.some_bytes());
      case 2:
        return publish();
      case 3: {
        const mqtt::FilterRequest request{
            mqtt::TopicFilter::from_checked(kFilters[script_.choice(3)]), {}};
        return note(client_.subscribe({&request, 1}, script_.choice(2), now_));
      }
      case 4: {
        const mqtt::TopicFilter filter = mqtt::TopicFilter::from_checked("a");
        return note(client_.unsubscribe({&filter, 1}, now_));
      }
      case 5:
        now_ += std::chrono::seconds(script_.byte());
        return client_.tick(now_, listener_);
      default:
        return reconnect();
    }
  }

  void feed(ByteView bytes) {
    append(unread_, bytes);
    const std::size_t used = client_.receive(unread_, now_, listener_);
    CHECK(used <= unread_.size());
    unread_.erase(unread_.begin(), unread_.begin() + static_cast<std::ptrdiff_t>(used));
    CHECK(unread_.size() < kPacketMax);
  }

  void publish() {
    const std::uint8_t choice = script_.byte();
    note(client_.publish({.topic = mqtt::TopicName::from_checked("a"),
                          .payload = script_.some_bytes(),
                          .properties = {},
                          .message_expiry_interval = std::nullopt,
                          .qos = static_cast<mqtt::Qos>(choice % 3),
                          .retain = (choice & 0x80U) != 0},
                         now_));
  }

  // Refused or not, it is as the client's state says.
  void note(const Result<mqtt::PacketId, client::RequestError>& result) {
    if (!client_.online()) {
      CHECK(!result && result.error() == client::RequestError::kOffline);
    }
  }

  void reconnect() {
    if (script_.choice(2) == 0) {
      client_.disconnect();
    } else {
      client_.lost(listener_);
    }
    look();
    CHECK(listener_.endings <= 1);
    listener_.endings = 0;
    unread_.clear();
    said_connect_ = said_disconnect_ = false;
    client_.connect(now_);
  }

  // What it says is what a client of this version may say, in an order that a client may.
  void look() {
    const mqtt::DecodeContext context{.version = settings_.version,
                                      .sender = mqtt::Sender::kClient};
    const Bytes bytes(client_.output().begin(), client_.output().end());
    client_.sent(bytes.size(), now_);
    ByteView rest(bytes);
    while (!rest.empty()) {
      const auto frame = mqtt::next_frame(rest, mqtt::kPacketSizeCeiling);
      CHECK(frame && frame->has_value());
      CHECK(mqtt::decode_packet(**frame, context).has_value());
      CHECK(said_connect_ == ((*frame)->type != mqtt::PacketType::kConnect));
      CHECK(!said_disconnect_);
      said_connect_ = true;
      said_disconnect_ = (*frame)->type == mqtt::PacketType::kDisconnect;
      rest = rest.subspan((*frame)->bytes.size());
    }
    CHECK(client_.open() || client_.next_deadline() == kNever);
    CHECK(listener_.endings <= 1);
  }

  Script script_;
  client::ClientSettings settings_;
  client::Client client_;
  Listener listener_;
  Instant now_{};
  Bytes unread_;
  bool said_connect_ = false;
  bool said_disconnect_ = false;
};

}  // namespace
}  // namespace godwit::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  godwit::fuzz::Player({reinterpret_cast<const std::byte*>(data), size}).play();
  return 0;
}
