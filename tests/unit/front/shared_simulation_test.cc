// Random members of a shared group against random turns of the fronts: nothing that was
// acknowledged is lost, nothing goes to two of them (PROTOCOL P-11). Everything follows from one
// seed:
//
//   GODWIT_SIMULATION_SEEDS=1000-2000 unit_front --gtest_filter='SharedSimulation.*'

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/testkit/shorthand.h"
#include "tests/unit/front/simulation_seeds.h"

namespace godwit {
namespace {

using mqtt::PacketType;
using mqtt::Qos;
using testkit::ConnectSpec;
using testkit::FrontWorld;
using testkit::make_ack;
using testkit::make_publish;
using testkit::TestClient;

constexpr const char* kFilter = "$share/g/work/+";

struct Message {
  Qos qos;
  bool taken = false;
  std::set<std::size_t> receivers;  // Members that got it, each counted once.
};

struct Run {
  std::mt19937_64 random;
  FrontWorld world;
  std::vector<Message> messages;

  [[nodiscard]] std::uint64_t chance(std::uint64_t below) { return random() % below; }
};

class Member {
 public:
  Member(Run& run, std::size_t number) : run_(&run), number_(number) {
    // Some sessions end with their connection and hand over what they had.
    is_kept_ = run.chance(3) != 0;
    spec_ = testkit::kept_v5(is_kept_ ? UINT32_MAX : 0);
    spec_.receive_maximum = static_cast<std::uint16_t>(1 + run.chance(8));
  }

  void connect() {
    client_ = &run_->world.open(run_->chance(run_->world.thread_count()));
    client_->push_connect("m" + std::to_string(number_), spec_);
    run_->world.settle();
    const bool present = client_->expect<mqtt::Connack>().session_present;
    EXPECT_TRUE(present || !(is_kept_ && subscribed_));
    if (!present) {
      received_qos2_.clear();
      subscribe();
    }
  }

  void act() {
    if (client_ == nullptr) {
      connect();
      return;
    }
    take();
    while (!acks_.empty() && run_->chance(2) == 0) {
      acknowledge_one();
    }
    if (run_->chance(25) == 0) {
      lose();
    } else if (run_->chance(30) == 0) {
      Bytes raw;
      client_->push(testkit::make_unsubscribe(raw, kFilter));
      run_->world.settle();
      take();
      subscribe();
    }
  }

  // Everything that has come is acknowledged.
  void come_home() {
    if (client_ == nullptr) {
      connect();
    }
    take();
    while (!acks_.empty()) {
      acknowledge_one();
    }
  }
  [[nodiscard]] bool home() const {
    return client_ != nullptr && acks_.empty() && !client_->has_packets();
  }
  void leave() { client_->send(mqtt::Disconnect{}); }

 private:
  void subscribe() {
    Bytes raw;
    client_->push(testkit::make_subscribe(raw, kFilter, {.qos = Qos::kExactlyOnce}));
    subscribed_ = true;
  }

  void take() {
    while (client_->has_packets()) {
      const testkit::ReceivedPacket received = std::move(client_->packets.front());
      client_->packets.pop_front();
      if (const auto* publish = std::get_if<mqtt::Publish>(&received.packet)) {
        on_publish(*publish);
      } else if (const auto* ack = std::get_if<mqtt::PublishAck>(&received.packet)) {
        ASSERT_EQ(ack->type, PacketType::kPubrel);
        received_qos2_.erase(ack->packet_id.value());
        acks_.push_back(make_ack(PacketType::kPubcomp, ack->packet_id));
      }
    }
  }

  void on_publish(const mqtt::Publish& publish) {
    const std::size_t number = std::stoul(testkit::text_of(publish));
    ASSERT_LT(number, run_->messages.size());
    Message& message = run_->messages[number];
    EXPECT_EQ(publish.qos, message.qos);
    const std::uint16_t id = publish.packet_id.value();
    if (publish.qos == Qos::kAtLeastOnce) {
      acks_.push_back(make_ack(PacketType::kPuback, publish.packet_id));
    } else {
      acks_.push_back(make_ack(PacketType::kPubrec, publish.packet_id));
      const bool is_new = received_qos2_.insert(id).second;
      EXPECT_TRUE(is_new || publish.dup);
      if (!is_new) {
        return;
      }
      EXPECT_TRUE(message.receivers.empty()) << number << " was delivered twice";
    }
    message.receivers.insert(number_);
  }

  void acknowledge_one() {
    client_->push(acks_.front());
    acks_.pop_front();
    run_->world.step();
  }

  void lose() {
    client_->cut();
    client_ = nullptr;
    acks_.clear();
    if (!is_kept_) {
      // MQTT-4.8.2-5: what it had begun goes to nobody else. It may not have read that yet.
      received_qos2_.clear();
      subscribed_ = false;
    }
  }

  Run* run_;
  std::size_t number_;
  ConnectSpec spec_;
  bool is_kept_ = false;
  bool subscribed_ = false;
  TestClient* client_ = nullptr;
  std::deque<mqtt::PublishAck> acks_;
  std::set<std::uint16_t> received_qos2_;
};

void publish_some(Run& run, TestClient& publisher) {
  for (std::uint64_t count = run.chance(6); count > 0; --count) {
    const Qos qos = Qos(1 + run.chance(2));
    const std::size_t number = run.messages.size();
    const auto id = static_cast<std::uint16_t>(1 + number % 50);
    run.messages.push_back({.qos = qos});
    const std::string payload = std::to_string(number);
    publisher.push(make_publish("work/" + std::to_string(run.chance(4)), payload, qos, id));
    run.world.settle();
    const auto ack = publisher.find<mqtt::PublishAck>();
    run.messages[number].taken = !mqtt::is_error(ack.reason_code);
    if (qos == Qos::kExactlyOnce) {
      publisher.push(make_ack(PacketType::kPubrel, mqtt::PacketId(id)));
      run.world.settle();
      (void)publisher.find<mqtt::PublishAck>();
    }
  }
}

testkit::WorldOptions options_of(std::uint64_t seed) {
  constexpr routing::ShareStrategy kStrategies[] = {routing::ShareStrategy::kRoundRobin,
                                                    routing::ShareStrategy::kHashTopic,
                                                    routing::ShareStrategy::kHashClient};
  return {.thread_count = static_cast<std::uint16_t>(1 + seed % 3),
          .share_strategy = kStrategies[seed / 3 % 3],
          .seed = seed};
}

void run_seed(std::uint64_t seed) {
  Run run{.random = std::mt19937_64(seed), .world = FrontWorld(options_of(seed)), .messages = {}};
  // One that never leaves, so that the group never ends with what waits in it.
  TestClient& anchor = run.world.connect("anchor", testkit::kept_v5(UINT32_MAX));
  testkit::subscribe(anchor, kFilter, {.qos = Qos::kExactlyOnce});
  anchor.drop();
  TestClient& publisher = run.world.connect("publisher", ConnectSpec{});
  std::vector<Member> members;
  for (std::size_t i = 0; i < 2 + seed % 4; ++i) {
    members.emplace_back(run, i);
  }
  for (int round = 0; round < 200; ++round) {
    members[run.chance(members.size())].act();
    for (std::uint64_t steps = run.chance(8); steps > 0 && run.world.step(); --steps) {
    }
    if (run.chance(3) == 0) {
      publish_some(run, publisher);
    }
  }
  for (int round = 0; round < 2'000; ++round) {
    for (Member& member : members) {
      member.come_home();
    }
    run.world.settle();
    const bool all_home = std::all_of(members.begin(), members.end(),
                                      [](const Member& member) { return member.home(); });
    if (all_home && run.world.metric("godwit_queue_messages") == 0) {
      break;
    }
  }
  EXPECT_EQ(run.world.metric("godwit_queue_messages"), 0);
  EXPECT_EQ(run.world.metric("godwit_messages_dropped_total", "refused_by_share"), 0);
  for (std::size_t number = 0; number < run.messages.size(); ++number) {
    const Message& message = run.messages[number];
    // QoS 2 in flight to a session that ended is the one thing that reaches nobody.
    if (message.taken && message.qos == Qos::kAtLeastOnce) {
      EXPECT_FALSE(message.receivers.empty()) << "message " << number << " is lost";
    }
  }
  for (Member& member : members) {
    member.leave();
  }
}

TEST(SharedSimulation, loses_and_doubles_nothing) { testkit::for_each_seed(150, run_seed); }

}  // namespace
}  // namespace godwit
