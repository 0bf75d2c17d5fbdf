// What a simulated client does with packets that come, and what it checks of them.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/front/simulated_client.h"

namespace godwit::simulation {

using mqtt::PacketId;
using mqtt::PacketType;
using mqtt::Qos;
using mqtt::ReasonCode;
using std::chrono::seconds;

void SimulatedClient::take(bool eager) {
  EXPECT_FALSE(connection_->closed) << "c" << number_ << " was closed";
  while (connection_ != nullptr && !connection_->packets.empty()) {
    const testkit::ReceivedPacket received = std::move(connection_->packets.front());
    connection_->packets.pop_front();
    std::visit([&](const auto& packet) { on(packet); }, received.packet);
  }
  while (connection_ != nullptr && !acks_due_.empty() && (eager || chance(3) == 0)) {
    connection_->push(acks_due_.front());
    if (acks_due_.front().type != PacketType::kPubrec) {
      unacknowledged_.erase(acks_due_.front().packet_id.value());
    }
    acks_due_.pop_front();
  }
}

void SimulatedClient::check_session_present(bool present) const {
  if (clean_start_asked_) {
    EXPECT_FALSE(present);
    return;
  }
  const auto interval = *spec_.session_expiry_seconds;
  const Instant now = run_->world.now();
  const bool must_live =
      session_exists_ && (interval == UINT32_MAX || now < away_from_ + seconds(interval));
  // The CONNECT was heard some time between its sending and now.
  const bool must_be_over =
      !session_exists_ || (interval != UINT32_MAX && away_until_ != kNever &&
                           connect_sent_ > away_until_ + seconds(interval + 1));
  EXPECT_TRUE(present || !must_live) << "the session of c" << number_ << " was lost";
  EXPECT_FALSE(present && must_be_over) << "the session of c" << number_ << " should have ended";
}

void SimulatedClient::on(const mqtt::Connack& connack) {
  EXPECT_EQ(connack.reason_code, ReasonCode::kSuccess);
  EXPECT_EQ(stage_, Stage::kConnecting);
  check_session_present(connack.session_present);
  if (!connack.session_present) {
    forget_session();
  }
  stage_ = Stage::kOnline;
  session_exists_ = true;
  session_is_unsure_ = false;
  resend();
}

void SimulatedClient::resend() {
  for (const std::uint16_t id : outgoing_order_) {
    const auto found = outgoing_.find(id);
    if (found == outgoing_.end()) {
      continue;
    }
    if (found->second.released) {
      connection_->push(testkit::make_ack(PacketType::kPubrel, PacketId(id)));
    } else {
      send_publish(id, found->second.message, true);
    }
  }
}

void SimulatedClient::on(const mqtt::Suback& suback) {
  EXPECT_LE(std::to_integer<int>(suback.reason_codes[0]), 2);
  const auto due = subacks_due_.find(suback.packet_id.value());
  if (due == subacks_due_.end()) {
    return;
  }
  subscriptions_[due->second].confirmed = true;
  subacks_due_.erase(due);
}

void SimulatedClient::on(const mqtt::PublishAck& ack) {
  const std::uint16_t id = ack.packet_id.value();
  if (ack.type == PacketType::kPubrel) {
    received_qos2_.erase(id);
    acks_due_.push_back(testkit::make_ack(PacketType::kPubcomp, ack.packet_id));
    return;
  }
  const auto found = outgoing_.find(id);
  if (found == outgoing_.end()) {
    // Only the answer to a repeated PUBREL may come for something that is over.
    EXPECT_EQ(ack.type, PacketType::kPubcomp);
    return;
  }
  Message& message = run_->messages[found->second.message];
  EXPECT_EQ(message.qos == Qos::kAtLeastOnce, ack.type == PacketType::kPuback);
  message.taken = true;
  if (ack.type == PacketType::kPubrec) {
    EXPECT_EQ(ack.reason_code, ReasonCode::kSuccess);
    found->second.released = true;
    connection_->push(testkit::make_ack(PacketType::kPubrel, ack.packet_id));
    return;
  }
  outgoing_.erase(found);
  std::erase(outgoing_order_, id);
}

void SimulatedClient::on(const mqtt::Publish& publish) {
  const std::uint16_t id = publish.packet_id.value();
  if (publish.qos == Qos::kAtMostOnce) {
    note_delivery(publish);
    return;
  }
  // MQTT-2.2.1-4, MQTT-4.4.0-1: no id is used twice, nothing is repeated, on one connection.
  EXPECT_TRUE(unacknowledged_.insert(id).second) << "id " << id << " is busy";
  EXPECT_LE(unacknowledged_.size(), spec_.receive_maximum.value_or(65'535));
  if (publish.qos == Qos::kAtLeastOnce) {
    note_delivery(publish);
    acks_due_.push_back(testkit::make_ack(PacketType::kPuback, publish.packet_id));
    return;
  }
  const bool is_new = received_qos2_.insert(id).second;
  EXPECT_TRUE(is_new || publish.dup);
  if (is_new) {
    note_delivery(publish);
  }
  acks_due_.push_back(testkit::make_ack(PacketType::kPubrec, publish.packet_id));
}

void SimulatedClient::note_delivery(const mqtt::Publish& publish) {
  const std::size_t number = std::stoul(testkit::text_of(publish));
  ASSERT_LT(number, run_->messages.size());
  const Message& message = run_->messages[number];
  EXPECT_EQ(publish.topic.text(), message.topic);
  EXPECT_LE(publish.qos, message.qos);
  const bool first_time = ++got_[number] == 1;
  if (message.retain) {
    // A stored value comes again with each SUBSCRIBE. E-040: an older one does not.
    if (publish.qos == Qos::kAtMostOnce) {
      std::size_t& last = last_kept_[message.topic];
      EXPECT_GE(number, last) << "a retained topic went back";
      last = number;
    }
    return;
  }
  if (!publish.dup) {
    EXPECT_LE(++got_first_sendings_[number], message.attempts) << "message " << number;
  }
  if (message.qos == Qos::kExactlyOnce && publish.qos == Qos::kExactlyOnce) {
    EXPECT_TRUE(first_time) << "message " << number << " came twice";
  }
  if (publish.qos == Qos::kAtMostOnce || !first_time) {
    return;
  }
  // The repeat of a message that was sent before this client subscribed is a new one to it; so is
  // that of one whose first copy a full queue has dropped.
  const bool repeated = message.attempts > 1;
  if (repeated && (!was_expected(message) || messages_were_dropped())) {
    return;
  }
  // MQTT-4.6.0-5, and more: over all topics and over QoS 1 and 2.
  const auto [last, is_first] = last_of_.try_emplace(message.publisher, number);
  EXPECT_TRUE(is_first || last->second < number) << "publisher " << message.publisher;
  last->second = number;
}

bool SimulatedClient::messages_were_dropped() const {
  return run_->world.metric("godwit_messages_dropped_total", "queue_full") > 0;
}

bool SimulatedClient::was_expected(const Message& message) const {
  return std::any_of(message.expected.begin(), message.expected.end(), [&](const auto& expected) {
    return expected.client == number_ && expected.lineage == lineage_ &&
           expected.subscription == subscription_;
  });
}

void SimulatedClient::on(const mqtt::Disconnect& disconnect) {
  ADD_FAILURE() << "c" << number_
                << " was disconnected: " << mqtt::reason_code_name(disconnect.reason_code);
}

}  // namespace godwit::simulation
