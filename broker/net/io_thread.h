// One I/O thread: its poller, its sockets, its front, its mailbox, and the loop that turns them.
//
// A turn: wait; parse again what was held back; read every readable connection once; take in mail;
// fire deadlines; then post the front's mail, flush every connection that has output with one send,
// and carry out the front's effects. One small message costs three system calls: epoll_wait, recv,
// send.
//
// Back-pressure between threads. A batch that finds the other mailbox full stays in the front's
// outgoing batch, and later turns append to it. Until it has gone out this thread reads nothing new
// from clients and sends them nothing, so that no acknowledgement overtakes its mail; it looks
// again every kStalledWait. Mail is taken in all the same, and so are deadlines and hang-ups. Hence
// no deadlock: two threads with full mailboxes both go on draining, so both mailboxes empty; what
// mail itself causes (answers, confirmations) is bounded by what was asked, and only clients can
// ask without end.
//
// Owner: the application. The front, the clock and the services outlive it.
// Thread: constructor, start and join the owner's; begin_stop, mailbox and probe().load() any; turn
// the thread's own.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/runner.h"
#include "base/time.h"
#include "broker/front/front.h"
#include "broker/net/authentication_service.h"
#include "broker/net/closer.h"
#include "broker/net/flusher.h"
#include "broker/net/handshakes.h"
#include "broker/net/io_mail.h"
#include "broker/net/poller.h"
#include "broker/net/probe.h"
#include "broker/net/reader.h"
#include "broker/net/socket_table.h"
#include "broker/net/stream.h"

namespace godwit::net {

struct IoThreadSettings {
  ThreadIndex self;
  std::vector<std::string> listener_names;  // By the number in NewSocket.
  // How long a closing connection may take to accept its last bytes.
  Duration close_grace = std::chrono::seconds(5);
  // From begin_stop until connections are closed whatever they still owe.
  Duration drain_deadline = std::chrono::seconds(5);
  // Batches and sockets that may wait for this thread; then their senders wait.
  std::size_t mailbox_items_max = 1'024;
  std::size_t read_buffer_bytes = std::size_t{256} << 10U;
  HandshakeSettings handshakes;
};

class IoThread final : public AuthenticationReply {
 public:
  struct Needs {
    front::Front& front;
    AuthenticationService& authentication;
    const Clock& clock;
    MetricSheet& metrics;
    const Log& log;
  };
  IoThread(IoThreadSettings settings, const Needs& needs);
  ~IoThread() override;

  [[nodiscard]] IoMailbox& mailbox() { return mailbox_; }
  // For its load.
  [[nodiscard]] const IoProbe& probe() const { return probe_; }
  // The mailboxes of all I/O threads by ThreadIndex, its own included; before the first turn.
  void connect(std::vector<IoMailbox*> mailboxes) { mailboxes_ = std::move(mailboxes); }

  void start();
  // Tells clients, drains, and ends by the drain deadline.
  void begin_stop() { mailbox_.post_always(Stop{}); }
  void join() { runner_.join(); }

  // One turn of the loop; false when the thread has nothing left to do after a stop. Called by
  // `start`'s thread, and by tests. `longest`: at most this long a wait.
  [[nodiscard]] bool turn(Duration longest = Duration::max());

  // From the pool's threads.
  void authenticated(front::ConnectionId connection, access::AuthenticationResult result) override;

 private:
  // Output that is worth flushing before more input is read.
  static constexpr std::size_t kFlushAfterBytes = std::size_t{256} << 10U;
  // Encoded bytes (answers of the stream's own layers) beyond which its input waits.
  static constexpr std::size_t kStreamUnsentMax = std::size_t{256} << 10U;
  // How often a stalled thread looks whether the other mailbox has room.
  static constexpr Duration kStalledWait = std::chrono::milliseconds(1);

  enum class Phase : std::uint8_t { kRunning, kDraining, kDone };

  // How long to wait; sets the alarm if that is for a deadline.
  [[nodiscard]] Duration wait_time(Instant now, Duration longest);
  void handle(const Poller::Event& event, front::Turn& turn);
  void handle_readable(front::ConnectionIndex index, bool hung_up, front::Turn& turn);
  void read(front::ConnectionIndex index, front::Turn& turn);
  void shake_hands(front::ConnectionIndex index, front::Turn& turn);
  void shake_hands_put_off(front::Turn& turn);
  void resume_held_back(front::Turn& turn);
  void take_mail(front::Turn& turn);
  // What was drained; false if the front wants the rest of it later.
  bool take_drained(front::Turn& turn);
  void flush_if_much(front::Turn& turn);
  void flush_answer_of_stream(front::ConnectionIndex index, front::Turn& turn);
  void finish_turn(front::Turn& turn);
  // True if there were any.
  bool carry_out_effects(front::Turn& turn);
  void post_mail();
  template <class Part>
  void post_part(std::size_t to, Part front::MailBatch::*part);
  void end_if_drained(Instant now);

  void carry_out(front::CloseConnection& effect, front::Turn& turn);
  void carry_out(front::Authenticate& effect, front::Turn& turn);
  void carry_out(front::HandOver& effect, front::Turn& turn);
  void carry_out(front::ResumeInput& effect, front::Turn& turn);

  void take(front::MailBatch& batch, front::Turn& turn);
  void take(NewSocket& fresh, front::Turn& turn);
  void take(HandedOver& moved, front::Turn& turn);
  void take(AuthenticationDone& done, front::Turn& turn);
  void take(InternalPublishes& publishes, front::Turn& turn);
  void take(PolicyChanged& changed, front::Turn& turn);
  void take(Stop& stop, front::Turn& turn);

  [[nodiscard]] front::PeerInfo peer(std::string address, std::uint16_t listener) const;
  // Gives a connection of the front its socket; the front loses it again if the poller is full.
  void open(front::ConnectionIndex index, HandedOver& parts, front::Turn& turn);

  const IoThreadSettings settings_;
  const Needs needs_;
  const Log log_;
  IoProbe probe_;
  Poller poller_;
  IoMailbox mailbox_;
  std::vector<IoMailbox*> mailboxes_;

  StreamBuffers stream_buffers_;
  SocketTable sockets_;
  Closer closer_;
  Reader reader_;
  Flusher flusher_;
  Handshakes handshakes_;

  Instant working_since_;  // The end of the last wait.
  Phase phase_ = Phase::kRunning;
  Instant alarm_at_ = kNever;  // When the poller's alarm rings; kNever: it is not set.
  Instant drained_by_ = kNever;
  bool stalled_ = false;  // A batch waits for room in another mailbox.
  std::size_t flush_above_ = kFlushAfterBytes;
  // Reused from turn to turn.
  std::vector<front::ConnectionIndex> resumable_;
  std::vector<front::ConnectionIndex> resuming_;
  std::vector<IoMail> mail_;  // Drained; taken up to the next number.
  std::size_t mail_taken_ = 0;
  bool mail_due_ = false;  // The bell was rung, and not all has been taken since.
  front::Effects effects_;
  std::vector<IoMail> finished_mail_;  // Emptied batches, for whoever posts next.

  ThreadRunner runner_;
};

}  // namespace godwit::net
