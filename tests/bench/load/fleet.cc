#include "tests/bench/load/fleet.h"

#include <arpa/inet.h>

#include <algorithm>
#include <span>

#include "tests/bench/load/process_cpu.h"

namespace godwit::bench {
namespace {

constexpr std::size_t kFiltersPerSubscribe = 50;
constexpr std::uint64_t kHandshakePollNs = 100'000'000;

char letter_of(Role role) {
  if (role == Role::kPublisher) {
    return 'p';
  }
  return role == Role::kSubscriber ? 's' : 'i';
}

}  // namespace

Fleet::Fleet(const Options& options, FleetListener& listener)
    : options_(options),
      listener_(listener),
      layers_(options),
      transport_(*this),
      door_(make_door(options, options.port, options.transport)),
      subscriber_door_(make_door(options, options.subscriber_port, options.subscriber_transport)) {}

Fleet::Door Fleet::make_door(const Options& options, std::uint32_t port, TransportKind transport) {
  Door door;
  door.address.sin_family = AF_INET;
  door.address.sin_port = htons(static_cast<std::uint16_t>(port));
  door.address.sin_addr.s_addr = ::inet_addr(options.host.c_str());
  door.port = port;
  door.transport = transport;
  return door;
}

Connection& Fleet::add(Role role, std::uint32_t index) {
  Connection& connection = connections_.emplace_back();
  connection.role = role;
  connection.index = index;
  connection.single_packets = role == Role::kPublisher && options_.records == Records::kSingle;
  return connection;
}

void Fleet::start(Connection& connection) {
  ++in_handshake_;
  const Door& door = door_of(connection.role);
  connection.layer = layers_.make(door.transport, door.port);
  if (transport_.open(connection, door.address, started_++)) {
    return;
  }
  transport_.close(connection);
  on_lost(connection);
}

bool Fleet::start_all(std::uint64_t deadline_ns) {
  std::size_t next = 0;
  while (next < connections_.size() || in_handshake_ > 0) {
    while (next < connections_.size() && in_handshake_ < options_.concurrency) {
      start(connections_[next++]);
    }
    poll(kHandshakePollNs);
    flush();
    if (now_ns() > deadline_ns) {
      break;
    }
  }
  return counters_.connected == connections_.size();
}

void Fleet::stop(Connection& connection) {
  if (connection.phase == Phase::kUp) {
    append_empty(connection.output, PacketType::kDisconnect);
    mark_dirty(connection);
    flush();
  }
  transport_.close(connection);
}

void Fleet::stop_all() {
  for (Connection& connection : connections_) {
    stop(connection);
  }
}

void Fleet::on_connected(Connection& connection) {
  connection.phase = Phase::kAwaitConnack;
  std::string client_id = options_.client_id;
  client_id += letter_of(connection.role);
  client_id += std::to_string(connection.index);
  append_connect(connection.output,
                 {options_.protocol, client_id, options_.user, options_.password});
  mark_dirty(connection);
}

void Fleet::on_lost(Connection& connection) {
  if (connection.phase == Phase::kUp) {
    ++counters_.disconnects;
  } else {
    ++counters_.connect_errors;
    --in_handshake_;
  }
  listener_.on_lost(connection);
}

bool Fleet::on_packet(Connection& connection, const Frame& frame) {
  switch (frame.type()) {
    case PacketType::kConnack:
      return on_connack(connection, frame);
    case PacketType::kSuback:
      return on_suback(connection, frame);
    case PacketType::kPublish:
      return on_publish(connection, frame);
    case PacketType::kPuback:
    case PacketType::kPubrec:
    case PacketType::kPubrel:
    case PacketType::kPubcomp:
      return on_ack(connection, frame);
    case PacketType::kPingresp:
      listener_.on_pong(connection);
      return true;
    default:  // DISCONNECT, or a packet no server sends.
      return false;
  }
}

bool Fleet::on_connack(Connection& connection, const Frame& frame) {
  Connack connack;
  if (connection.phase != Phase::kAwaitConnack) {
    return false;
  }
  if (!parse_connack(frame, options_.protocol, connack) || connack.reason != 0) {
    return false;
  }
  connection.receive_maximum = connack.receive_maximum;
  connect_times_.add(transport_.read_time_ns() - connection.opened_ns);
  const std::vector<std::string> filters = listener_.filters_of(connection);
  if (filters.empty()) {
    up(connection);
  } else {
    subscribe(connection, filters);
  }
  return true;
}

void Fleet::subscribe(Connection& connection, const std::vector<std::string>& filters) {
  const std::span<const std::string> all(filters);
  for (std::size_t at = 0; at < all.size(); at += kFiltersPerSubscribe) {
    SubscribeFields fields;
    fields.protocol = options_.protocol;
    fields.packet_id = ++connection.last_packet_id;
    fields.qos = static_cast<std::uint8_t>(options_.qos);
    fields.filters = all.subspan(at, std::min(kFiltersPerSubscribe, all.size() - at));
    append_subscribe(connection.output, fields);
    ++connection.subacks_awaited;
  }
  connection.phase = Phase::kAwaitSuback;
  mark_dirty(connection);
}

bool Fleet::on_suback(Connection& connection, const Frame& frame) {
  std::uint32_t refused = 0;
  if (connection.subacks_awaited == 0) {
    return false;
  }
  if (!parse_suback(frame, options_.protocol, refused)) {
    return false;
  }
  counters_.refused_filters += refused;
  if (--connection.subacks_awaited == 0) {
    up(connection);
  }
  return true;
}

void Fleet::up(Connection& connection) {
  connection.phase = Phase::kUp;
  --in_handshake_;
  ++counters_.connected;
  listener_.on_up(connection);
}

bool Fleet::on_publish(Connection& connection, const Frame& frame) {
  Publish publish;
  if (!parse_publish(frame, options_.protocol, publish)) {
    return false;
  }
  if (publish.qos == 1) {
    answer(connection, PacketType::kPuback, publish.packet_id);
  }
  if (publish.qos == 2) {
    answer(connection, PacketType::kPubrec, publish.packet_id);
  }
  listener_.on_publish(connection, publish);
  return true;
}

bool Fleet::on_ack(Connection& connection, const Frame& frame) {
  Ack ack;
  if (!parse_ack(frame, ack)) {
    return false;
  }
  const bool refused = ack.reason >= 0x80;
  if (frame.type() == PacketType::kPubrel) {
    answer(connection, PacketType::kPubcomp, ack.packet_id);
  } else if (frame.type() == PacketType::kPubrec && !refused) {
    answer(connection, PacketType::kPubrel, ack.packet_id);
  } else {
    listener_.on_answer(connection, ack);
  }
  return true;
}

void Fleet::answer(Connection& connection, PacketType type, std::uint16_t packet_id) {
  append_ack(connection.output, type, packet_id);
  mark_dirty(connection);
}

}  // namespace godwit::bench
