#include "broker/net/io_thread.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/check.h"
#include "broker/net/address.h"

namespace godwit::net {

using front::ConnectionIndex;

namespace {

// Emptied batches are kept for reuse, unless they once held a burst.
constexpr std::size_t kSpareBatchesMax = 8;
constexpr std::size_t kSpareBatchBytesMax = std::size_t{1} << 20U;

}  // namespace

IoThread::IoThread(IoThreadSettings settings, const Needs& needs)
    : settings_(std::move(settings)),
      needs_(needs),
      log_(needs.log.with("thread", std::to_string(settings_.self.value()))),
      probe_(needs.metrics),
      mailbox_(settings_.mailbox_items_max, poller_.waker()),
      stream_buffers_(settings_.read_buffer_bytes),
      sockets_(poller_),
      closer_({needs.front, sockets_, probe_}, settings_.close_grace),
      reader_({needs.front, sockets_, closer_, stream_buffers_, probe_},
              settings_.read_buffer_bytes),
      flusher_({needs.front, sockets_, closer_, stream_buffers_, probe_}) {}

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
  if (stalled_)
    std::this_thread::sleep_for(kStalledWait);
  const Poller::Wait woken = poller_.wait(wait_time(longest));
  front::Turn turn{needs_.clock.now()};
  flusher_.begin_turn();
  // Before new input, and before its end: what was held back came earlier.
  resume_held_back(turn);
  for (const Poller::Event& event : woken.events) {
    handle(event, turn);
    flush_if_much(turn);
  }
  // Only from here on are slots filled: no event is left that could meet a new connection.
  if (woken.rung)
    take_mail(turn);
  needs_.front.tick(turn);
  closer_.expire(turn.now);
  finish_turn(turn);
  if (phase_ == Phase::kDraining)
    end_if_drained(turn.now);
  return phase_ != Phase::kDone;
}

Duration IoThread::wait_time(Duration longest) const {
  if (stalled_ || !resumable_.empty())
    return Duration::zero();
  const Instant due =
      std::min({needs_.front.next_deadline(), closer_.next_deadline(), drained_by_});
  if (due == kNever)
    return longest;
  const Instant now = needs_.clock.now();
  return due <= now ? Duration::zero() : std::min(longest, due - now);
}

void IoThread::handle(const Poller::Event& event, front::Turn& turn) {
  const ConnectionIndex index(event.key);
  const Socket& socket = sockets_.at(index);
  // Each step may close the connection.
  if (event.writable && socket.state != SocketState::kFree) {
    flusher_.writable(index, turn);
    // It may have been held back because its stream had too much to say.
    if (socket.stream != nullptr && socket.state == SocketState::kOpen) {
      sockets_.set_reading(index, true);
    }
  }
  if (event.readable || event.hung_up)
    handle_readable(index, event.hung_up, turn);
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
  if (stalled_)
    return;
  const bool stream_full =
      socket.stream != nullptr && socket.stream->unsent().size() > kStreamUnsentMax;
  if (!stream_full && needs_.front.wants_input(index)) {
    reader_.read(index, turn);
    if (socket.stream != nullptr && !socket.stream->unsent().empty())
      flusher_.flush(index, turn);
  } else if (hung_up) {
    closer_.failed(index);
  } else {
    // Only now: most clients wait for their CONNACK, and cost no call to the kernel.
    sockets_.set_reading(index, false);
  }
}

void IoThread::resume_held_back(front::Turn& turn) {
  if (stalled_)
    return;
  resuming_.swap(resumable_);
  for (const ConnectionIndex index : resuming_) {
    if (sockets_.at(index).state != SocketState::kOpen)
      continue;
    reader_.resume(index, turn);
    flush_if_much(turn);
  }
  resuming_.clear();
}

void IoThread::take_mail(front::Turn& turn) {
  mailbox_.drain(mail_);
  for (IoMail& mail : mail_) {
    std::visit([&](auto& item) { take(item, turn); }, mail);
    flush_if_much(turn);
  }
  mail_.clear();
}

void IoThread::flush_if_much(front::Turn& turn) {
  if (needs_.front.output_bytes() <= flush_above_)
    return;
  post_mail();  // As in finish_turn: before the acknowledgements.
  flusher_.flush_dirty(turn);
  // What is left waits for its sockets and is no reason to flush again.
  flush_above_ = needs_.front.output_bytes() + kFlushAfterBytes;
}

void IoThread::finish_turn(front::Turn& turn) {
  // Each step may give the others something to do; it ends because answers are not asked again,
  // what a flush leaves behind waits for writability, and connections are lost once.
  //
  // Mail goes first: who has seen an acknowledgement, and tells somebody on another thread, must
  // find there what was acknowledged.
  bool worked = true;
  while (worked) {
    post_mail();
    worked = flusher_.flush_dirty(turn);
    worked = carry_out_effects(turn) || worked;
    worked = closer_.settle(turn) || worked;
  }
  flush_above_ = needs_.front.output_bytes() + kFlushAfterBytes;
  post_mail();
  needs_.front.end_turn();
}

bool IoThread::carry_out_effects(front::Turn& turn) {
  effects_.swap(needs_.front.effects());
  if (effects_.empty())
    return false;
  for (front::Effect& effect : effects_) {
    std::visit([&](auto& item) { carry_out(item, turn); }, effect);
  }
  effects_.clear();
  return true;
}

void IoThread::carry_out(front::CloseConnection& effect, front::Turn& turn) {
  const ConnectionIndex index = effect.connection;
  closer_.close(index, flusher_.sent_this_turn(index), turn.now);
  if (sockets_.at(index).state == SocketState::kClosing)
    flusher_.flush(index, turn);
}

void IoThread::carry_out(front::Authenticate& effect, front::Turn& turn) {
  const front::ConnectionId connection = effect.connection;
  const auto answer = needs_.authentication.request(std::move(effect), *this);
  if (answer)
    needs_.front.authenticated(connection, *answer, turn);
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
  // In the next turn, so that one connection's input in slices does not hold up the others.
  resumable_.push_back(effect.connection);
}

void IoThread::post_mail() {
  const bool was_stalled = std::exchange(stalled_, false);
  std::vector<front::MailBatch>& outgoing = needs_.front.outgoing();
  for (std::size_t to = 0; to < outgoing.size(); ++to) {
    if (outgoing[to].empty())
      continue;
    IoMail item(std::move(outgoing[to]));
    if (mailboxes_[to]->post(item)) {
      outgoing[to] = front::MailBatch{};
      if (!spare_batches_.empty()) {
        outgoing[to] = std::move(spare_batches_.back());
        spare_batches_.pop_back();
      }
      outgoing[to].from = settings_.self;
    } else {
      outgoing[to] = std::move(std::get<front::MailBatch>(item));
      stalled_ = true;
    }
  }
  if (stalled_ && !was_stalled)
    probe_.mailbox_was_full();
}

void IoThread::take(front::MailBatch& batch, front::Turn& turn) {
  needs_.front.mail(batch, turn);
  if (spare_batches_.size() == kSpareBatchesMax)
    return;
  if (batch.publishes.capacity() > kSpareBatchBytesMax)
    return;
  batch.publishes.clear();
  batch.control.clear();
  spare_batches_.push_back(std::move(batch));
}

void IoThread::take(NewSocket& fresh, front::Turn& turn) {
  const auto index = needs_.front.accept(peer(std::move(fresh.address), fresh.listener), turn);
  if (!index) {
    probe_.connection_refused(RefusalReason::kFront);
    return;
  }
  HandedOver parts{.socket = std::move(fresh.socket),
                   .listener = fresh.listener,
                   .stream = std::move(fresh.stream),
                   .rest = {},
                   .connect = {}};
  open(*index, parts, turn);
}

void IoThread::take(HandedOver& moved, front::Turn& turn) {
  const ConnectionIndex index =
      needs_.front.adopt(peer(peer_address(moved.socket.descriptor()), moved.listener),
                         std::move(moved.connect), turn);
  open(index, moved, turn);
}

void IoThread::take(AuthenticationDone& done, front::Turn& turn) {
  needs_.front.authenticated(done.connection, done.result, turn);
}

void IoThread::take(InternalPublishes& publishes, front::Turn& turn) {
  for (const InternalPublish& publish : publishes) {
    needs_.front.publish_internal(publish.topic, publish.payload, turn);
  }
}

void IoThread::take(Stop& /*stop*/, front::Turn& turn) {
  if (phase_ != Phase::kRunning)
    return;
  phase_ = Phase::kDraining;
  drained_by_ = add_saturating(turn.now, settings_.drain_deadline);
  needs_.front.stop(turn);
}

front::PeerInfo IoThread::peer(std::string address, std::uint16_t listener) const {
  CHECK(listener < settings_.listener_names.size());
  return {std::move(address), settings_.listener_names[listener]};
}

void IoThread::open(ConnectionIndex index, HandedOver& parts, front::Turn& turn) {
  if (!sockets_.open(index, parts.socket)) {
    probe_.connection_refused(RefusalReason::kSystem);
    needs_.front.lost(index, turn);
    needs_.front.release(index);
    return;
  }
  probe_.socket_opened();
  Socket& socket = sockets_.at(index);
  socket.listener = parts.listener;
  socket.rest = std::exchange(parts.rest, Rest());
  socket.stream = std::move(parts.stream);
}

void IoThread::end_if_drained(Instant now) {
  if (sockets_.count() > 0 && now < drained_by_)
    return;
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

void IoThread::authenticated(front::ConnectionId connection, access::AuthenticationResult result) {
  // Bounded by the pool's queue.
  mailbox_.post_always(AuthenticationDone{connection, std::move(result)});
}

}  // namespace godwit::net
