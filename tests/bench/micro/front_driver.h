// One front with its clients, without sockets: turns as broker/net/io_thread.cc does them, in which
// each client's bytes are shown in place and each dirty outbox is gathered and reported as written.
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
  using Client = front::ConnectionIndex;

  explicit FrontDriver(std::shared_ptr<const access::Policy> policy = access::Policy::allow_all());

  // Opens a connection and says CONNECT, clean and without keep alive.
  Client connect(mqtt::ProtocolVersion version, std::string_view client_id);
  void subscribe(Client client, std::string_view filter, mqtt::Qos qos);

  // The client's next input, whole packets; borrowed until `run` has returned.
  void say(Client client, ByteView bytes) { inputs_.push_back({client, bytes}); }
  // Turns until nobody has anything left to say: each client reads what it is sent and
  // acknowledges QoS 1 and 2.
  void run();

  // PUBLISH packets that all clients together have been sent.
  [[nodiscard]] std::uint64_t delivered() const { return delivered_; }
  [[nodiscard]] std::size_t connection_count() const { return front_.connection_count(); }

 private:
  struct Input {
    Client from;
    ByteView bytes;
  };
  struct Reader {
    mqtt::ProtocolVersion version = mqtt::ProtocolVersion::k3_1_1;
    Bytes unread;      // The beginning of a packet.
    Bytes answers;     // To be said in the next turn.
    Bytes being_said;  // Shown to the front in this turn.
  };

  void show_inputs();
  void flush_dirty();
  void flush(Client client);
  void carry_out_effects();
  // The client's own part.
  void read(Client client, std::span<const ByteView> chunks);
  void answer(Reader& reader, ByteView packet);
  void say_answers();

  CountingRandom random_;
  SilentLogSink log_sink_;
  MetricSheet metrics_;
  front::Turn turn_{Instant{} + std::chrono::hours(1)};
  front::Front front_;
  std::uint64_t delivered_ = 0;
  std::vector<Reader> readers_;  // By connection index.

  // Reused from turn to turn.
  std::vector<Input> inputs_;
  std::vector<Input> shown_;
  std::vector<Client> answering_;
  std::vector<front::ConnectionIndex> dirty_;
  front::Effects effects_;
  std::array<ByteView, 64> chunks_;  // As many as net::Flusher takes.
};

}  // namespace godwit::bench
