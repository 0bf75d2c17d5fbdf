// Private to the room: the QoS 1 and 2 messages that we have published and that are not finished,
// with their packet identifiers (MQTT 5.0, sections 4.3, 4.4 and 4.9).
//
// A table addressed by the packet id itself; its keeper chooses ids whose place is free. Places
// keep their buffers, so that a steady stream of small messages allocates nothing.
//
// What is left when a connection ends is sent again on the next one, in the old order, with the old
// ids (MQTT-4.4.0-1, MQTT-4.6.0-1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "broker/mqtt/types.h"

namespace godwit::client {

// Half of all packet ids, so that a free one is near, and some are left for other requests.
inline constexpr std::uint16_t kInFlightCeiling = 32'767;

enum class SendState : std::uint8_t { kFree, kAwaitPuback, kAwaitPubrec, kAwaitPubcomp };

struct InFlight {
  Bytes packet;  // As first sent, to be sent again. Empty if it never will be, or after PUBREC.
  std::uint64_t order = 0;  // Rises with each first sending and each PUBREC.
  mqtt::PacketId packet_id;
  SendState state = SendState::kFree;
  bool uses_quota = false;  // Counts against the server's Receive Maximum on this connection.
};

// What an acknowledgement meant.
enum class AckOutcome : std::uint8_t {
  kFinished,     // The exchange is over; its id is free.
  kSendPubrel,   // PUBREC taken (again): answer PUBREL (MQTT-4.3.3-4).
  kUnknown,      // No such id in flight.
  kWrongPacket,  // PUBACK for QoS 2, PUBREC for QoS 1, PUBCOMP before PUBREC: a protocol error.
};

class SendWindow {
 public:
  // A connection begins: at most `limit` unfinished messages on it. What is left from earlier ones
  // waits to be sent again; take it with next_resend.
  void begin_connection(std::uint16_t limit);

  // Room for one more message, and nothing older still to be sent again.
  [[nodiscard]] bool has_room() const {
    return used_ < limit_ && count_ < kInFlightCeiling && resend_.empty();
  }
  // Whether a new message can have this id. Only if has_room(); never for 0.
  [[nodiscard]] bool is_free(mqtt::PacketId id) const;
  // Makes sure that some id is free. Only if has_room().
  void make_room();
  // Puts a message in flight under an id that is free. `packet`: its bytes, copied, or none if the
  // session ends with the connection.
  void add(mqtt::PacketId id, mqtt::Qos qos, ByteView packet);

  // The next one to send again: its `packet` if it awaits PUBACK or PUBREC, else PUBREL. Null when
  // there is none, or no quota for it.
  [[nodiscard]] const InFlight* next_resend();

  AckOutcome puback(mqtt::PacketId id);
  AckOutcome pubrec(mqtt::PacketId id, bool is_error);
  AckOutcome pubcomp(mqtt::PacketId id);
  // Forgets one that cannot be sent again.
  void drop(mqtt::PacketId id);
  // Empties the window; what was in it, oldest first.
  std::vector<mqtt::PacketId> discard_all();

  [[nodiscard]] bool contains(mqtt::PacketId id) const { return find(id) != nullptr; }
  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }  // Kept to be sent again.

 private:
  [[nodiscard]] const InFlight* find(mqtt::PacketId id) const;
  [[nodiscard]] InFlight* find(mqtt::PacketId id);
  [[nodiscard]] std::vector<mqtt::PacketId> newest_first() const;
  void release_packet(InFlight& entry);
  void finish(InFlight& entry);
  void grow();

  std::vector<InFlight> table_;         // Power of two; entry of id i at i modulo its size.
  std::vector<mqtt::PacketId> resend_;  // Newest first: taken from the back.
  std::uint64_t next_order_ = 0;
  std::size_t bytes_ = 0;
  std::size_t used_ = 0;
  std::size_t count_ = 0;
  std::uint16_t limit_ = 0;
};

}  // namespace godwit::client
