// What a client does, as values: the player draws them, the model foretells what follows, and the
// core gets them as bytes.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "broker/mqtt/packet.h"
#include "tests/model/vocabulary.h"

namespace godwit::model {

inline constexpr std::uint32_t kSessionNeverExpires = UINT32_MAX;

struct WillAction {
  TopicIndex topic = 0;
  std::uint32_t number = 0;
  mqtt::Qos qos{};
  bool retain = false;
  std::uint32_t delay_seconds = 0;
  std::optional<std::uint32_t> expiry_seconds;
};

struct ConnectAction {
  std::size_t client = 0;
  mqtt::ProtocolVersion version = mqtt::ProtocolVersion::k5_0;
  bool clean_start = false;
  std::uint32_t session_expiry_seconds = 0;  // Of 5.0.
  std::uint16_t keep_alive_seconds = 0;
  std::uint16_t receive_maximum = UINT16_MAX;  // Of 5.0.
  std::uint16_t topic_alias_maximum = 0;       // Of 5.0.
  std::optional<WillAction> will;
};

struct PublishAction {
  TopicIndex topic = 0;
  std::uint32_t number = 0;  // 0: no payload.
  mqtt::Qos qos{};
  bool retain = false;
  bool dup = false;
  std::uint16_t packet_id = 0;
  std::uint16_t topic_alias = 0;  // 0: none.
  bool topic_is_left_out = false;
  std::optional<std::uint32_t> expiry_seconds;
};

struct SubscribeAction {
  FilterIndex filter = 0;
  std::uint16_t packet_id = 0;
  mqtt::Qos qos{};
  bool no_local = false;
  bool retain_as_published = false;
  mqtt::RetainHandling retain_handling{};
  std::uint8_t identifier = 0;  // 1 to 7; 0: none.
};

}  // namespace godwit::model
