// The QoS 1 and 2 messages that are on their way to one client and not yet acknowledged, with
// their packet identifiers (sections 4.3, 4.4 and 4.9).
//
// A table addressed by the packet id itself: the window chooses the ids, so it chooses those whose
// place is free. No hashing and no allocation while it does not grow.
//
// What is in the window never expires and is never dropped; on a new connection it is sent again,
// in the old order, with the old ids (MQTT-4.4.0-1, E-070).
#pragma once

#include <cstdint>
#include <optional>

#include "base/thin_vector.h"
#include "broker/mqtt/types.h"
#include "broker/session/outgoing_message.h"

namespace godwit::session {

enum class SendState : std::uint8_t { kFree, kAwaitPuback, kAwaitPubrec, kAwaitPubcomp };

struct InFlight {
  mqtt::MessageRef message;  // Empty for a clean session: it is never sent again.
  std::uint64_t order = 0;   // Rises with each first sending and each PUBREC.
  mqtt::PacketId packet_id;
  SendState state = SendState::kFree;
  bool uses_quota = false;  // Counts against the receiver's Receive Maximum on this connection.
  bool retain = false;      // RETAIN as it was first sent.
  std::uint16_t share = 0;  // As in OutgoingMessage; so is the publisher.
  std::uint32_t publisher = 0;
  SubscriptionIdentifiers identifiers;
};

// What an acknowledgement meant.
enum class AckOutcome : std::uint8_t {
  kFinished,     // The exchange is over; its id is free.
  kSendPubrel,   // PUBREC taken (again): answer PUBREL (MQTT-4.3.3-4, E-069).
  kUnknown,      // No such id in flight.
  kWrongPacket,  // PUBACK for QoS 2 or PUBREC for QoS 1: a protocol error (E-069).
};

class SendWindow {
 public:
  // A connection begins: at most `limit` unacknowledged messages on it. What is left from earlier
  // connections waits to be sent again; take it with next_resend (E-051).
  void begin_connection(std::uint16_t limit);

  // Room for one more message, and nothing older still to be sent again. Ids may run out before the
  // quota does: an exchange that only lacks its PUBCOMP uses no quota on later connections (E-052).
  [[nodiscard]] bool has_room() const {
    return used_ < limit_ && count_ < kPacketIdsMax && resend_.empty();
  }

  // Puts a message in flight and names it. Only if has_room(), and not with QoS 0.
  mqtt::PacketId add(OutgoingMessage outgoing);

  [[nodiscard]] bool has_resend() const { return !resend_.empty(); }
  // The next message or PUBREL to send again; null when there is none, or no quota for it.
  [[nodiscard]] const InFlight* next_resend();

  AckOutcome puback(mqtt::PacketId id);
  AckOutcome pubrec(mqtt::PacketId id, bool error);
  AckOutcome pubcomp(mqtt::PacketId id);

  // The shared subscription that the message with this id came from; 0: none, or no such id.
  [[nodiscard]] std::uint16_t share_of(mqtt::PacketId id) const;
  // What is not acknowledged, in no order.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const InFlight& entry : table_) {
      if (entry.state != SendState::kFree) {
        visit(entry);
      }
    }
  }

  // At most so many are unacknowledged on this connection.
  [[nodiscard]] std::uint16_t limit() const { return limit_; }
  [[nodiscard]] std::size_t size() const { return count_; }
  // Of the messages that are kept to be sent again.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  static constexpr std::uint16_t kPacketIdsMax = 65'535;

  [[nodiscard]] InFlight* find(mqtt::PacketId id);
  void release_message(InFlight& entry);
  void finish(InFlight& entry);
  void grow();

  ThinVector<InFlight> table_;         // Power of two; entry of id i at i modulo its size.
  ThinVector<mqtt::PacketId> resend_;  // Newest first: taken from the back.
  std::uint64_t next_order_ = 0;       // 32 bits would wrap within a day of a busy session.
  std::size_t bytes_ = 0;
  std::uint16_t last_id_ = 0;
  std::uint16_t limit_ = 0;
  std::uint16_t used_ = 0;
  std::uint16_t count_ = 0;
};

}  // namespace godwit::session
