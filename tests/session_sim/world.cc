#include "tests/session_sim/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

namespace godwit::host {
namespace {

constexpr int kLives = 6;
constexpr int kStepsPerLife = 400;
constexpr int kDrainRoundsMax = 50'000;

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
    // Queues that are long enough for several pages.
    acknowledges_one_in_ = 1 + below(4);
    start();
  }

  Outcome run() {
    subscribe_all();
    for (int life = 0; life < kLives && outcome_.violation.empty(); ++life) {
      for (int step = 0; step < kStepsPerLife && outcome_.violation.empty(); ++step) {
        this->step();
        ++outcome_.steps;
      }
      crash();
    }
    drain();
    judge();
    outcome_.acknowledged = acknowledged().size();
    return outcome_;
  }

 private:
  std::size_t below(std::size_t count) { return random_() % count; }
  void violate(const std::string& what) {
    if (outcome_.violation.empty()) {
      outcome_.violation = what;
    }
  }

  void start() {
    node_.reset();
    now_ += std::chrono::hours(1);
    node_ = std::make_unique<NodeKit>(disk_, ++life_, now_, limits_);
    if (!node_->problem().empty()) {
      violate("the start of life " + std::to_string(life_) + ": " + node_->problem());
      return;
    }
    node_->settle();
    hand_out();
  }

  // Everybody has subscribed before anything is published.
  void subscribe_all() {
    for (Client& client : clients_) {
      client.connect(node_->host(), false);
    }
    settle();
    for (Client& client : clients_) {
      client.subscribe(node_->host());
    }
    settle();
    for (const Client& client : clients_) {
      if (!client.subscribed()) {
        violate(client.name() + " cannot subscribe");
      }
    }
  }

  void step() {
    Client& client = clients_[below(clients_.size())];
    switch (below(14)) {
      case 0:
        return come_or_go(client);
      case 1:
        return publish(client, mqtt::Qos::kExactlyOnce);
      case 2:
      case 3:
        return publish(client, mqtt::Qos::kAtLeastOnce);
      case 4:
      case 5:
      case 6:
        if (below(acknowledges_one_in_) == 0) {
          client.acknowledge(node_->host());
        }
        return;
      case 7:
      case 8:
        return node_->cycle();
      case 9:
        return node_->pass(std::chrono::milliseconds(below(50)));
      default:
        node_->turn();
        hand_out();
    }
  }

  void come_or_go(Client& client) {
    Host& host = node_->host();
    if (client.connecting()) {
      return;
    }
    if (!client.connected()) {
      return client.connect(host, below(2) == 0);
    }
    switch (below(4)) {
      case 0:
        return client.disconnect(host, true);
      case 1:
        // The connection is still there when the next one comes.
        return client.connect(host, below(2) == 0);
      default:
        return client.disconnect(host, false);
    }
  }

  // "a:7" is the seventh message, of client 0 at QoS 1; "A:7" at QoS 2.
  void publish(Client& client, mqtt::Qos qos) {
    if (!client.connected()) {
      return;
    }
    const bool qos1 = qos == mqtt::Qos::kAtLeastOnce;
    const std::string payload = fmt::format(
        "{}:{}", static_cast<char>((qos1 ? 'a' : 'A') + client.thread().value()), ++numbers_);
    published_.insert(payload);
    if (qos1) {
      client.publish_qos1(node_->host(), payload);
    } else {
      client.publish_qos2(node_->host(), payload);
    }
  }

  void hand_out() {
    for (const Answers::One& one : node_->answers()) {
      clients_.at(one.to.value()).hear(one.answer, node_->host());
    }
    if (!node_->host().failure().empty()) {
      violate(node_->host().failure());
    }
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

  // Power is lost, or the process is killed and its writes are all there.
  void crash() {
    const std::size_t unsynced = disk_.store.unsynced();
    disk_.store.lose_power(below(2) == 0 ? unsynced : below(unsynced + 1));
    if (below(2) == 0) {
      disk_.markers.lose_power();
    }
    for (Client& client : clients_) {
      client.lose_connection();
    }
    start();
  }

  // All connect, and everything is brought to its end.
  void drain() {
    int quiet = 0;
    for (int round = 0; round < kDrainRoundsMax && outcome_.violation.empty(); ++round) {
      bool busy = false;
      for (Client& client : clients_) {
        if (!client.connected() && !client.connecting()) {
          client.connect(node_->host(), false);
        }
        busy = client.acknowledge(node_->host()) || busy || !client.connected() || !client.idle();
      }
      settle_once();
      quiet = busy ? 0 : quiet + 1;
      if (quiet > 30) {
        return;
      }
    }
    violate("it never ends");
  }

  void judge() {
    std::set<std::string> wills;
    for (const Client& client : clients_) {
      if (!client.complaint().empty()) {
        violate(client.complaint());
      }
      wills.insert(client.wills_due().begin(), client.wills_due().end());
      published_.insert(client.wills_due().begin(), client.wills_due().end());
      published_.insert(client.wills_unknown().begin(), client.wills_unknown().end());
    }
    for (const Client& client : clients_) {
      judge(client, wills);
    }
  }

  void judge(const Client& client, const std::set<std::string>& wills) {
    std::map<std::string, int> times;
    std::map<std::string, std::uint64_t> last;  // By publisher and QoS.
    for (const std::string& payload : client.received()) {
      const auto colon = payload.find(':');
      const std::uint64_t number = std::stoull(payload.substr(colon + 1));
      if (!published_.contains(payload)) {
        violate(fmt::format("{} got {}, which nobody said", client.name(), payload));
      }
      std::uint64_t& before = last[payload.substr(0, colon)];
      if (times[payload]++ == 0 && number < before) {
        violate(fmt::format("{} got {} after {}", client.name(), payload, before));
      }
      before = std::max(before, number);
    }
    std::set<std::string> wanted = acknowledged();
    wanted.insert(wills.begin(), wills.end());
    for (const std::string& payload : wanted) {
      if (times[payload] == 0) {
        violate(fmt::format("{} never got {}", client.name(), payload));
      }
    }
    for (const auto& [payload, count] : times) {
      const bool exactly_once = payload.front() >= 'A' && payload.front() <= 'Z';
      if (exactly_once && count > 1) {
        violate(fmt::format("{} got {} {} times", client.name(), payload, count));
      }
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
  std::size_t acknowledges_one_in_ = 1;
  std::uint8_t life_ = 0;
  Instant now_;
  Outcome outcome_;
};

}  // namespace

Outcome run_world(std::uint64_t seed) { return World(seed).run(); }

}  // namespace godwit::host
