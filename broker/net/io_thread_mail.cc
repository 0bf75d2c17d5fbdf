// What an I/O thread takes in from other threads, and what it posts to them.
#include <utility>

#include "base/check.h"
#include "broker/net/io_thread.h"

namespace godwit::net {

using front::ConnectionIndex;

namespace {

// Of the memory of an emptied batch: one that once held a burst is not kept for reuse.
constexpr std::size_t kBatchBytesKept = std::size_t{1} << 20U;
constexpr std::size_t kBatchControlKept = 1'024;

// Takes over memory that `emptied` has and `waiting` lacks.
template <class Part>
void reuse(Part& emptied, Part& waiting) {
  if (waiting.empty() && waiting.capacity() < emptied.capacity()) {
    waiting.swap(emptied);
  }
}

}  // namespace

void IoThread::take_mail(front::Turn& turn) {
  // What waited for the end of a long fan-out comes before anything newer.
  if (!take_drained(turn)) {
    return;
  }
  mailbox_.drain(mail_, finished_mail_);
  finished_mail_.clear();
  mail_due_ = !take_drained(turn);
}

bool IoThread::take_drained(front::Turn& turn) {
  while (mail_taken_ < mail_.size()) {
    if (!needs_.front.wants_mail()) {
      return false;
    }
    std::visit([&](auto& item) { take(item, turn); }, mail_[mail_taken_++]);
    flush_if_much(turn);
  }
  mail_.clear();
  mail_taken_ = 0;
  return true;
}

void IoThread::post_mail() {
  const bool was_stalled = std::exchange(stalled_, false);
  const std::size_t threads = needs_.front.outgoing().size();
  // All publishes before any control (broker/front/mail.h).
  for (std::size_t to = 0; to < threads; ++to) {
    post_part(to, &front::MailBatch::publishes);
  }
  for (std::size_t to = 0; to < threads && !stalled_; ++to) {
    post_part(to, &front::MailBatch::control);
  }
  if (stalled_ && !was_stalled) {
    probe_.mailbox_was_full();
  }
}

template <class Part>
void IoThread::post_part(std::size_t to, Part front::MailBatch::*part) {
  Part& waiting = needs_.front.outgoing()[to].*part;
  if (waiting.empty()) {
    return;
  }
  IoMail item(front::MailBatch{.from = settings_.self, .publishes = {}, .control = {}});
  (std::get<front::MailBatch>(item).*part).swap(waiting);
  const bool posted = mailboxes_[to]->post(item);
  // If it was taken: one that the other thread has emptied, perhaps.
  auto& batch = std::get<front::MailBatch>(item);
  if (posted) {
    reuse(batch.publishes, needs_.front.outgoing()[to].publishes);
    reuse(batch.control, needs_.front.outgoing()[to].control);
    return;
  }
  (batch.*part).swap(waiting);
  if (mailboxes_[to]->closed()) {
    // That thread has ended, and with it those who were to get this.
    waiting.clear();
  } else {
    stalled_ = true;
  }
}

void IoThread::take(front::MailBatch& batch, front::Turn& turn) {
  needs_.front.mail(batch, turn);
  if (batch.publishes.capacity() > kBatchBytesKept ||
      batch.control.capacity() > kBatchControlKept ||
      finished_mail_.size() == IoMailbox::kFinishedMax) {
    return;
  }
  batch.publishes.clear();
  batch.control.clear();
  finished_mail_.emplace_back(std::move(batch));
}

void IoThread::take(NewSocket& fresh, front::Turn& turn) {
  probe_.socket_taken();
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
  // Its address comes with the CONNECT.
  const ConnectionIndex index =
      needs_.front.adopt(peer({}, moved.listener), std::move(moved.connect), turn);
  open(index, moved, turn);
}

void IoThread::take(AuthenticationDone& done, front::Turn& turn) {
  needs_.front.authenticated(done.connection, std::move(done.result), turn);
}

void IoThread::take(InternalPublishes& publishes, front::Turn& turn) {
  for (const InternalPublish& publish : publishes) {
    needs_.front.publish_internal(publish.topic, publish.payload, turn);
  }
}

void IoThread::take(PolicyChanged& changed, front::Turn& turn) {
  needs_.front.set_policy(changed.policy, turn);
}

void IoThread::take(Stop& /*stop*/, front::Turn& turn) {
  if (phase_ != Phase::kRunning) {
    return;
  }
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
  if (socket.stream != nullptr && !socket.stream->ready()) {
    handshakes_.opened(index, turn.now);
  }
}

void IoThread::authenticated(front::ConnectionId connection, access::AuthenticationResult result) {
  // Bounded by the pool's queue.
  mailbox_.post_always(AuthenticationDone{connection, std::move(result)});
}

}  // namespace godwit::net
