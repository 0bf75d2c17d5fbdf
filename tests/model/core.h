// The core under test: one front with one thread, its connections as byte streams, and time by
// hand. What `net` does in its turns, without sockets, threads or mail.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"
#include "broker/front/front.h"
#include "broker/front/pending_connect.h"
#include "broker/mqtt/frame.h"
#include "tests/model/heard.h"

namespace godwit::model {

class Core {
 public:
  Core(const front::FrontSettings& settings, Instant start);
  ~Core();

  // Connections are numbered from 0 as they are made.
  // `topic_alias_maximum`: what its CONNECT will say.
  std::size_t open(mqtt::ProtocolVersion version, std::uint16_t topic_alias_maximum);
  // Bytes of a client, whole packets; then everything that follows from them.
  void send(std::size_t connection, ByteView bytes);
  void lose(std::size_t connection);
  void advance_to(Instant now);

  // What a connection has heard since the last call. Throws std::runtime_error for what is no
  // packet, or of no message that was ever sent.
  [[nodiscard]] std::vector<Heard> take_heard(std::size_t connection);
  [[nodiscard]] bool is_closed(std::size_t connection) const {
    return connections_[connection].closed;
  }
  // The value of a gauge or counter, over all its labels.
  [[nodiscard]] std::int64_t metric(std::string_view name) const;

 private:
  struct Connection {
    front::ConnectionIndex index;
    mqtt::ProtocolVersion version;
    bool closed = false;
    Bytes input;                       // Not yet taken by the front.
    Bytes output;                      // Not yet looked at.
    std::vector<std::string> aliases;  // Of the broker, by number, from 1 on.
  };
  class Chance final : public Random {
   public:
    std::uint64_t next_u64() override { return next_ += 0x9E3779B97F4A7C15U; }

   private:
    std::uint64_t next_ = 0;
  };
  class NoLog final : public LogSink {
   public:
    void write(LogLevel, std::string_view, std::string_view, bool) override {}
    [[nodiscard]] LogLevel level() const override { return LogLevel::kError; }
  };

  void settle();
  void feed(Connection& connection);
  void flush(Connection& connection);
  bool carry_out_effects();
  [[nodiscard]] Connection& at(front::ConnectionIndex index);
  [[nodiscard]] static Heard hear(Connection& connection, const mqtt::Frame& frame);

  NoLog log_;
  Chance chance_;
  MetricSheet metrics_;
  front::Turn turn_;
  front::Front front_;
  std::vector<Connection> connections_;
  std::vector<front::ConnectionIndex> dirty_;
  front::Effects effects_;
};

}  // namespace godwit::model
