// Shorthand for tests: packets in one line, and the questions that are asked again and again.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "tests/testkit/front_world.h"

namespace godwit::testkit {

// To loop over: threads, packet ids.
using Numbers = std::initializer_list<std::uint16_t>;

[[nodiscard]] Bytes bytes(std::initializer_list<int> values);
[[nodiscard]] mqtt::Publish make_publish(std::string_view topic, std::string_view payload,
                                         mqtt::Qos qos = mqtt::Qos::kAtMostOnce,
                                         std::uint16_t packet_id = 0, bool retain = false);
[[nodiscard]] mqtt::PublishAck make_ack(mqtt::PacketType type, mqtt::PacketId id,
                                        mqtt::ReasonCode reason_code = mqtt::ReasonCode::kSuccess);
// SUBSCRIBE with one filter; `raw` holds its bytes.
[[nodiscard]] mqtt::Subscribe make_subscribe(Bytes& raw, std::string_view filter,
                                             mqtt::SubscriptionOptions options = {},
                                             std::uint16_t packet_id = 1);
// Sends SUBSCRIBE with one filter and returns the SUBACK's code.
mqtt::ReasonCode subscribe(TestClient& client, std::string_view filter,
                           mqtt::SubscriptionOptions options = {});
mqtt::Unsubscribe make_unsubscribe(Bytes& raw, std::string_view filter,
                                   std::uint16_t packet_id = 1);
// Sends UNSUBSCRIBE with one filter and expects UNSUBACK.
void unsubscribe(TestClient& client, std::string_view filter);
[[nodiscard]] std::string text_of(const mqtt::Publish& publish);  // The payload.
[[nodiscard]] std::vector<std::string> texts_of(const std::vector<mqtt::Publish>& publishes);
// Nobody is connected and no session is left: every gauge of what they hold is at 0.
void expect_gauges_at_zero(const FrontWorld& world);

}  // namespace godwit::testkit
