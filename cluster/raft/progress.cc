#include "cluster/raft/progress.h"

#include <algorithm>

#include "cluster/raft/mutant.h"

namespace godwit::raft {

bool Progress::may_send(const Options& options) const {
  switch (state_) {
    case ProgressState::kProbe:
      return !probe_sent_;
    case ProgressState::kReplicate:
      return planted(Mutant::kInFlightUnbounded) ||
             (in_flight_.size() < options.in_flight_appends_max &&
              in_flight_bytes_ < options.in_flight_bytes_max);
    case ProgressState::kFetch:
    case ProgressState::kSnapshot:
      return false;
  }
  return false;
}

void Progress::sent(LogIndex last, std::size_t bytes, Round round) {
  append_round_ = round;
  if (state_ == ProgressState::kProbe) {
    probe_sent_ = true;
    return;
  }
  if (bytes > 0) {
    next_ = next(last);
    in_flight_.push_back({last, bytes});
    in_flight_bytes_ += bytes;
  }
}

void Progress::fetch() {
  resume_ = state_;
  state_ = ProgressState::kFetch;
}

void Progress::snapshot_done(LogIndex last) {
  if (state_ == ProgressState::kSnapshot) {
    probe_from(next(last));
    probe_sent_ = true;
  }
}

void Progress::retry_probe(Round round) {
  if (state_ == ProgressState::kProbe && round > append_round_) {
    probe_sent_ = false;
  }
}

void Progress::probe() { probe_from(next(match_)); }

void Progress::probe_from(LogIndex next_index) {
  const LogIndex before = next_;
  next_ = std::max(next_index, next(match_));
  // To send the same again at once would bring the same answer: that waits for the next round,
  // which also tells if the peer has forgotten what it had.
  probe_sent_ = probe_sent_ && state_ == ProgressState::kProbe && next_ == before;
  state_ = ProgressState::kProbe;
  in_flight_.clear();
  in_flight_bytes_ = 0;
}

void Progress::heard(Round round, bool counts) {
  answered_ = std::max(answered_, round);
  counts_ = counts_ && (counts || planted(Mutant::kAmnesiacCounts));
}

bool Progress::matched(LogIndex match, Round current) {
  while (!in_flight_.empty() && in_flight_.front().last <= match &&
         !planted(Mutant::kWindowNeverFreed)) {
    in_flight_bytes_ -= in_flight_.front().bytes;
    in_flight_.pop_front();
  }
  const bool news = match > match_;
  if (news) {
    match_ = match;
    match_round_ = current;
  }
  next_ = std::max(next_, next(match_));
  if (state_ == ProgressState::kProbe) {
    state_ = ProgressState::kReplicate;
    probe_sent_ = false;
  }
  return news;
}

bool Progress::rejection_is_news(LogIndex rejected) const {
  if (state_ == ProgressState::kReplicate) {
    return rejected > match_;
  }
  return state_ == ProgressState::kProbe && next(rejected) == next_;
}

bool Progress::lost_tail(Round round, LogIndex received) const {
  return round > append_round_ && next(received) < next_;
}

bool Progress::forgot(Round round, LogIndex last) const {
  return round > match_round_ && last < match_ && !planted(Mutant::kForgetsOutcast);
}

}  // namespace godwit::raft
