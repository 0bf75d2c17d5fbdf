#include "broker/front/retained.h"

#include <algorithm>

namespace godwit::front {
namespace {

// A slice is small enough that a subscriber cannot run over its write buffer within one.
constexpr std::size_t kSliceMessages = 32;
constexpr std::size_t kSliceBytes = 64 * 1024;
// A read stops remembering, and ends early, when this many topics came live meanwhile.
constexpr std::size_t kSeenLiveMax = 100'000;
// How far output may run ahead of the socket during a read.
constexpr std::size_t kOutputAhead = 128 * 1024;

routing::RetainedLimits share_of(const FrontSettings& settings) {
  return {.messages_max = settings.retained.messages_max / settings.thread_count,
          .bytes_max = settings.retained.bytes_max / settings.thread_count};
}

}  // namespace

Retained::Retained(const FrontSettings& settings, SessionTable& sessions, Delivery& delivery,
                   Mailroom& mailroom, FrontProbe& probe)
    : settings_(&settings),
      sessions_(&sessions),
      delivery_(&delivery),
      mailroom_(&mailroom),
      probe_(&probe),
      store_(share_of(settings)) {}

ThreadIndex Retained::home(TenantId tenant, mqtt::TopicName topic) const {
  const std::uint64_t hash = siphash(settings_->hash_key, as_bytes(topic.text())) + tenant.value();
  return ThreadIndex(static_cast<std::uint16_t>(hash % settings_->thread_count));
}

void Retained::set(TenantId tenant, const mqtt::Publish& publish, Instant received) {
  // E-076: a lifetime of 0 is never kept, but it replaces what was there.
  mqtt::Publish kept = publish;
  if (publish.message_expiry_interval == 0U) {
    kept.payload = {};
  }
  const auto outcome = store_.set(tenant, mqtt::MessageRef::make(kept, received));
  if (outcome == routing::RetainOutcome::kRefused) {
    probe_->retained_refused();
  }
  probe_->retained_is(store_.size(), store_.bytes());
}

void Retained::saw_live(TenantId tenant, mqtt::TopicName topic) {
  for (Read& read : reads_) {
    if (read.tenant != tenant) {
      continue;
    }
    if (mqtt::matches(mqtt::TopicFilter::from_checked(read.filter), topic)) {
      read.seen_live.emplace(topic.text());
    }
  }
}

void Retained::start(SessionSlot& slot, mqtt::TopicFilter filter, const Grant& grant) {
  Read& read = reads_.emplace_back();
  read.number = next_number_++;
  read.subscriber = slot.subscriber;
  read.slot_generation = slot.generation;
  read.tenant = slot.session.key.tenant;
  read.filter = filter.text();
  read.grant = grant;
  // MQTT-3.3.1-8: what answers a SUBSCRIBE says that it is retained.
  read.grant.retain = true;
  has_work_ = true;
}

void Retained::cancel(const SessionSlot& slot) {
  std::erase_if(reads_, [&](const Read& read) {
    return read.subscriber == slot.subscriber && read.slot_generation == slot.generation;
  });
}

void Retained::cancel(const SessionSlot& slot, std::string_view filter) {
  std::erase_if(reads_, [&](const Read& read) {
    return read.subscriber == slot.subscriber && read.slot_generation == slot.generation &&
           read.filter == filter;
  });
}

bool Retained::has_room(const SessionSlot& slot) {
  return slot.connection != nullptr && slot.connection->is<Open>() && slot.session.queue.empty() &&
         slot.connection->outbox.size() < kOutputAhead;
}

void Retained::advance(Instant now) {
  has_work_ = false;
  std::erase_if(reads_, [&](Read& read) {
    switch (advance(read, now)) {
      case Progress::kDone:
        return true;
      case Progress::kMore:
        has_work_ = true;
        return false;
      case Progress::kWaiting:
        return false;
    }
    return false;
  });
}

Retained::Progress Retained::advance(Read& read, Instant now) {
  SessionSlot* slot = sessions_->find(read.subscriber, read.slot_generation);
  if (slot == nullptr || read.seen_live.size() > kSeenLiveMax) {
    return Progress::kDone;
  }
  if (!has_room(*slot)) {
    return Progress::kWaiting;
  }
  const bool here = read.home == settings_->self.value();
  const Progress progress = here ? advance_here(read, *slot, now) : advance_there(read, *slot, now);
  if (progress != Progress::kDone) {
    return progress;
  }
  read.after.clear();
  read.ended = false;
  return ++read.home < settings_->thread_count ? Progress::kMore : Progress::kDone;
}

Retained::Progress Retained::advance_here(Read& read, SessionSlot& slot, Instant now) {
  messages_.clear();
  const bool more = store_.read(read.tenant, mqtt::TopicFilter::from_checked(read.filter), now,
                                kSliceMessages, read.after, messages_);
  for (const mqtt::MessageRef& message : messages_) {
    send(read, slot, mqtt::to_publish(*message, now), now);
  }
  return more ? Progress::kMore : Progress::kDone;
}

Retained::Progress Retained::advance_there(Read& read, SessionSlot& slot, Instant now) {
  if (read.records_used == read.records.size()) {
    if (read.asked) {
      return Progress::kWaiting;
    }
    if (read.ended) {
      return Progress::kDone;
    }
    read.asked = true;
    mailroom_->control(ThreadIndex(read.home), RetainedQuery{.query = read.number,
                                                             .from = settings_->self,
                                                             .tenant = read.tenant,
                                                             .filter = read.filter,
                                                             .after = read.after});
    return Progress::kWaiting;
  }
  RecordWalk walk(ByteView(read.records).subspan(read.records_used));
  MailedPublish mailed;
  while (walk.next(mailed)) {
    send(read, slot, mailed.publish, now);
  }
  read.records_used = read.records.size();
  return Progress::kMore;
}

void Retained::send(const Read& read, SessionSlot& slot, const mqtt::Publish& publish,
                    Instant now) {
  if (!read.seen_live.empty() && read.seen_live.contains(std::string(publish.topic.text()))) {
    return;
  }
  layouts_.begin(publish, 1, now);
  Grant grant = read.grant;
  grant.qos = mqtt::lower(publish.qos, grant.qos);
  delivery_->deliver(slot, grant, layouts_);
}

void Retained::answer(const RetainedQuery& query, Instant now) {
  RetainedSlice slice{.query = query.query,
                      .from = settings_->self,
                      .records = {},
                      .after = query.after,
                      .more = true};
  while (slice.more && slice.records.size() < kSliceBytes) {
    messages_.clear();
    slice.more = store_.read(query.tenant, mqtt::TopicFilter::from_checked(query.filter), now,
                             kSliceMessages, slice.after, messages_);
    for (const mqtt::MessageRef& message : messages_) {
      append_record(
          {.tenant = query.tenant, .received = now, .publish = mqtt::to_publish(*message, now)},
          slice.records);
    }
  }
  mailroom_->control(query.from, std::move(slice));
}

void Retained::take(RetainedSlice slice) {
  const auto read = std::find_if(reads_.begin(), reads_.end(), [&](const Read& candidate) {
    return candidate.number == slice.query;
  });
  if (read == reads_.end()) {
    return;
  }
  read->asked = false;
  read->ended = !slice.more;
  read->records = std::move(slice.records);
  read->records_used = 0;
  read->after = std::move(slice.after);
  has_work_ = true;
}

}  // namespace godwit::front
