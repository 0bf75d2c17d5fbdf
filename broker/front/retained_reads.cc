// The reads that SUBSCRIBEs have begun: one after the other for each session, as far as its output
// and queue have room.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "broker/front/retained.h"

namespace godwit::front {
namespace {

// Reads end early when this many topics came live to their subscriber meanwhile.
constexpr std::size_t kSeenLiveMax = 100'000;
// What a topic that came live costs besides its text.
constexpr std::size_t kSeenLiveEntryBytes = 64;
// Reads of one filter for one session. A packet may name the same one a million times.
constexpr std::size_t kCopiesMax = 16;
// How far output may run ahead of the socket during a read.
constexpr std::size_t kOutputAhead = std::size_t{128} << 10U;

}  // namespace

void Retained::saw_live(SessionSlot& slot, mqtt::TopicName topic) {
  RetainedReads& reads = *slot.retained_reads;
  const bool is_new =
      reads.seen_live.insert_or_assign(std::string(topic.text()), next_number_).second;
  if (is_new) {
    const std::size_t bytes = topic.text().size() + kSeenLiveEntryBytes;
    reads.seen_live_bytes += bytes;
    probe_->retained_reads_changed(0, bytes);
  }
}

std::uint64_t Retained::prepare(SessionSlot& slot, mqtt::TopicFilter filter, const Reader& reader) {
  if (slot.retained_reads != nullptr) {
    const std::size_t copies = replace_reader(slot, filter.text(), reader);
    if (copies >= kCopiesMax ||
        slot.retained_reads->numbers.size() >= settings_->limits.subscriptions_max) {
      cancel(slot, filter.text());
    }
  }
  const std::uint64_t number = next_number_++;
  Read& read = reads_[number];
  read.subscriber = slot.subscriber;
  read.slot_generation = slot.generation;
  read.tenant = slot.session.key.tenant;
  read.filter = filter.text();
  read.reader = reader;
  if (slot.retained_reads == nullptr) {
    slot.retained_reads = std::make_unique<RetainedReads>();
  }
  slot.retained_reads->numbers.insert(number);
  slot.retained_reads->by_filter.emplace(read.filter, number);
  probe_->retained_reads_changed(0, cost(read));
  return number;
}

std::size_t Retained::cost(const Read& read) {
  constexpr std::size_t kListedBytes = 112;  // Two nodes of trees, in its session.
  return sizeof(Read) + kListedBytes + read.filter.size();
}

std::size_t Retained::replace_reader(const SessionSlot& slot, std::string_view filter,
                                     const Reader& reader) {
  std::size_t copies = 0;
  const auto& by_filter = slot.retained_reads->by_filter;
  for (auto at = by_filter.lower_bound({filter, 0}); at != by_filter.end() && at->first == filter;
       ++at) {
    reads_.at(at->second).reader = reader;
    ++copies;
  }
  return copies;
}

void Retained::fanouts_done(std::uint64_t last_done) {
  fanouts_done_ = last_done;
  for (auto& [number, read] : reads_) {
    if (read.begun && read.behind == last_done) {
      wake_session_of(read);
    }
  }
}

void Retained::begin(std::uint64_t number, std::uint64_t behind) {
  const auto read = reads_.find(number);
  if (read == reads_.end()) {
    return;
  }
  read->second.begun = true;
  read->second.behind = behind;
  if (look_ahead(number, read->second)) {
    wake_session_of(read->second);
  } else {
    end(number, *sessions_->find(read->second.subscriber, read->second.slot_generation));
  }
}

// A filter without wildcards names one topic, which has one home and most often no message. A
// client may subscribe to thousands of them at once: so that is found out before it is the read's
// turn, and only reads of something are kept.
bool Retained::look_ahead(std::uint64_t number, Read& read) {
  const auto filter = mqtt::TopicFilter::from_checked(read.filter);
  read.homes_end = settings_->thread_count;
  if (filter.has_wildcard()) {
    return true;
  }
  const auto topic = mqtt::TopicName::from_checked(filter.pattern());
  const ThreadIndex only = home(read.tenant, topic);
  read.home = only.value();
  read.homes_end = static_cast<std::uint16_t>(read.home + 1);
  if (only == settings_->self) {
    return store_.contains(read.tenant, topic);
  }
  read.asked = true;
  mailroom_->control(only, RetainedQuery{.query = number,
                                         .from = settings_->self,
                                         .tenant = read.tenant,
                                         .filter = read.filter,
                                         .after = {},
                                         .only_whether = true});
  return true;
}

void Retained::wake(SessionSlot& slot) {
  if (!std::exchange(slot.retained_reads->ready, true)) {
    ready_.push_back({slot.subscriber, slot.generation});
  }
}

void Retained::wake_session_of(const Read& read) {
  SessionSlot* slot = sessions_->find(read.subscriber, read.slot_generation);
  CHECK(slot != nullptr);  // A session that ends cancels its reads.
  wake(*slot);
}

void Retained::drop_records(Read& read) {
  probe_->retained_reads_changed(read.records.size(), 0);
  read.records = {};
  read.records_used = 0;
}

void Retained::erase_read(std::uint64_t number) {
  const auto read = reads_.find(number);
  drop_records(read->second);
  probe_->retained_reads_changed(cost(read->second), 0);
  reads_.erase(read);
}

void Retained::end(std::uint64_t number, SessionSlot& slot) {
  RetainedReads& its = *slot.retained_reads;
  its.by_filter.erase({reads_.at(number).filter, number});
  its.numbers.erase(number);
  erase_read(number);
  if (slot.retained_reads->numbers.empty()) {
    forget_reads(slot);
  } else {
    wake(slot);
  }
}

void Retained::forget_reads(SessionSlot& slot) {
  probe_->retained_reads_changed(slot.retained_reads->seen_live_bytes, 0);
  slot.retained_reads = nullptr;
}

void Retained::cancel(SessionSlot& slot) {
  if (slot.retained_reads == nullptr) {
    return;
  }
  slot.retained_reads->by_filter.clear();
  for (const std::uint64_t number : slot.retained_reads->numbers) {
    erase_read(number);
  }
  forget_reads(slot);
}

void Retained::cancel(SessionSlot& slot, std::string_view filter) {
  while (slot.retained_reads != nullptr) {
    const auto& by_filter = slot.retained_reads->by_filter;
    const auto at = by_filter.lower_bound({filter, 0});
    if (at == by_filter.end() || at->first != filter) {
      return;
    }
    end(at->second, slot);
  }
}

bool Retained::has_room(const SessionSlot& slot) const {
  return slot.connection != nullptr && slot.connection->is<Open>() && slot.session.queue.empty() &&
         slot.connection->outbox.size() <
             std::min(kOutputAhead, settings_->limits.write_buffer_max);
}

void Retained::advance(Instant now) {
  advancing_.clear();
  advancing_.swap(ready_);
  for (const Waiter& waiter : advancing_) {
    SessionSlot* slot = sessions_->find(waiter.subscriber, waiter.generation);
    if (slot != nullptr && slot->retained_reads != nullptr) {
      slot->retained_reads->ready = false;
      advance(*slot, now);
    }
  }
}

void Retained::advance(SessionSlot& slot, Instant now) {
  // One after the other, so that a session holds one slice and not one for each of its reads.
  const std::uint64_t number = *slot.retained_reads->numbers.begin();
  switch (advance(number, reads_.at(number), slot, now)) {
    case Progress::kDone:
      end(number, slot);
      break;
    case Progress::kMore:
      wake(slot);
      break;
    case Progress::kWaiting:
      break;
  }
}

Retained::Progress Retained::advance(std::uint64_t number, Read& read, SessionSlot& slot,
                                     Instant now) {
  if (!read.begun || read.behind > fanouts_done_ || !has_room(slot)) {
    return Progress::kWaiting;
  }
  if (slot.retained_reads->seen_live.size() > kSeenLiveMax) {
    return Progress::kDone;
  }
  const bool here = read.home == settings_->self.value();
  const Progress progress =
      here ? advance_here(number, read, slot, now) : advance_there(number, read, slot, now);
  if (progress != Progress::kDone) {
    return progress;
  }
  read.after.clear();
  read.ended = false;
  return ++read.home < read.homes_end ? Progress::kMore : Progress::kDone;
}

}  // namespace godwit::front
