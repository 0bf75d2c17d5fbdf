// The way of a message to a session: into its window if there is room, else into its queue; out of
// the window when the client has acknowledged it (P-4).
//
// Owned by the shard, used on its thread.
#pragma once

#include "broker/shard/bodies.h"
#include "broker/shard/effects.h"
#include "broker/shard/sessions.h"

namespace godwit::shard {

class Courier {
 public:
  Courier(const records::Keys& keys, Sessions& sessions, Bodies& bodies, StateWriter& writer)
      : keys_(keys), sessions_(sessions), bodies_(bodies), writer_(writer) {}

  // An entry begins: what follows from it is told to `effects`.
  void begin_entry(records::ShardTime now, Effects& effects);

  // One copy for `receiver`. Its body is held by whatever it ends up in, or by nothing.
  void give(const Receiver& receiver, records::QueuedMessage message);

  // A connection begins, and nobody else acts for the session: what is in the window goes out
  // again, then what fits behind it (P-4, E-070).
  void begin_connection(DurableSession& session);

  void acknowledge(DurableSession& session, records::Ack ack);

 private:
  using Place = std::deque<InFlight>::iterator;

  // The next one that is free (MQTT-2.2.1-4).
  [[nodiscard]] static mqtt::PacketId next_packet_id(DurableSession& session);
  [[nodiscard]] bool has_room(const DurableSession& session) const;
  void fill(DurableSession& session);
  void resend(DurableSession& session);
  // Into the window, with the next free packet id.
  void put_in_window(DurableSession& session, records::QueueRow row);
  void deliver(DurableSession& session, InFlight& entry, bool dup);
  // Takes the oldest out of the queue. Nothing: it cannot be read.
  std::optional<records::QueueRow> pop(DurableSession& session);
  void put_in_queue(DurableSession& session, records::QueueRow row);
  [[nodiscard]] static Place find(DurableSession& session, mqtt::PacketId packet_id);
  // Its place in the quota is free, and its body is not needed any more.
  void release_message(DurableSession& session, InFlight& entry);
  void remove(DurableSession& session, Place entry);
  void receive_pubrec(DurableSession& session, Place entry, mqtt::PacketId packet_id);
  [[nodiscard]] bool expired(const Bodies::View& body) const;

  const records::Keys& keys_;
  Sessions& sessions_;
  Bodies& bodies_;
  StateWriter& writer_;
  records::ShardTime now_;
  Effects* effects_ = nullptr;  // Of the entry that is applied.
};

}  // namespace godwit::shard
