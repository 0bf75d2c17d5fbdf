// A well-behaved client with bad luck, for simulation_test: it keeps its own side of the protocol
// and of its session, acknowledges late, loses its connection, comes back; and it knows what it may
// expect of the broker.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/testkit/shorthand.h"

namespace godwit::simulation {

// Somebody who must get a message: it was subscribed, and knew it, before the message was sent.
struct Expectation {
  std::size_t client;
  int lineage;       // Of its session; another one owes nothing.
  int subscription;  // Counts its unsubscribing; the same.
};

struct Message {
  std::size_t publisher;
  std::string topic;
  mqtt::Qos qos;
  bool retain;
  int attempts = 0;
  bool taken = false;  // Acknowledged by the broker.
  std::vector<Expectation> expected;
};

struct Run;

class SimulatedClient {
 public:
  SimulatedClient(Run& run, std::size_t number);

  // One thing a client may do, by chance.
  void act();
  // Takes what has come; sends acks that are due, all of them if `eager`.
  void take(bool eager);
  // Comes back for good: reads everything and acknowledges it.
  void come_home();
  void leave();

  [[nodiscard]] bool online() const { return stage_ == Stage::kOnline; }
  [[nodiscard]] bool home() const;
  [[nodiscard]] int lineage() const { return lineage_; }
  [[nodiscard]] int subscription() const { return subscription_; }
  [[nodiscard]] bool has_got(std::size_t message) const { return got_.contains(message); }
  // A subscription of its session that was confirmed with QoS 1 or 2 takes this topic.
  [[nodiscard]] bool waits_for(mqtt::TopicName topic) const;

 private:
  enum class Stage : std::uint8_t { kAway, kConnecting, kOnline };
  struct Outgoing {
    std::size_t message;
    bool released = false;  // PUBREC has come; PUBREL was sent.
  };
  struct Subscription {
    mqtt::Qos qos;
    bool confirmed = false;
  };

  void connect(bool clean_start);
  void lose_connection();
  void disconnect();
  void publish();
  void subscribe();
  void unsubscribe();
  void on(const mqtt::Connack& connack);
  void on(const mqtt::Publish& publish);
  void on(const mqtt::PublishAck& ack);
  void on(const mqtt::Suback& suback);
  void on(const mqtt::Disconnect& disconnect);
  template <class Packet>
  void on(const Packet&) {}  // UNSUBACK, and what no server sends.
  void note_delivery(const mqtt::Publish& publish);
  [[nodiscard]] bool was_expected(const Message& message) const;
  [[nodiscard]] bool messages_were_dropped() const;
  void check_session_present(bool present) const;
  void forget_session();
  void resend();
  void send_publish(std::uint16_t id, std::size_t message, bool dup);
  [[nodiscard]] std::uint16_t free_id();
  [[nodiscard]] std::uint64_t chance(std::uint64_t below);

  Run* run_;
  std::size_t number_;
  testkit::ConnectSpec spec_;
  Stage stage_ = Stage::kAway;
  testkit::TestClient* connection_ = nullptr;

  // The session as the client knows it.
  int lineage_ = 0;
  int subscription_ = 0;
  bool clean_start_asked_ = false;
  bool session_exists_ = false;     // As far as is known.
  bool session_is_unsure_ = false;  // A CONNECT was lost, maybe not unheard.
  Instant away_from_{};             // Not before that the expiry runs.
  Instant away_until_ = kNever;     // Not after that it began.
  Instant connect_sent_{};
  std::map<std::string, Subscription> subscriptions_;
  std::map<std::uint16_t, std::string> subacks_due_;
  std::map<std::uint16_t, Outgoing> outgoing_;
  std::deque<std::uint16_t> outgoing_order_;
  std::uint16_t last_id_ = 0;
  std::set<std::uint16_t> received_qos2_;

  // Of this connection.
  std::deque<mqtt::PublishAck> acks_due_;
  std::set<std::uint16_t> unacknowledged_;

  // What it has got.
  std::map<std::size_t, int> got_;                 // Messages, with how often; any session.
  std::map<std::size_t, int> got_first_sendings_;  // The same without repeats.
  std::map<std::size_t, std::size_t> last_of_;     // By publisher: its youngest QoS 1 or 2.
  std::map<std::string, std::size_t> last_kept_;   // By retained topic.
};

// What all clients of one run share.
struct Run {
  Run(std::uint64_t seed, const testkit::WorldOptions& options);

  std::mt19937_64 random;
  testkit::FrontWorld world;
  std::vector<Message> messages;  // Its index is a message's number and payload.
  std::vector<SimulatedClient> clients;
};

}  // namespace godwit::simulation
