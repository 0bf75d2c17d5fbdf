// I/O threads for tests: real sockets and a real front, turned by the test itself, so that it can
// stop one of them between two turns. Time stands still unless the test moves it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "base/time.h"
#include "broker/front/front.h"
#include "broker/mqtt/types.h"
#include "broker/net/io_thread.h"
#include "tests/testkit/connect_spec.h"
#include "tests/testkit/front_world.h"
#include "tests/unit/net/loopback.h"

namespace godwit::net::test {

class NullLogSink final : public LogSink {
 public:
  void write(LogLevel, std::string_view, std::string_view, bool) override {}
  [[nodiscard]] LogLevel level() const override { return LogLevel::kOff; }
};

class ManualClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return Instant(Duration(now_.load())); }
  void advance(Duration by) { now_ += by.count(); }

 private:
  std::atomic<Duration::rep> now_{Duration(std::chrono::hours(1)).count()};
};

// Lets everybody in; at once, or when the test says so.
class ScriptedAuthentication final : public AuthenticationService {
 public:
  [[nodiscard]] std::optional<access::AuthenticationResult> request(
      front::Authenticate&& question, AuthenticationReply& later) override;
  void answer_all();
  bool hold = false;

 private:
  std::vector<std::pair<front::ConnectionId, AuthenticationReply*>> held_;
};

// The sum over rows of that name, with one label value or all.
[[nodiscard]] std::int64_t metric_of(const MetricSheet& sheet, std::string_view name,
                                     std::string_view label_value = {});

struct LoopOptions {
  std::uint16_t threads = 1;
  session::SessionLimits limits = {};
  front::TurnLimits turn = {};
  std::size_t mailbox_items_max = 1'024;
  std::size_t read_buffer_bytes = std::size_t{256} << 10U;
  HandshakeSettings handshakes = {};
};

class BrokerLoop {
 public:
  static constexpr Duration kCloseGrace = std::chrono::seconds(5);
  static constexpr Duration kDrainDeadline = std::chrono::seconds(8);

  explicit BrokerLoop(const LoopOptions& options = {});

  // `buffer_bytes`: small socket buffers, if not 0.
  [[nodiscard]] Peer connect(std::size_t thread = 0, std::unique_ptr<Stream> stream = nullptr,
                             int buffer_bytes = 0);
  // One turn of each thread that has not ended, in order; of one only.
  void turn();
  void turn(std::size_t thread);
  // Turns until it is true; false if that does not come about.
  [[nodiscard]] bool run_until(const std::function<bool()>& condition);

  [[nodiscard]] IoThread& thread(std::size_t index) { return *threads_[index].io; }
  [[nodiscard]] front::Front& front(std::size_t index) { return *threads_[index].front; }
  [[nodiscard]] bool ended(std::size_t thread = 0) const { return threads_[thread].ended; }
  [[nodiscard]] std::int64_t metric(std::string_view name, std::string_view label_value = {}) const;
  [[nodiscard]] std::int64_t sockets() const { return metric("godwit_network_sockets"); }

  ManualClock clock;
  ScriptedAuthentication authentication;

 private:
  struct Thread {
    std::unique_ptr<MetricSheet> metrics;
    std::unique_ptr<front::Front> front;
    std::unique_ptr<IoThread> io;
    bool ended = false;
  };

  NullLogSink sink_;
  Log log_{sink_};
  testkit::CountingRandom random_;
  std::vector<Thread> threads_;
};

// An MQTT client on one of the loop's connections; waiting turns the loop.
class LoopClient {
 public:
  LoopClient(BrokerLoop& loop, Peer peer) : loop_(&loop), peer_(std::move(peer)) {}
  // Connects and takes in the CONNACK.
  LoopClient(BrokerLoop& loop, std::string_view client_id, std::size_t thread = 0,
             const testkit::ConnectSpec& spec = {});

  // All of it, turning the loop while the socket is full.
  void send(ByteView bytes);
  void subscribe(std::string_view filter, mqtt::Qos qos = mqtt::Qos::kAtMostOnce);
  void publish(std::string_view topic, std::string_view payload);
  // The next packet, whole; waits for it. Empty if the connection has ended.
  [[nodiscard]] Bytes next_packet();
  // The next packet has to be of this type.
  Bytes expect(mqtt::PacketType type);
  // The next packet has to be a PUBLISH (of MQTT 5 without properties); returns its payload.
  [[nodiscard]] std::string expect_publish();
  // True if the connection was closed in order, and not by a reset.
  [[nodiscard]] bool closed_by_broker();
  // Whether anything has come that was not looked at.
  [[nodiscard]] bool has_received();

  [[nodiscard]] Peer& peer() { return peer_; }

 private:
  BrokerLoop* loop_;
  Peer peer_;
  Bytes received_;
  std::size_t seen_ = 0;  // Of them, in packets that were looked at.
};

// Packets of MQTT 5.
[[nodiscard]] Bytes subscribe_bytes(std::string_view filter,
                                    mqtt::Qos qos = mqtt::Qos::kAtMostOnce);
[[nodiscard]] Bytes publish_bytes(std::string_view topic, std::string_view payload,
                                  mqtt::Qos qos = mqtt::Qos::kAtMostOnce,
                                  std::uint16_t packet_id = 0);

}  // namespace godwit::net::test
