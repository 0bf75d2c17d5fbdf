#include "broker/host/seat.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "broker/host/mutant.h"
#include "broker/records/command_codec.h"

namespace godwit::host {

using records::ShardTime;

namespace {

// What a command brings beside what every command costs.
std::size_t bytes_of(const records::Command& command) {
  if (const auto* receive = std::get_if<records::Qos2Receive>(&command)) {
    return receive->message.size();
  }
  if (const auto* batch = std::get_if<records::PublishBatch>(&command)) {
    return batch->messages.size();
  }
  const auto* open = std::get_if<records::Open>(&command);
  return open != nullptr && open->will ? open->will->message.size() : 0;
}

}  // namespace

Seat::Seat(ShardId shard, const HostIdentity& identity, const HostLimits& limits,
           const storage::Reader& store, const raft::SnapshotMeta& applied,
           std::uint32_t generation)
    : identity_(identity),
      limits_(limits),
      overlay_(store),
      shard_({.shard = shard, .generation = generation, .hash_key = identity.hash_key}, overlay_),
      applied_(applied),
      saved_(applied.last.index),
      now_(identity.started),
      base_(identity.wall_at_start),
      base_at_(identity.started),
      lane_(identity.process) {}

// --- what is asked -------------------------------------------------------------------------------

void Seat::request(Request request, Answers& answers) {
  const std::size_t bytes = bytes_of(request.command);
  if (!leads_) {
    answers.tell(request.from, Refused{request.token, Refusal::kUnavailable});
  } else if (bytes > limits_.record_bytes_max) {
    answers.tell(request.from, Refused{request.token, Refusal::kTooLarge});
  } else if (waiting_.size() >= limits_.waiting_requests_max ||
             (waiting_bytes_ + bytes > limits_.waiting_bytes_max && !waiting_.empty())) {
    answers.tell(request.from, Refused{request.token, Refusal::kBusy});
  } else {
    waiting_bytes_ += bytes;
    waiting_.push_back({request.from, request.token, std::move(request.command)});
  }
}

void Seat::propose(records::Command command) {
  waiting_bytes_ += bytes_of(command);
  waiting_.push_back({.command = std::move(command)});
}

void Seat::publish(Publish publish, Answers& answers) {
  if (!leads_) {
    answers.tell(publish.from, Refused{publish.token, Refusal::kUnavailable});
  } else if (publish.record.size() > limits_.record_bytes_max) {
    answers.tell(publish.from, Refused{publish.token, Refusal::kTooLarge});
  } else if (lane_.bytes() + publish.record.size() > limits_.waiting_bytes_max &&
             lane_.bytes() > 0) {
    answers.tell(publish.from, Refused{publish.token, Refusal::kBusy});
  } else {
    lane_.add(std::move(publish));
  }
}

// --- leadership ----------------------------------------------------------------------------------

void Seat::lead(Answers& answers) {
  follow(answers);
  leads_ = true;
  // A time that has been told is never taken back; after a restart it goes on with the wall's.
  base_ = std::max(shard_time(now_), shard_.time());
  base_at_ = now_;
}

void Seat::follow(Answers& answers) {
  leads_ = false;
  attach_proposed_ = false;
  attachment_ = {};
  for (InFlight& entry : std::exchange(in_flight_, {})) {
    answer(entry.told, answers, false);
  }
  std::vector<Waiting> waiting(std::make_move_iterator(waiting_.begin()),
                               std::make_move_iterator(waiting_.end()));
  waiting_.clear();
  waiting_bytes_ = 0;
  answer(waiting, answers, false);
  lane_.rewind();
}

void Seat::attached(const shard::Attached& attached) {
  attachment_ = attached.attachment;
  lane_.rewind(records::after(attached.last));
}

void Seat::answer(std::vector<Waiting>& told, Answers& answers, bool done) {
  for (const Waiting& one : told) {
    if (!one.from) {
      continue;
    }
    if (done) {
      answers.tell(*one.from, Done{one.token});
    } else {
      answers.tell(*one.from, Refused{one.token, Refusal::kUnavailable});
    }
  }
}

// --- entries -------------------------------------------------------------------------------------

ShardTime Seat::shard_time(Instant now) const {
  return base_ + std::chrono::duration_cast<std::chrono::milliseconds>(now - base_at_);
}

Instant Seat::instant_of(ShardTime time) const {
  return base_at_ + std::chrono::duration_cast<Duration>(std::max(time, base_) - base_);
}

bool Seat::something_waits(Instant now) const {
  const auto due = shard_.next_deadline();
  return !waiting_.empty() || lane_.has_unsent() || (due && *due <= shard_time(now));
}

void Seat::fill_attachment(records::Command& command) const {
  if (auto* open = std::get_if<records::Open>(&command)) {
    open->attachment = attachment_;
  }
}

void Seat::take_waiting(records::Entry& entry) {
  std::size_t bytes = 0;
  while (!waiting_.empty()) {
    Waiting& one = waiting_.front();
    const std::size_t its_bytes = bytes_of(one.command);
    if (bytes + its_bytes > limits_.entry_bytes_max && bytes > 0) {
      return;  // The lane comes when these are through.
    }
    bytes += its_bytes;
    waiting_bytes_ -= its_bytes;
    fill_attachment(one.command);
    entry.commands.push_back(std::move(one.command));
    entry_.push_back({one.from, one.token, {}});
    waiting_.pop_front();
  }
  if (bytes >= limits_.entry_bytes_max) {
    return;
  }
  if (auto batch = lane_.next_batch(limits_.entry_bytes_max)) {
    entry.commands.emplace_back(*std::move(batch));
  }
}

std::optional<raft::Payload> Seat::next_entry(Instant now) {
  now_ = now;
  if (!leads_ || in_flight_.size() >= limits_.entries_in_flight_max) {
    return std::nullopt;
  }
  records::Entry entry{.time = shard_time(now)};
  entry_.clear();
  if (attachment_ == records::Attachment()) {
    // Nothing of this process is taken before it is attached.
    if (std::exchange(attach_proposed_, true)) {
      return std::nullopt;
    }
    entry.commands.emplace_back(records::Attach{identity_.node, identity_.process});
  } else if (!something_waits(now)) {
    return std::nullopt;
  } else {
    take_waiting(entry);
  }
  return std::make_shared<const Bytes>(records::encode(std::move(entry)));
}

void Seat::proposed(raft::LogPosition at) { in_flight_.push_back({at, std::move(entry_)}); }

Result<void, shard::ApplyError> Seat::apply(const raft::Entry& entry,
                                            const raft::Configuration& configuration,
                                            Answers& answers) {
  effects_.clear();
  applied_ = {entry.position(), configuration};
  if (entry.kind == raft::EntryKind::kCommand) {
    const auto applied = shard_.apply(entry.index.value(), entry.bytes(), effects_);
    if (!applied) {
      return applied;
    }
  }
  changed_ = changed_.value_or(now_);
  if (!in_flight_.empty() && in_flight_.front().at.index == entry.index) {
    answer(in_flight_.front().told, answers, in_flight_.front().at == entry.position());
    in_flight_.pop_front();
  }
  return {};
}

// --- what is written -----------------------------------------------------------------------------

std::optional<replica::StateWrite> Seat::save_if_due(Instant now) {
  now_ = now;
  const bool due = changed_ && (now >= *changed_ + limits_.unwritten_time_max ||
                                shard_.unwritten_bytes() >= limits_.unwritten_bytes_max);
  return due && !saving_ ? std::optional(save()) : std::nullopt;
}

replica::StateWrite Seat::save() {
  CHECK(!saving_);
  saving_ = applied_.last.index;
  changed_.reset();
  raft::SnapshotMeta applied = applied_;
  if (planted(Mutant::kAppliesTwice) && applied.last.index > raft::LogIndex(1)) {
    applied.last.index = raft::previous(applied.last.index);
  }
  if (planted(Mutant::kStateOvertakesLog)) {
    applied.last.index = raft::next(applied.last.index);
  }
  return {group_of(shard_.id()), applied, &overlay_.push(shard_.flush())};
}

void Seat::saved() {
  overlay_.drop_oldest();
  saved_ = *std::exchange(saving_, std::nullopt);
}

Instant Seat::next_deadline() const {
  Instant soonest = changed_ && !saving_ ? *changed_ + limits_.unwritten_time_max : kNever;
  if (const auto due = shard_.next_deadline(); due && leads_) {
    soonest = std::min(soonest, instant_of(*due));
  }
  return soonest;
}

}  // namespace godwit::host
