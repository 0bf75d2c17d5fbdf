// Sockets and epoll of the generator. It must stay cheaper than any broker it drives, so it reads
// once per wake into one buffer for all connections and sends what a turn gathered once per turn;
// where there is a layer (TLS, WebSocket), a turn is also one unit of that.
// One thread owns everything here.
#pragma once

#include <netinet/in.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "tests/bench/load/layer.h"
#include "tests/bench/load/scratch.h"
#include "tests/bench/load/wire.h"

namespace godwit::bench {

enum class Role : std::uint8_t { kPublisher, kSubscriber, kIdle };
enum class Phase : std::uint8_t {
  kClosed,
  kConnecting,
  kHandshake,  // Of the layer, where there is one.
  kAwaitConnack,
  kAwaitSuback,
  kUp
};

struct Connection {
  Role role = Role::kIdle;
  Phase phase = Phase::kClosed;
  bool dirty = false;    // In the transport's list of connections with output.
  bool blocked = false;  // The socket took no more; EPOLLOUT is awaited.
  // Each packet goes through the layer by itself, though all of a turn are sent at once.
  bool single_packets = false;
  int fd = -1;
  std::uint32_t index = 0;  // Among those of its role.
  std::uint32_t subacks_awaited = 0;
  std::uint16_t last_packet_id = 0;
  std::uint16_t receive_maximum = 65535;
  std::uint64_t opened_ns = 0;
  Buffer output;  // Whole packets.
  Buffer rest;    // The unfinished packet at the end of the last read.
  // Given before open(), gone after close(); null for plain TCP.
  std::unique_ptr<Layer> layer;
  Buffer wire;           // What the layer made of the output and its own; not used without one.
  std::size_t sent = 0;  // Of the wire, or of the output without a layer.

  [[nodiscard]] bool everything_sent() const { return output.empty() && wire.empty(); }
};

class PacketSink {
 public:
  virtual ~PacketSink() = default;
  // MQTT may begin: the layer, where there is one, has done its handshake.
  virtual void on_connected(Connection& connection) = 0;
  // False closes the connection.
  virtual bool on_packet(Connection& connection, const Frame& frame) = 0;
  // The peer closed, the connect failed, or on_packet said no.
  virtual void on_lost(Connection& connection) = 0;
};

class Transport {
 public:
  explicit Transport(PacketSink& sink);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  // Starts to connect. `serial` counts all connects of the run; it chooses the source address.
  // False when it failed at once.
  bool open(Connection& connection, const sockaddr_in& to, std::uint64_t serial);
  void close(Connection& connection);

  // To be called after anything was appended to connection.output.
  void mark_dirty(Connection& connection);
  // Sends what was gathered, one send per connection.
  void flush();
  // Waits for the network at most so long (rounded by the timer only), then reads what came.
  void poll(std::uint64_t wait_ns);

  // When the data now handed to on_packet was read.
  [[nodiscard]] std::uint64_t read_time_ns() const { return read_time_ns_; }
  [[nodiscard]] std::uint64_t reads() const { return reads_; }
  [[nodiscard]] std::uint64_t writes() const { return writes_; }

 private:
  static constexpr std::size_t kInputBytes = std::size_t{256} * 1024;

  void handle(Connection& connection, std::uint32_t events);
  bool finish_connect(Connection& connection);
  bool begin_layer(Connection& connection);
  void read(Connection& connection);
  void read_through_layer(Connection& connection);
  std::size_t receive(Connection& connection, std::size_t kept);
  bool deliver(Connection& connection, Bytes input);
  void send_output(Connection& connection);
  static bool encode_output(Connection& connection);
  void say_problem(const Connection& connection);
  void watch_writable(Connection& connection, bool on);
  void lose(Connection& connection);

  PacketSink& sink_;
  int epoll_ = -1;
  std::vector<Connection*> dirty_;
  Buffer input_;
  Scratch decoded_;  // Of the connection that is being read.
  bool said_problem_ = false;
  std::uint64_t read_time_ns_ = 0;
  std::uint64_t reads_ = 0;
  std::uint64_t writes_ = 0;
};

}  // namespace godwit::bench
