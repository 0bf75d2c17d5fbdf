// The connections whose layers (PROXY, TLS, WebSocket) are still shaking hands, and three bounds:
//
//   time a turn      A signature costs as much as a thousand messages. A turn spends kTimePerTurn
//                    on handshakes, then the rest waits, first come first served, for the next one:
//                    a storm of them delays a message by about that, and uses what is left over.
//   time each        `deadline` from the accept to the end of the handshake.
//   number           `unfinished_max` that have begun. One more cuts the oldest: that one has
//                    waited longest for its client, and an honest client answers at once.
//
// Owner and thread: the I/O thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "base/time.h"
#include "broker/front/ids.h"
#include "broker/net/closer.h"
#include "broker/net/probe.h"
#include "broker/net/socket_table.h"

namespace godwit::net {

struct HandshakeSettings {
  Duration deadline = std::chrono::seconds(5);
  std::size_t unfinished_max = 4'096;  // Of one thread.
};

class Handshakes {
 public:
  struct Needs {
    SocketTable& sockets;
    Closer& closer;
    IoProbe& probe;
  };
  Handshakes(const Needs& needs, const HandshakeSettings& settings)
      : needs_(needs), settings_(settings) {}

  // A socket with layers that are not ready yet.
  void opened(front::ConnectionIndex index, Instant now);

  void begin_turn() { spent_ = Duration::zero(); }
  // Input has come. False: it is not to be read in this turn; it is kept in mind.
  [[nodiscard]] bool may_step(front::ConnectionIndex index);
  // The next one that was put off, if there is time in this turn.
  [[nodiscard]] std::optional<front::ConnectionIndex> next_put_off();
  // Around the reading of its input, which took `spent`.
  void stepping(front::ConnectionIndex index);
  void stepped(front::ConnectionIndex index, Duration spent);

  // Some wait for the next turn: it is due at once.
  [[nodiscard]] bool has_put_off() const { return !put_off_.empty(); }
  // Cuts those that are over their time.
  void expire(Instant now);
  [[nodiscard]] Instant next_deadline() const;

 private:
  static constexpr Duration kTimePerTurn = std::chrono::milliseconds(1);

  struct Place {
    front::ConnectionIndex index;
    std::uint32_t generation;  // Of the slot: the connection may have ended meanwhile.
  };
  struct Deadline {
    Instant at;
    Place place;
  };

  [[nodiscard]] Place place_of(front::ConnectionIndex index) const;
  [[nodiscard]] bool unfinished(const Place& place) const;
  void make_room();

  const Needs needs_;
  const HandshakeSettings settings_;
  Duration spent_ = Duration::zero();
  std::deque<Place> put_off_;
  std::deque<Deadline> deadlines_;  // In order, since all have the same time.
  std::deque<Place> begun_;         // Oldest first; some have ended since.
};

}  // namespace godwit::net
