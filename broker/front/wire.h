// The way out: appends packets to outboxes, keeps the list of connections to flush, and collects
// what closes them.
//
// Thread: the front's. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "base/bytes.h"
#include "broker/front/connection.h"
#include "broker/front/effects.h"
#include "broker/front/probe.h"
#include "broker/mqtt/encoder.h"

namespace godwit::front {

class Wire {
 public:
  explicit Wire(FrontProbe& probe) : probe_(&probe) {}

  // Any packet, encoded for the connection's version. One that is over the client's Maximum
  // Packet Size is left out (MQTT-3.1.2-24); false then.
  template <class Packet>
  bool send(Connection& connection, const Packet& packet) {
    scratch_.clear();
    mqtt::encode(packet, connection.version, scratch_);
    if (scratch_.size() > connection.maximum_packet_size) {
      return false;
    }
    append(connection, scratch_);
    return true;
  }
  // PUBACK, PUBREC, PUBREL or PUBCOMP; the shortest form.
  void send_ack(Connection& connection, mqtt::PacketType type, mqtt::PacketId id,
                mqtt::ReasonCode reason);

  // Bytes of whole packets. Returns where the copy begins if it is in one piece, else null.
  std::byte* append(Connection& connection, ByteView bytes);
  void append_shared(Connection& connection, const SharedBytes& bytes, std::size_t offset);
  void written(Connection& connection, std::size_t count);
  void drop_output(Connection& connection);

  void effect(Effect effect) { effects_.push_back(std::move(effect)); }
  // The connection has gone: nothing is to be done with it that has not been carried out yet.
  void take_back_effects(ConnectionIndex index);

  [[nodiscard]] std::vector<ConnectionIndex>& dirty() { return dirty_; }
  [[nodiscard]] Effects& effects() { return effects_; }
  [[nodiscard]] std::size_t output_bytes() const { return output_bytes_; }

 private:
  void grew(Connection& connection, std::size_t bytes);

  FrontProbe* probe_;
  ChunkSlab slab_;
  Bytes scratch_;
  std::vector<ConnectionIndex> dirty_;
  Effects effects_;
  std::size_t output_bytes_ = 0;
};

}  // namespace godwit::front
