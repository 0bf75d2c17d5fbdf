// One I/O thread's share of the broker: its connections, sessions, subscriptions and retained
// messages, and the way of every packet through them.
//
// Pure: bytes and events come in through these calls, bytes go out through outboxes, and the rare
// rest through effects and mail. No clock, socket, disk, thread or chance inside, so the server,
// the simulator and the fuzzers run the same code.
//
// The turn of its caller (broker/net, or a test):
//
//   receive / written / lost / adopt / mail / authenticated / tick   any number of times
//   for each of outgoing(): post its publishes to that thread; then for each, its control
//   for each of take_dirty(): write outbox(c), report written(c, n)
//   for each of effects():  carry it out
//
// Thread: the I/O thread it belongs to.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/time.h"
#include "broker/access/authentication.h"
#include "broker/access/policy.h"
#include "broker/front/effects.h"
#include "broker/front/ids.h"
#include "broker/front/mail.h"
#include "broker/front/outbox.h"
#include "broker/front/peer.h"
#include "broker/front/settings.h"

namespace godwit::front {

// What does not change while input is handled. Made by the caller once per loop turn.
struct Turn {
  Instant now;
};

class Front {
 public:
  Front(const FrontSettings& settings, std::shared_ptr<const access::Policy> policy, Random& random,
        MetricSheet& metrics, const Log& log, Instant now);
  ~Front();
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  // A peer has connected. Its CONNECT deadline runs from `turn.now`. None if connections are not
  // taken at the moment (over the memory budget, or stopping): close the socket.
  [[nodiscard]] std::optional<ConnectionIndex> accept(PeerInfo peer, Turn& turn);

  // More is known of the peer; before its first byte, if at all.
  void identified(ConnectionIndex connection, PeerIdentity identity);
  // For logs, as long as the connection is there.
  [[nodiscard]] std::string_view peer_address(ConnectionIndex connection) const;
  // Bytes from a peer. Returns how many were used; the rest begins an unfinished packet, or input
  // is held back (see wants_input): show it again, with more behind it. The bytes are only read.
  [[nodiscard]] std::size_t receive(ConnectionIndex connection, std::span<const std::byte> input,
                                    Turn& turn);
  // False while a connection's input must wait (for authentication, its session, the end of a
  // fan-out over several turns, or because its peer does not read the answers): do not read on;
  // ResumeInput says when to go on. False also once it is closing.
  [[nodiscard]] bool wants_input(ConnectionIndex connection) const;
  // Its input waits only because this turn is over for it, or for a long fan-out of its own: it
  // goes on by itself within a few turns, so what has come is not thrown away though the peer has
  // gone.
  [[nodiscard]] bool waits_for_turn(ConnectionIndex connection) const;
  // `count` bytes of the outbox have been written to the socket.
  void written(ConnectionIndex connection, std::size_t count, Turn& turn);
  // The peer has closed, or the socket has failed; not after CloseConnection or HandOver was
  // carried out. Effects that name it and were not carried out yet are taken back.
  void lost(ConnectionIndex connection, Turn& turn);
  // After CloseConnection, HandOver or lost: gives the slot back. The outbox is dropped.
  void release(ConnectionIndex connection);

  // Answers an Authenticate effect. Ignored if that connection has gone.
  void authenticated(ConnectionId connection, access::AuthenticationResult result, Turn& turn);
  // Takes a connection from another thread's HandOver; its CONNECT goes on here.
  [[nodiscard]] ConnectionIndex adopt(PeerInfo peer, std::unique_ptr<PendingConnect> connect,
                                      Turn& turn);
  // A batch from another front; what it holds is taken, its memory given back where possible. Only
  // while wants_mail().
  void mail(MailBatch& batch, Turn& turn);
  // False while a publish of the last batch goes out over several turns: keep what comes.
  [[nodiscard]] bool wants_mail() const;
  // Deadlines that have come, and the next slice of what goes in slices. Called once a turn, before
  // its output is flushed; a turn is due when next_deadline is reached (Instant::min(): at once).
  void tick(Turn& turn);
  [[nodiscard]] Instant next_deadline() const;

  // From now on this policy decides, about subscriptions and queued messages that are there too.
  // Nobody is disconnected by it.
  void set_policy(const access::Policy& policy, Turn& turn);
  // Publishes for the broker itself ($SYS): retained, QoS 0.
  void publish_internal(std::string_view topic, std::string_view payload, Turn& turn);
  // Stops taking connections; wills go out, 5.0 clients are told 0x8B, all are closed once their
  // outboxes are written. `connection_count` reaches 0 when that is done.
  void stop(Turn& turn);

  // What the turn has produced. The caller empties effects; outgoing batches it swaps with empty
  // ones. `take_dirty` moves the connections whose outbox has grown since the last call to `out`,
  // each once; `out` must be empty.
  void take_dirty(std::vector<ConnectionIndex>& out);
  [[nodiscard]] Effects& effects();
  [[nodiscard]] std::vector<MailBatch>& outgoing();  // Indexed by thread; its own stays empty.
  [[nodiscard]] Outbox& outbox(ConnectionIndex connection);
  // Bytes in all outboxes: so much output that it is worth flushing before reading on.
  [[nodiscard]] std::size_t output_bytes() const;

  [[nodiscard]] std::size_t connection_count() const;

  // The room's own; defined in parts.h.
  struct Parts;

 private:
  std::unique_ptr<Parts> parts_;
};

}  // namespace godwit::front
