// One network connection as the front sees it: the protocol state of section 4.2 and the bytes that
// wait for its socket. No socket here.
//
// Thread: the front's.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "broker/access/authentication.h"
#include "broker/front/ids.h"
#include "broker/front/outbox.h"
#include "broker/front/pending_connect.h"
#include "broker/front/topic_aliases.h"
#include "broker/mqtt/decoder.h"
#include "broker/mqtt/types.h"

namespace godwit::front {

struct SessionSlot;

// The states of a connection, in the order they are passed through.
struct AwaitConnect {};
struct Authenticating {
  std::unique_ptr<PendingConnect> connect;
};
struct Exchanging {  // The client has to answer with AUTH, or to leave.
  std::unique_ptr<PendingConnect> connect;
  std::unique_ptr<access::AuthenticationExchange> exchange;
};
struct AwaitOpen {  // The home of the client id has been asked who owns it.
  std::unique_ptr<PendingConnect> connect;
};
struct Open {
  SessionSlot* slot;  // Never null; the slot points back.
};
struct HandedOver {};  // Its socket goes to another front, with what has not been parsed yet.
struct Closed {};      // No input is read any more; the outbox may still hold last words.
struct Vacant {};      // The slot is free.

using ConnectionState = std::variant<Vacant, AwaitConnect, Authenticating, Exchanging, AwaitOpen,
                                     Open, HandedOver, Closed>;

// Of an open connection whose CONNECT named a method: how it may authenticate again (section
// 4.12.1).
struct Reauthentication {
  enum class Phase : std::uint8_t {
    kNone,
    kAsked,     // An answer to the client is on its way.
    kAnswered,  // The client has to send the next step.
  };
  std::string method;
  Phase phase = Phase::kNone;
  std::unique_ptr<access::AuthenticationExchange> exchange = nullptr;
};

struct Connection {
  ConnectionId id;
  ConnectionState state;
  Outbox outbox;

  mqtt::ProtocolVersion version = mqtt::ProtocolVersion::k5_0;
  bool dirty = false;                 // In the front's list of connections to flush.
  bool fanning_out = false;           // Its publish needs several turns; its input waits.
  bool had_its_turn = false;          // No more of its input is looked at in this turn.
  bool client_closed = false;         // Its DISCONNECT came: nothing more is sent (MQTT-3.14.4-1).
  std::uint16_t qos2_ids_before = 0;  // Of the client, left open by an earlier connection.
  std::uint16_t keep_alive_seconds = 0;            // 0: none.
  std::uint32_t maximum_packet_size = UINT32_MAX;  // The client's: no larger packet is sent.
  std::unique_ptr<TopicAliases> aliases;           // Null if there are none in either direction.
  std::unique_ptr<Reauthentication> reauthentication;  // Null without a method.
  Instant last_packet{};         // Of the last complete packet once open; of the accept before.
  Instant timer_armed = kNever;  // The deadline that stands in the wheel; kNever: none does.
  std::string address;           // For logs.
  std::unique_ptr<const std::string> certificate_name;  // Null: no certificate tells who it is.

  template <class State>
  [[nodiscard]] bool is() const {
    return std::holds_alternative<State>(state);
  }
  // Its input waits only for a turn of its front, and goes on by itself.
  [[nodiscard]] bool waits_for_turn() const { return fanning_out || had_its_turn; }
  // Null unless open.
  [[nodiscard]] SessionSlot* slot() const {
    const Open* open = std::get_if<Open>(&state);
    return open != nullptr ? open->slot : nullptr;
  }
};

// Of the 700 bytes an idle connection may cost (session_table.h has the sum): ids 8, state 24,
// outbox 24, small values 16, rare parts 24, times 16, address 32.
static_assert(sizeof(Connection) <= 144);

// How the packets of this client are to be read.
[[nodiscard]] mqtt::DecodeContext decode_context(const Connection& connection,
                                                 const mqtt::CodecLimits& limits);

// MQTT-3.1.2-22: one and a half times the keep alive after the last packet; kNever without one.
[[nodiscard]] Instant keep_alive_deadline(const Connection& connection);

// The connections of one front, by index; slots are reused with a new generation.
class ConnectionTable {
 public:
  Connection& add(Instant now);
  void remove(Connection& connection);

  [[nodiscard]] Connection& at(ConnectionIndex index) {
    return (*blocks_[index.value() / kBlock])[index.value() % kBlock];
  }
  [[nodiscard]] const Connection& at(ConnectionIndex index) const {
    return (*blocks_[index.value() / kBlock])[index.value() % kBlock];
  }
  // Null if that connection has gone.
  [[nodiscard]] Connection* find(const ConnectionId& id);
  [[nodiscard]] std::size_t size() const { return size_; }

  template <class Visit>
  void for_each(Visit visit) {
    for (std::uint32_t index = 0; index < end_; ++index) {
      if (Connection& connection = at(ConnectionIndex(index)); !connection.is<Vacant>()) {
        visit(connection);
      }
    }
  }

 private:
  static constexpr std::uint32_t kBlock = 64;
  // Never moved, and kept until the table goes.
  std::vector<std::unique_ptr<std::array<Connection, kBlock>>> blocks_;
  std::uint32_t end_ = 0;  // Slots that were ever used.
  std::vector<ConnectionIndex> free_;
  std::size_t size_ = 0;
};

}  // namespace godwit::front
