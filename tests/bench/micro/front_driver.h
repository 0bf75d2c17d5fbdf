// A node's fronts with their clients, in one thread and without sockets: turns as
// broker/net/io_thread.cc does them, in which each client's bytes are shown in place, mail is
// posted in batches, and each dirty outbox is gathered and reported as written.
//
// What the clients do themselves (read packets, write acknowledgements) is not counted.
//
// Thread: the main one. Time stands still.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"
#include "broker/access/policy.h"
#include "broker/front/front.h"
#include "broker/front/pending_connect.h"
#include "broker/mqtt/frame.h"
#include "broker/mqtt/types.h"

namespace godwit::bench {

class CountingRandom final : public Random {
 public:
  std::uint64_t next_u64() override { return ++next_; }

 private:
  std::uint64_t next_ = 0;
};

// As a broker in production: what is only for debugging is not even put together.
class SilentLogSink final : public LogSink {
 public:
  void write(LogLevel, std::string_view, std::string_view, bool) override {}
  [[nodiscard]] LogLevel level() const override { return LogLevel::kWarn; }
};

class FrontDriver {
 public:
  struct Client {
    std::size_t thread = 0;
    front::ConnectionIndex index;
  };

  explicit FrontDriver(
      const std::shared_ptr<const access::Policy>& policy = access::Policy::allow_all(),
      std::uint16_t threads = 1);

  // Opens a connection to that thread's front and says CONNECT, clean and without keep alive.
  Client connect(mqtt::ProtocolVersion version, std::string_view client_id, std::size_t thread = 0);
  void subscribe(const Client& client, std::string_view filter, mqtt::Qos qos);

  // The client's next input, whole packets; borrowed until `run` has returned.
  void say(const Client& client, ByteView bytes) {
    threads_[client.thread]->inputs.push_back({client.index, bytes});
  }
  // Turns of all threads until nobody has anything left to say: each client reads what it is sent
  // and acknowledges QoS 1 and 2.
  void run();

  // PUBLISH packets that all clients together have been sent.
  [[nodiscard]] std::uint64_t delivered() const { return delivered_; }
  // Open connections.
  [[nodiscard]] std::size_t connection_count() const;

 private:
  struct Input {
    front::ConnectionIndex from;
    ByteView bytes;
  };
  struct Reader {
    mqtt::ProtocolVersion version = mqtt::ProtocolVersion::k3_1_1;
    Bytes unread;      // The beginning of a packet.
    Bytes answers;     // To be said in the next turn.
    Bytes being_said;  // Shown to the front in this turn.
  };
  // An I/O thread's front, and what comes to it.
  struct Thread {
    MetricSheet metrics;
    std::unique_ptr<front::Front> front;
    std::vector<Input> inputs;
    std::vector<front::MailBatch> inbox;
    std::vector<Reader> readers;                    // By connection index.
    std::vector<front::ConnectionIndex> answering;  // Readers with answers.
  };

  [[nodiscard]] bool has_work(const Thread& thread) const;
  void turn(Thread& thread);
  void show_inputs(Thread& thread);
  void take_mail(Thread& thread);
  void post_mail(Thread& thread);
  void flush_dirty(Thread& thread);
  void flush(Thread& thread, front::ConnectionIndex index);
  void carry_out_effects(Thread& thread);
  // The client's own part.
  void read(Thread& thread, front::ConnectionIndex index, std::span<const ByteView> chunks);
  void answer(Reader& reader, const mqtt::Frame& frame);
  static void say_answers(Thread& thread);

  CountingRandom random_;
  SilentLogSink log_sink_;
  front::Turn turn_{Instant{} + std::chrono::hours(1)};
  std::uint64_t delivered_ = 0;
  std::vector<std::unique_ptr<Thread>> threads_;

  // Reused from turn to turn.
  std::vector<Input> shown_;
  std::vector<front::MailBatch> taken_;
  std::vector<front::MailBatch> spare_;
  std::vector<front::ConnectionIndex> dirty_;
  front::Effects effects_;
  std::array<ByteView, 64> chunks_;  // As many as net::Flusher takes.
};

}  // namespace godwit::bench
