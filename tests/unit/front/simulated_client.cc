#include "tests/unit/front/simulated_client.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

namespace godwit::simulation {

using mqtt::Qos;
using std::chrono::seconds;

Run::Run(std::uint64_t seed, const testkit::WorldOptions& options) : random(seed), world(options) {
  const std::size_t count = 3 + random() % 4;
  for (std::size_t i = 0; i < count; ++i) {
    clients.emplace_back(*this, i);
  }
}

SimulatedClient::SimulatedClient(Run& run, std::size_t number) : run_(&run), number_(number) {
  constexpr std::uint32_t kIntervals[] = {0, 5, 60, UINT32_MAX};
  if (chance(3) == 0) {
    spec_.version = mqtt::ProtocolVersion::k3_1_1;
    spec_.session_expiry_seconds = UINT32_MAX;
    spec_.clean_start = false;
  } else {
    spec_.session_expiry_seconds = kIntervals[chance(4)];
    if (chance(3) == 0) {
      spec_.receive_maximum = static_cast<std::uint16_t>(1 + chance(5));
    }
  }
}

std::uint64_t SimulatedClient::chance(std::uint64_t below) { return run_->random() % below; }

void SimulatedClient::act() {
  if (stage_ == Stage::kAway) {
    if (chance(3) == 0) {
      connect(chance(8) == 0);
    }
    return;
  }
  take(false);
  if (stage_ == Stage::kConnecting) {
    if (chance(20) == 0) {
      lose_connection();
    }
    return;
  }
  if (stage_ != Stage::kOnline) {
    return;
  }
  const std::uint64_t what = chance(100);
  if (what < 60) {
    publish();
  } else if (what < 70) {
    subscribe();
  } else if (what < 72) {
    unsubscribe();
  } else if (what < 76) {
    lose_connection();
  } else if (what < 77) {
    disconnect();
  } else if (what < 79) {
    connect(chance(8) == 0);  // Takes over from itself.
  } else if (what < 85) {
    connection_->reads_bytes_max = chance(3) == 0 ? 0 : 10 + chance(1'000);
  }
}

void SimulatedClient::connect(bool clean_start) {
  if (stage_ == Stage::kOnline) {
    lose_connection();
  }
  // MQTT-3.2.2-4: who has given up its own state must not take up the broker's.
  clean_start = clean_start || session_is_unsure_;
  // The broker may have heard of the loss, or finds the old connection still there.
  spec_.clean_start = clean_start_asked_ = clean_start;
  if (!mqtt::is_v5(spec_.version)) {
    spec_.session_expiry_seconds = clean_start ? 0 : UINT32_MAX;
  }
  connect_sent_ = run_->world.now();
  connection_ = &run_->world.open(chance(run_->world.thread_count()));
  connection_->push_connect("c" + std::to_string(number_), spec_);
  stage_ = Stage::kConnecting;
}

void SimulatedClient::lose_connection() {
  const Instant now = run_->world.now();
  // A CONNECT that was perhaps not heard starts no clock: if the broker has not noticed an earlier
  // loss either, that connection still keeps the session.
  if (stage_ != Stage::kConnecting || away_until_ != kNever) {
    away_until_ = now;
  }
  if (stage_ == Stage::kConnecting) {
    // Maybe it was heard: then a session that had to be replaced is gone.
    const auto interval = *spec_.session_expiry_seconds;
    if (clean_start_asked_ || !session_exists_ ||
        (interval != UINT32_MAX && now >= away_from_ + seconds(interval))) {
      forget_session();
      session_is_unsure_ = true;
    }
    connection_->cut();
    // Else its CONNECT might come behind the next one and end that connection.
    run_->world.settle();
  } else {
    away_from_ = now;
    if (chance(2) == 0) {
      connection_->cut();
    } else {
      // The broker does not know; it still sends, and no clock runs.
      away_until_ = kNever;
    }
  }
  connection_ = nullptr;
  stage_ = Stage::kAway;
  acks_due_.clear();
  unacknowledged_.clear();
  subacks_due_.clear();
  if (spec_.session_expiry_seconds == 0U && !session_is_unsure_) {
    session_exists_ = false;
  }
}

void SimulatedClient::disconnect() {
  connection_->push(mqtt::Disconnect{});
  lose_connection();
}

void SimulatedClient::leave() {
  if (stage_ == Stage::kOnline) {
    disconnect();
  }
}

bool SimulatedClient::home() const {
  return stage_ == Stage::kOnline && acks_due_.empty() && connection_->packets.empty() &&
         outgoing_.empty() && subacks_due_.empty();
}

void SimulatedClient::come_home() {
  if (stage_ == Stage::kAway) {
    connect(false);
  }
  connection_->reads_bytes_max = std::numeric_limits<std::size_t>::max();
  take(true);
}

void SimulatedClient::forget_session() {
  ++lineage_;
  session_exists_ = false;
  subscriptions_.clear();
  outgoing_.clear();
  outgoing_order_.clear();
  received_qos2_.clear();
  last_of_.clear();
  last_kept_.clear();
}

std::uint16_t SimulatedClient::free_id() {
  do {
    last_id_ = static_cast<std::uint16_t>(last_id_ % 30 + 1);
  } while (outgoing_.contains(last_id_));
  return last_id_;
}

void SimulatedClient::publish() {
  const bool retain = chance(5) == 0;
  // Retained ones at QoS 2, so that a repeat does not bring an old value back to life.
  const Qos qos = retain ? Qos::kExactlyOnce : Qos(chance(3));
  if (qos != Qos::kAtMostOnce && outgoing_.size() >= 20) {
    return;
  }
  const std::string topic =
      retain ? "r/" + std::to_string(number_) : "t/" + std::to_string(chance(3));
  const std::size_t message = run_->messages.size();
  run_->messages.push_back({number_, topic, qos, retain});
  if (qos != Qos::kAtMostOnce) {
    for (std::size_t i = 0; i < run_->clients.size(); ++i) {
      const SimulatedClient& client = run_->clients[i];
      if (client.waits_for(mqtt::TopicName::from_checked(topic))) {
        run_->messages[message].expected.push_back({i, client.lineage(), client.subscription()});
      }
    }
  }
  std::uint16_t id = 0;
  if (qos != Qos::kAtMostOnce) {
    id = free_id();
    outgoing_[id] = {message};
    outgoing_order_.push_back(id);
  }
  send_publish(id, message, false);
}

void SimulatedClient::send_publish(std::uint16_t id, std::size_t number, bool dup) {
  Message& message = run_->messages[number];
  ++message.attempts;
  const std::string payload = std::to_string(number);
  mqtt::Publish packet =
      testkit::make_publish(message.topic, payload, message.qos, id, message.retain);
  packet.dup = dup;
  connection_->push(packet);
}

void SimulatedClient::subscribe() {
  constexpr const char* kFilters[] = {"t/0", "t/1", "t/+", "#", "r/#"};
  const std::string filter = kFilters[chance(5)];
  const bool kept = filter == "r/#";
  const Qos qos = kept ? Qos::kAtMostOnce : Qos(1 + chance(2));
  const std::uint16_t id = static_cast<std::uint16_t>(100 + chance(1'000));
  if (subacks_due_.contains(id)) {
    return;
  }
  Bytes raw;
  connection_->push(testkit::make_subscribe(raw, filter, {.qos = qos}, id));
  subacks_due_[id] = filter;
  Subscription& subscription = subscriptions_[filter];
  subscription.qos = qos;
}

void SimulatedClient::unsubscribe() {
  if (subscriptions_.empty()) {
    return;
  }
  const auto which =
      std::next(subscriptions_.begin(), static_cast<std::ptrdiff_t>(chance(subscriptions_.size())));
  Bytes raw;
  connection_->push(testkit::make_unsubscribe(raw, which->first, 7));
  // SUBACKs still to come do not bring it back.
  std::erase_if(subacks_due_, [&](const auto& due) { return due.second == which->first; });
  subscriptions_.erase(which);
  ++subscription_;
}

bool SimulatedClient::waits_for(mqtt::TopicName topic) const {
  return std::any_of(subscriptions_.begin(), subscriptions_.end(), [&](const auto& entry) {
    return entry.second.confirmed && entry.second.qos != Qos::kAtMostOnce &&
           mqtt::matches(mqtt::TopicFilter::from_checked(entry.first), topic);
  });
}

}  // namespace godwit::simulation
