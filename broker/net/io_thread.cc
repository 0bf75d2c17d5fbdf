#include "broker/net/io_thread.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/check.h"

namespace godwit::net {

using front::ConnectionIndex;

IoThread::IoThread(IoThreadSettings settings, const Needs& needs)
    : settings_(std::move(settings)),
      needs_(needs),
      log_(needs.log.with("thread", std::to_string(settings_.self.value()))),
      probe_(needs.metrics, settings_.self),
      mailbox_(settings_.mailbox_items_max, poller_.waker()),
      stream_buffers_(settings_.read_buffer_bytes),
      sockets_(poller_),
      closer_({needs.front, sockets_, probe_}, settings_.close_grace),
      reader_({needs.front, sockets_, closer_, stream_buffers_, probe_, log_},
              settings_.read_buffer_bytes),
      flusher_({needs.front, sockets_, closer_, stream_buffers_, probe_}),
      handshakes_({sockets_, closer_, probe_}, settings_.handshakes),
      working_since_(needs.clock.now()) {}

IoThread::~IoThread() { runner_.join(); }

void IoThread::start() {
  CHECK(mailboxes_.size() > settings_.self.value());
  runner_.start("io-" + std::to_string(settings_.self.value()), [this] {
    while (turn()) {
    }
  });
}

bool IoThread::turn(Duration longest) {
  // Not with the poller: clients' input that is not read now would end the wait at once.
  if (stalled_) {
    std::this_thread::sleep_for(kStalledWait);
  }
  const Instant idle_from = needs_.clock.now();
  probe_.worked(idle_from - working_since_);
  const Poller::Wait woken = poller_.wait(wait_time(idle_from, longest));
  if (woken.alarm) {
    alarm_at_ = kNever;
  }
  front::Turn turn{needs_.clock.now()};
  working_since_ = turn.now;
  flusher_.begin_turn();
  handshakes_.begin_turn();
  // Before new input, and before its end: what was held back came earlier.
  resume_held_back(turn);
  shake_hands_put_off(turn);
  for (const Poller::Event& event : woken.events) {
    handle(event, turn);
    flush_if_much(turn);
  }
  // Only from here on are slots filled: no event is left that could meet a new connection.
  mail_due_ = mail_due_ || woken.rung;
  if (mail_due_) {
    take_mail(turn);
  }
  needs_.front.tick(turn);
  closer_.expire(turn.now);
  handshakes_.expire(turn.now);
  finish_turn(turn);
  if (phase_ == Phase::kDraining) {
    end_if_drained(turn.now);
  }
  return phase_ != Phase::kDone;
}

Duration IoThread::wait_time(Instant now, Duration longest) {
  // Mail that has waited for a long fan-out rings no bell.
  const bool mail_can_go_on = mail_due_ && needs_.front.wants_mail();
  if (stalled_ || !resumable_.empty() || handshakes_.has_put_off() || mail_can_go_on) {
    return Duration::zero();
  }
  const Instant due = std::min({needs_.front.next_deadline(), closer_.next_deadline(),
                                handshakes_.next_deadline(), drained_by_});
  // An alarm that rings too early costs a turn, and deadlines mostly move away.
  if (due == kNever || alarm_at_ <= due) {
    return longest;
  }
  if (due <= now) {
    return Duration::zero();
  }
  poller_.set_alarm(due - now);
  alarm_at_ = due;
  return longest;
}

void IoThread::handle(const Poller::Event& event, front::Turn& turn) {
  const ConnectionIndex index(event.key);
  const Socket& socket = sockets_.at(index);
  // Each step may close the connection.
  if (event.writable && socket.state != SocketState::kFree && !stalled_) {
    flusher_.writable(index, turn);
    // It may have been held back because its stream had too much to say.
    if (socket.stream != nullptr && socket.state == SocketState::kOpen) {
      sockets_.set_reading(index, true);
    }
  }
  if (event.readable || event.hung_up) {
    handle_readable(index, event.hung_up, turn);
  }
}

void IoThread::handle_readable(ConnectionIndex index, bool hung_up, front::Turn& turn) {
  const Socket& socket = sockets_.at(index);
  switch (socket.state) {
    case SocketState::kFree:
    case SocketState::kLost:
      return;
    case SocketState::kClosing:
    case SocketState::kLingering:
      if (hung_up) {
        closer_.failed(index);
      } else {
        closer_.discard_input(index);
      }
      return;
    case SocketState::kOpen:
      break;
  }
  if (stalled_) {
    return;
  }
  const bool stream_full =
      socket.stream != nullptr && socket.stream->unsent().size() > kStreamUnsentMax;
  if (!stream_full && needs_.front.wants_input(index)) {
    if (socket.handshake == HandshakeState::kNone) {
      read(index, turn);
    } else if (hung_up) {
      closer_.failed(index);  // Nobody is there to shake hands with.
    } else if (handshakes_.may_step(index)) {
      shake_hands(index, turn);
    }
  } else if (needs_.front.waits_for_turn(index)) {
    // It is looked at in one of the next turns, which come without a wait; then it may hang up.
  } else if (hung_up) {
    closer_.failed(index);
  } else {
    // Only now: most clients wait for their CONNACK, and cost no call to the kernel.
    sockets_.set_reading(index, false);
  }
}

void IoThread::read(ConnectionIndex index, front::Turn& turn) {
  reader_.read(index, turn);
  const Socket& socket = sockets_.at(index);
  if (socket.stream != nullptr && !socket.stream->unsent().empty()) {
    flush_answer_of_stream(index, turn);
  }
}

void IoThread::shake_hands(ConnectionIndex index, front::Turn& turn) {
  const Instant begin = needs_.clock.now();
  handshakes_.stepping(index);
  read(index, turn);
  handshakes_.stepped(index, needs_.clock.now() - begin);
}

void IoThread::shake_hands_put_off(front::Turn& turn) {
  if (stalled_) {
    return;
  }
  while (const auto index = handshakes_.next_put_off()) {
    shake_hands(*index, turn);
  }
}

void IoThread::flush_answer_of_stream(ConnectionIndex index, front::Turn& turn) {
  post_mail();  // As in finish_turn: acknowledgements may wait in front of it.
  if (stalled_) {
    sockets_.set_writing(index, true);
  } else {
    flusher_.flush(index, turn);
  }
}

void IoThread::resume_held_back(front::Turn& turn) {
  if (stalled_) {
    return;
  }
  resuming_.swap(resumable_);
  for (const ConnectionIndex index : resuming_) {
    if (sockets_.at(index).state != SocketState::kOpen) {
      continue;
    }
    reader_.resume(index, turn);
    flush_if_much(turn);
  }
  resuming_.clear();
}

void IoThread::flush_if_much(front::Turn& turn) {
  if (needs_.front.output_bytes() <= flush_above_) {
    return;
  }
  post_mail();  // As in finish_turn: before the acknowledgements.
  if (stalled_) {
    return;
  }
  flusher_.flush_dirty(turn);
  // What is left waits for its sockets and is no reason to flush again.
  flush_above_ = needs_.front.output_bytes() + kFlushAfterBytes;
}

void IoThread::finish_turn(front::Turn& turn) {
  // Each step may give the others something to do; it ends because answers are not asked again,
  // what a flush leaves behind waits for writability, and connections are lost once.
  //
  // Mail goes first: who has seen an acknowledgement, and tells somebody on another thread, must
  // find there what was acknowledged. So nothing is sent while mail waits for room.
  bool worked = true;
  while (worked) {
    post_mail();
    worked = !stalled_ && flusher_.flush_dirty(turn);
    worked = carry_out_effects(turn) || worked;
    worked = closer_.settle(turn) || worked;
  }
  flush_above_ = needs_.front.output_bytes() + kFlushAfterBytes;
  post_mail();
}

bool IoThread::carry_out_effects(front::Turn& turn) {
  effects_.swap(needs_.front.effects());
  if (effects_.empty()) {
    return false;
  }
  for (front::Effect& effect : effects_) {
    std::visit([&](auto& item) { carry_out(item, turn); }, effect);
  }
  effects_.clear();
  return true;
}

void IoThread::carry_out(front::CloseConnection& effect, front::Turn& turn) {
  const ConnectionIndex index = effect.connection;
  closer_.close(index, flusher_.sent_this_turn(index), turn.now);
  if (sockets_.at(index).state == SocketState::kClosing && !stalled_) {
    flusher_.flush(index, turn);
  }
}

void IoThread::carry_out(front::Authenticate& effect, front::Turn& turn) {
  const front::ConnectionId connection = effect.connection;
  auto answer = needs_.authentication.request(std::move(effect), *this);
  if (answer) {
    needs_.front.authenticated(connection, std::move(*answer), turn);
  }
}

void IoThread::carry_out(front::HandOver& effect, front::Turn& /*turn*/) {
  // A lost socket goes too: the front it belongs to now is told there.
  Socket& socket = sockets_.at(effect.connection);
  HandedOver moved;
  moved.listener = socket.listener;
  moved.stream = std::move(socket.stream);
  moved.rest = std::exchange(socket.rest, Rest());
  moved.connect = std::move(effect.connect);
  moved.socket = sockets_.take(effect.connection);
  needs_.front.release(effect.connection);
  probe_.socket_closed();
  // Bounded by the number of connections; refused only by a thread that has stopped.
  mailboxes_[effect.to.value()]->post_always(std::move(moved));
}

void IoThread::carry_out(front::ResumeInput& effect, front::Turn& /*turn*/) {
  const ConnectionIndex index = effect.connection;
  if (sockets_.at(index).rest.empty()) {
    // Most clients wait for their CONNACK: no turn is needed for what has not come.
    if (sockets_.at(index).state == SocketState::kOpen) {
      sockets_.set_reading(index, true);
    }
    return;
  }
  // In the next turn, so that one connection's input in slices does not hold up the others.
  resumable_.push_back(index);
}

void IoThread::end_if_drained(Instant now) {
  if (sockets_.count() > 0 && now < drained_by_) {
    return;
  }
  if (sockets_.count() > 0) {
    log_.warn("drain_deadline", {{"connections", std::to_string(sockets_.count())}});
  }
  closer_.close_all();
  phase_ = Phase::kDone;
  // What still comes is refused, what waits is dropped: sockets in it close themselves.
  mailbox_.close();
  mailbox_.drain(mail_);
  mail_.clear();
}

}  // namespace godwit::net
