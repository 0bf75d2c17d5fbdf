// Nothing that was acknowledged is lost, whenever the process dies or power fails: clients publish
// at QoS 1 and 2 and receive, over many lives of a node (invariants I1 to I4 of the checker).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "tests/unit/host/clients.h"

namespace godwit::host {
namespace {

class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {
    for (std::uint16_t number = 0; number < 4; ++number) {
      clients_.emplace_back(ThreadIndex(number), fmt::format("client-{}", number),
                            ShardId(static_cast<std::uint16_t>(below(kShards))));
    }
    limits_.unwritten_time_max = std::chrono::milliseconds(1 + below(200));
    limits_.entries_in_flight_max = 1 + below(4);
    limits_.entry_bytes_max = 1 + below(2000);
    start();
  }

  // Everybody has subscribed before anything is published.
  void subscribe_all() {
    for (Client& client : clients_) {
      client.connect(node_->host());
    }
    settle();
    for (Client& client : clients_) {
      client.subscribe(node_->host());
    }
    settle();
    for (const Client& client : clients_) {
      ASSERT_TRUE(client.subscribed());
    }
  }

  void step() {
    Client& client = clients_[below(clients_.size())];
    Host& host = node_->host();
    switch (below(12)) {
      case 0:
        client.connected() ? client.disconnect(host) : connect(client);
        break;
      case 1:
        client.connected() ? publish(client, mqtt::Qos::kExactlyOnce) : connect(client);
        break;
      case 2:
      case 3:
        client.connected() ? publish(client, mqtt::Qos::kAtLeastOnce) : connect(client);
        break;
      case 4:
      case 5:
      case 6:
        client.acknowledge(host);
        break;
      case 7:
      case 8:
        node_->cycle();
        break;
      case 9:
        node_->pass(std::chrono::milliseconds(below(50)));
        break;
      default:
        node_->turn();
        hand_out();
    }
  }

  // Power is lost, or the process is killed and its writes are all there.
  void crash() {
    const std::size_t unsynced = disk_.store.unsynced();
    disk_.store.lose_power(below(2) == 0 ? unsynced : below(unsynced + 1));
    if (below(2) == 0) {
      disk_.markers.lose_power();
    }
    start();
    for (Client& client : clients_) {
      client.lose_connection();
    }
  }

  // All connect, and everything is brought to its end.
  void drain() {
    for (int round = 0; round < 100'000; ++round) {
      bool busy = false;
      for (Client& client : clients_) {
        if (!client.connected() && !client.connecting()) {
          client.connect(node_->host());
        }
        busy = client.acknowledge(node_->host()) || busy || !client.connected() || !client.idle();
      }
      settle_once();
      if (!busy && quiet_++ > 20) {
        return;
      }
      quiet_ = busy ? 0 : quiet_;
    }
    ADD_FAILURE() << "it never ends";
  }

  void judge() {
    for (const Client& client : clients_) {
      ASSERT_EQ(client.complaint(), "");
      std::map<std::string, int> times;
      std::map<char, std::vector<std::uint64_t>> order;
      for (const std::string& payload : client.received()) {
        ASSERT_TRUE(published_.contains(payload)) << payload << " was never published";
        if (times[payload]++ == 0) {
          order[payload.front()].push_back(std::stoull(payload.substr(2)));
        }
      }
      for (const std::string& payload : acknowledged()) {
        ASSERT_GE(times[payload], 1) << client.name() << " never got " << payload;
      }
      for (const auto& [payload, count] : times) {
        ASSERT_TRUE(payload.front() < 'A' || payload.front() > 'Z' || count == 1)
            << client.name() << " got " << payload << " " << count << " times";
      }
      for (const auto& [publisher, numbers] : order) {
        ASSERT_TRUE(std::is_sorted(numbers.begin(), numbers.end()))
            << client.name() << " got those of " << publisher << " in another order";
      }
    }
  }

  [[nodiscard]] std::size_t acknowledged_count() const { return acknowledged().size(); }
  [[nodiscard]] const Disk& disk() const { return disk_; }

 private:
  std::size_t below(std::size_t count) { return random_() % count; }

  void start() {
    node_.reset();
    node_ = std::make_unique<NodeKit>(disk_, ++life_, now_ += std::chrono::hours(1), limits_);
    ASSERT_EQ(node_->problem(), "") << "life " << int{life_};
    node_->settle();
    hand_out();
  }
  void connect(Client& client) {
    if (!client.connecting()) {
      client.connect(node_->host());
    }
  }
  // "a:7" is the seventh of client 0 at QoS 1, "A:7" at QoS 2.
  void publish(Client& client, mqtt::Qos qos) {
    const bool qos1 = qos == mqtt::Qos::kAtLeastOnce;
    const std::string payload = fmt::format(
        "{}:{}", static_cast<char>((qos1 ? 'a' : 'A') + client.thread().value()), ++numbers_);
    published_.insert(payload);
    qos1 ? client.publish_qos1(node_->host(), payload)
         : client.publish_qos2(node_->host(), payload);
  }
  void hand_out() {
    for (const Answers::One& one : node_->answers()) {
      clients_.at(one.to.value()).hear(one.answer, node_->host());
    }
    ASSERT_EQ(node_->host().failure(), "");
  }
  void settle_once() {
    node_->turn();
    hand_out();
    node_->cycle();
    node_->pass(std::chrono::milliseconds(1));
  }
  void settle() {
    for (int round = 0; round < 6; ++round) {
      settle_once();
    }
  }
  [[nodiscard]] std::set<std::string> acknowledged() const {
    std::set<std::string> all;
    for (const Client& client : clients_) {
      all.insert(client.acknowledged().begin(), client.acknowledged().end());
    }
    return all;
  }

  std::mt19937_64 random_;
  Disk disk_;
  HostLimits limits_;
  std::unique_ptr<NodeKit> node_;
  std::vector<Client> clients_;
  std::set<std::string> published_;
  std::uint64_t numbers_ = 0;
  std::uint8_t life_ = 0;
  Instant now_;
  int quiet_ = 0;
};

TEST(Crash, loses_nothing_that_was_acknowledged) {
  std::size_t acknowledged = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    World world(seed);
    world.subscribe_all();
    for (int life = 0; life < 6; ++life) {
      for (int step = 0; step < 400; ++step) {
        world.step();
      }
      world.crash();
    }
    world.drain();
    world.judge();
    if (testing::Test::HasFatalFailure() || testing::Test::HasNonfatalFailure()) {
      return;
    }
    acknowledged += world.acknowledged_count();
  }
  // Else it has proved little.
  EXPECT_GT(acknowledged, 60 * 50);
}

}  // namespace
}  // namespace godwit::host
