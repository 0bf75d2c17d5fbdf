// One random trace: what two to four clients do, told to the core and to the reference, which have
// to agree after every step on every packet that every connection hears.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/timer_wheel.h"
#include "tests/model/actions.h"
#include "tests/model/core.h"
#include "tests/model/reference.h"

namespace godwit::model {

class Trace {
 public:
  // `tell` hears each step in words; it may be empty.
  using Tell = std::function<void(const std::string&)>;
  Trace(std::uint64_t seed, Tell tell);

  // What the two first disagree on; none if they never do.
  [[nodiscard]] std::optional<std::string> play();
  // Packets that clients have sent.
  [[nodiscard]] std::size_t packet_count() const { return packet_count_; }

 private:
  // What a client remembers itself.
  struct Client {
    mqtt::ProtocolVersion version = mqtt::ProtocolVersion::k5_0;
    std::map<std::uint16_t, PublishAction> opened;  // QoS 2, not yet released; of its session.
    std::vector<TopicIndex> aliases;                // Of its connection, from 1 on.
  };

  void act();
  void act_online(std::size_t client);
  void connect(std::size_t client, bool to_the_end = false);
  void lose(std::size_t client);
  void leave(std::size_t client);
  void publish(std::size_t client);
  void repeat_qos2(std::size_t client);
  void release(std::size_t client);
  void acknowledge(std::size_t client);
  void acknowledge_wrongly(std::size_t client);
  void subscribe(std::size_t client);
  void unsubscribe(std::size_t client);
  void ping(std::size_t client);
  void wait(Duration duration);
  void settle_accounts();
  void end_all();

  void send_publish(std::size_t client, const PublishAction& publish);
  void send_ack(std::size_t client, mqtt::PacketType type, std::uint16_t id, bool refused);
  void draw_alias(Client& client, PublishAction& publish);
  [[nodiscard]] WillAction draw_will(bool v5);
  // To the core, before the reference hears of it.
  void send(std::size_t client);
  void compare();
  void compare(std::size_t connection);
  void say(const std::string& step) const;

  [[nodiscard]] std::uint32_t chance(std::uint32_t below) {
    return static_cast<std::uint32_t>(random_() % below);
  }
  [[nodiscard]] mqtt::Qos draw_qos() { return mqtt::Qos(chance(3)); }
  [[nodiscard]] TopicIndex draw_topic() { return static_cast<TopicIndex>(chance(kTopics.size())); }

  std::minstd_rand random_;
  Tell tell_;
  ReferenceLimits limits_;
  std::vector<Client> clients_;
  Core core_;
  Reference reference_;
  std::uint32_t next_number_ = 1;
  std::uint16_t next_id_ = 1'000;
  std::size_t packet_count_ = 0;
  Bytes bytes_;
  bool is_open_ = false;  // Two deadlines came together: nobody owes an order, so it ends here.
  std::optional<std::string> difference_;
};

}  // namespace godwit::model
