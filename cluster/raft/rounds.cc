#include "cluster/raft/rounds.h"

#include "cluster/raft/mutant.h"

namespace godwit::raft {

Round Rounds::begin(Instant now) {
  current_ = next(current_);
  begun_.push_back({current_, now});
  wants_round_ = false;
  return current_;
}

void Rounds::confirmed(Round round) {
  while (!begun_.empty() && begun_.front().round <= round) {
    confirmed_ = begun_.front().round;
    confirmed_at_ = begun_.front().at;
    begun_.pop_front();
  }
}

void Rounds::add_read(ReadToken token) {
  reads_.push_back({token, next(current_)});
  wants_round_ = true;
}

std::vector<ReadToken> Rounds::take_confirmed_reads() {
  std::vector<ReadToken> taken;
  while (!reads_.empty() &&
         (reads_.front().round <= confirmed_ || planted(Mutant::kReadsUnconfirmed) ||
          (planted(Mutant::kCountsOldRounds) && confirmed_ > Round(0)))) {
    taken.push_back(reads_.front().token);
    reads_.pop_front();
  }
  return taken;
}

std::vector<ReadToken> Rounds::take_all_reads() {
  std::vector<ReadToken> taken;
  for (const Read& read : reads_) {
    taken.push_back(read.token);
  }
  reads_.clear();
  return taken;
}

}  // namespace godwit::raft
