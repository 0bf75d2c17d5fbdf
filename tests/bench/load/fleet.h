// Many MQTT clients: opens them with a bounded number of handshakes at a time, subscribes them,
// and does what the protocol demands of a receiver (PUBACK, PUBREC, PUBREL, PUBCOMP). What the
// traffic is for, its listener knows.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "tests/bench/load/histogram.h"
#include "tests/bench/load/layer_factory.h"
#include "tests/bench/load/options.h"
#include "tests/bench/load/transport.h"
#include "tests/bench/load/wire.h"

namespace godwit::bench {

class FleetListener {
 public:
  virtual ~FleetListener() = default;
  // What the connection subscribes to before it is up.
  virtual std::vector<std::string> filters_of(const Connection& connection) = 0;
  // May close the connection.
  virtual void on_up(Connection& /*connection*/) {}
  virtual void on_publish(Connection& /*connection*/, const Publish& /*publish*/) {}
  // A publish of ours was answered for good: PUBACK, PUBCOMP, or a PUBREC that refuses.
  virtual void on_answer(Connection& /*connection*/, const Ack& /*ack*/) {}
  virtual void on_pong(Connection& /*connection*/) {}
  virtual void on_lost(Connection& /*connection*/) {}
};

class Fleet final : public PacketSink {
 public:
  struct Counters {
    std::uint64_t connected = 0;
    std::uint64_t connect_errors = 0;  // Refused or broken before they were up.
    std::uint64_t refused_filters = 0;
    std::uint64_t disconnects = 0;  // Broken by the broker after they were up.
  };

  Fleet(const Options& options, FleetListener& listener);

  Connection& add(Role role, std::uint32_t index);
  // Opens one connection; counts an error when it fails at once.
  void start(Connection& connection);
  // Opens all that were added and returns when each is up or failed, or the deadline is over.
  // True when all are up.
  bool start_all(std::uint64_t deadline_ns);
  // Says DISCONNECT and closes, as a polite client.
  void stop(Connection& connection);
  void stop_all();

  void mark_dirty(Connection& connection) { transport_.mark_dirty(connection); }
  void flush() { transport_.flush(); }
  void poll(std::uint64_t wait_ns) { transport_.poll(wait_ns); }

  [[nodiscard]] const Transport& transport() const { return transport_; }
  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] const Histogram& connect_times() const { return connect_times_; }
  [[nodiscard]] std::size_t size() const { return connections_.size(); }

 private:
  void on_connected(Connection& connection) override;
  bool on_packet(Connection& connection, const Frame& frame) override;
  void on_lost(Connection& connection) override;

  bool on_connack(Connection& connection, const Frame& frame);
  bool on_suback(Connection& connection, const Frame& frame);
  bool on_publish(Connection& connection, const Frame& frame);
  bool on_ack(Connection& connection, const Frame& frame);
  // Where a role connects to, and through what.
  struct Door {
    sockaddr_in address{};
    std::uint32_t port = 0;
    TransportKind transport = TransportKind::kTcp;
  };
  [[nodiscard]] const Door& door_of(Role role) const {
    return role == Role::kSubscriber ? subscriber_door_ : door_;
  }
  static Door make_door(const Options& options, std::uint32_t port, TransportKind transport);

  void subscribe(Connection& connection, const std::vector<std::string>& filters);
  void answer(Connection& connection, PacketType type, std::uint16_t packet_id);
  void up(Connection& connection);

  const Options& options_;
  FleetListener& listener_;
  LayerFactory layers_;
  Transport transport_;
  Door door_;
  Door subscriber_door_;
  std::deque<Connection> connections_;  // Never moved: epoll holds their addresses.
  std::uint64_t started_ = 0;
  std::uint64_t in_handshake_ = 0;
  Counters counters_;
  Histogram connect_times_;
};

}  // namespace godwit::bench
