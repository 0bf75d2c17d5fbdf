#include "broker/host/lane.h"

#include <algorithm>
#include <utility>

#include "broker/host/mutant.h"

namespace godwit::host {

using records::LaneSequence;

void Lane::add(Publish publish) {
  bytes_ += publish.record.size();
  waiting_.push_back(std::move(publish));
}

std::optional<records::PublishBatch> Lane::next_batch(std::size_t bytes_max) {
  if (!has_unsent()) {
    return std::nullopt;
  }
  records::PublishBatch batch{.lane = id_, .first = records::after(first_, sent_)};
  do {
    batch.messages += waiting_[sent_].record;
    ++sent_;
  } while (has_unsent() && batch.messages.size() + waiting_[sent_].record.size() <= bytes_max);
  return batch;
}

void Lane::taken(LaneSequence last, Answers& answers) {
  while (!waiting_.empty() && first_ <= last) {
    bytes_ -= waiting_.front().record.size();
    answers.tell(waiting_.front().from, Done{waiting_.front().token});
    waiting_.pop_front();
    first_ = records::after(first_);
    sent_ -= std::min<std::size_t>(sent_, 1);
    if (planted(Mutant::kLaneLosesUnsent) && has_unsent()) {
      answers.tell(waiting_.back().from, Done{waiting_.back().token});
      waiting_.pop_back();
    }
  }
}

void Lane::rewind(LaneSequence expected) {
  const std::uint64_t place = expected.value() - std::min(expected, first_).value();
  sent_ = std::min<std::size_t>(sent_, place);
}

}  // namespace godwit::host
