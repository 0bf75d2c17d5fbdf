// A whole process of fronts in one thread, with hand-moved time: what `net` does, done in a fixed
// order. Clients talk bytes; nothing is mocked but the sockets.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"
#include "broker/access/policy.h"
#include "broker/front/front.h"
#include "broker/mqtt/decoder.h"
#include "broker/mqtt/encoder.h"

namespace godwit::testkit {

// Counts; good enough for made-up client ids.
class CountingRandom : public Random {
 public:
  std::uint64_t next_u64() override { return next_ += 0x9E3779B97F4A7C15U; }

 private:
  std::uint64_t next_ = 0;
};

class QuietLogSink : public LogSink {
 public:
  void write(LogLevel, std::string_view line, std::string_view, bool) override { last_line = line; }
  [[nodiscard]] LogLevel level() const override { return LogLevel::kTrace; }
  std::string last_line;
};

// A packet a client has received, with the bytes behind its views.
struct ReceivedPacket {
  std::shared_ptr<const Bytes> bytes;
  mqtt::Packet packet;
};

class FrontWorld;

// The client's end of one connection.
class TestClient {
 public:
  TestClient(FrontWorld& world, std::size_t thread, front::ConnectionIndex index);

  // Bytes as they are, in as many pieces as the front takes them; then the world settles.
  void send_raw(ByteView bytes);
  void send_raw(std::initializer_list<int> bytes);
  template <class Packet>
  void send(const Packet& packet) {
    Bytes bytes;
    if constexpr (std::is_same_v<Packet, mqtt::Connect>) {
      version = packet.version;
      mqtt::encode(packet, bytes);
    } else {
      mqtt::encode(packet, version, bytes);
    }
    send_raw(bytes);
  }
  // The network fails, without a DISCONNECT.
  void drop();

  // Packets received and not yet looked at, oldest first.
  [[nodiscard]] bool has_packets() const { return !packets.empty(); }
  // The next packet, which must be of this kind; the test fails otherwise. The views stay good.
  template <class Packet>
  Packet expect() {
    return std::get<Packet>(take(mqtt::Packet(Packet{}).index()));
  }
  // All PUBLISH packets received so far; other packets stay.
  std::vector<mqtt::Publish> take_publishes();

  mqtt::ProtocolVersion version = mqtt::ProtocolVersion::k3_1_1;
  bool closed = false;  // By the broker.
  bool reading = true;  // False: the socket's buffers are full.
  std::deque<ReceivedPacket> packets;

 private:
  friend class FrontWorld;
  mqtt::Packet take(std::size_t kind);
  void received(ByteView bytes);

  FrontWorld* world_;
  std::size_t thread_;
  front::ConnectionIndex index_;
  bool gone_ = false;  // The front has no such connection any more.
  Bytes unparsed_;     // From the broker.
  Bytes unsent_;       // To the broker, held back or incomplete.
  std::vector<std::shared_ptr<const Bytes>> kept_;
};

struct WorldOptions {
  std::uint16_t thread_count = 1;
  session::SessionLimits limits = {};
  routing::RetainedLimits retained = {};
  std::size_t memory_budget_bytes = std::size_t{1} << 30U;
  // Null: everything is allowed.
  std::shared_ptr<const access::Policy> policy = nullptr;
};

class FrontWorld {
 public:
  explicit FrontWorld(WorldOptions options = {});

  // A network connection to one of the fronts; nothing has been sent on it.
  TestClient& open(std::size_t thread = 0);
  // Opens, sends CONNECT, and expects a CONNACK with success.
  TestClient& connect(std::string_view client_id, const mqtt::Connect& options = plain_connect(),
                      std::size_t thread = 0);
  // 3.1.1, clean session, no keep alive.
  [[nodiscard]] static mqtt::Connect plain_connect();
  [[nodiscard]] static mqtt::Connect v5_connect(bool clean_start = true);

  // Runs turns until nothing moves any more.
  void settle();
  // Time passes; timers fire on the way.
  void advance(Duration duration);
  void stop();

  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] front::Front& front(std::size_t thread) { return *threads_[thread].front; }
  // The value of a metric over all threads, with one label value or none.
  [[nodiscard]] std::int64_t metric(std::string_view name, std::string_view label_value = {}) const;

  // What authentication answers; everybody is let in under the given user name by default.
  std::function<access::AuthenticationResult(const access::Credentials&)> authenticate;
  QuietLogSink log_sink;

 private:
  friend class TestClient;
  struct Thread {
    std::unique_ptr<MetricSheet> metrics = std::make_unique<MetricSheet>();
    std::unique_ptr<front::Front> front;
    std::deque<front::MailBatch> mail;
    std::map<front::ConnectionIndex, TestClient*> clients;
  };

  bool run_turn(std::size_t number);
  void carry_out(std::size_t number, front::Effect& effect, front::Turn& turn);
  bool feed(TestClient& client, front::Turn& turn);
  bool flush(TestClient& client, front::Turn& turn);
  void forget(TestClient& client);

  CountingRandom random_;
  Instant now_ = Instant(std::chrono::hours(1));
  std::vector<Thread> threads_;
  std::vector<std::unique_ptr<TestClient>> clients_;
};

// Shorthand for tests.
[[nodiscard]] mqtt::Publish make_publish(std::string_view topic, std::string_view payload,
                                         mqtt::Qos qos = mqtt::Qos::kAtMostOnce,
                                         std::uint16_t packet_id = 0, bool retain = false);
// Sends SUBSCRIBE with one filter and returns the SUBACK's code.
mqtt::ReasonCode subscribe(TestClient& client, std::string_view filter,
                           mqtt::SubscriptionOptions options = {});
[[nodiscard]] std::string text_of(const mqtt::Publish& publish);  // The payload.

}  // namespace godwit::testkit
