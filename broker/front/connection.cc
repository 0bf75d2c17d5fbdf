#include "broker/front/connection.h"

#include "base/check.h"

namespace godwit::front {

mqtt::DecodeContext decode_context(const Connection& connection, const mqtt::CodecLimits& limits) {
  return {.version = connection.version, .sender = mqtt::Sender::kClient, .limits = limits};
}

Instant keep_alive_deadline(const Connection& connection) {
  if (connection.keep_alive_seconds == 0) {
    return kNever;
  }
  return connection.last_packet + std::chrono::milliseconds(connection.keep_alive_seconds * 1500);
}

Connection& ConnectionTable::add(Instant now) {
  if (free_.empty()) {
    if (end_ == blocks_.size() * kBlock) {
      blocks_.push_back(std::make_unique<std::array<Connection, kBlock>>());
    }
    const ConnectionIndex index(end_++);
    at(index).id.index = index;
    free_.push_back(index);
  }
  Connection& connection = at(free_.back());
  free_.pop_back();
  ++size_;
  connection.state = AwaitConnect{};
  connection.last_packet = now;
  return connection;
}

void ConnectionTable::remove(Connection& connection) {
  CHECK(!connection.is<Vacant>() && connection.outbox.empty());
  const ConnectionId id{connection.id.index, next_generation(connection.id.generation)};
  // In place: the list of dirty connections may still name this slot.
  connection.state = Vacant{};
  connection.id = id;
  connection.version = mqtt::ProtocolVersion::k5_0;
  connection.fanning_out = false;
  connection.had_its_turn = false;
  connection.client_closed = false;
  connection.qos2_ids_before = 0;
  connection.keep_alive_seconds = 0;
  connection.maximum_packet_size = UINT32_MAX;
  connection.aliases = nullptr;
  connection.reauthentication = nullptr;
  connection.timer_armed = kNever;
  connection.address.clear();
  connection.certificate_name.reset();
  free_.push_back(id.index);
  --size_;
}

Connection* ConnectionTable::find(const ConnectionId& id) {
  if (id.index.value() >= end_) {
    return nullptr;
  }
  Connection& connection = at(id.index);
  return connection.id == id && !connection.is<Vacant>() ? &connection : nullptr;
}

}  // namespace godwit::front
