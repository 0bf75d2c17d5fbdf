#include "broker/front/retained.h"

#include <utility>

#include "base/check.h"

namespace godwit::front {
namespace {

constexpr std::size_t kSliceMessages = 32;
// A slice for another front: this many bytes, or this many reads of the store that find little.
constexpr std::size_t kSliceBytes = std::size_t{64} << 10U;
constexpr int kSliceReads = 8;
// Entries of the store that are asked, at each change, whether they have expired.
constexpr std::size_t kSweep = 4;

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
  store_.remove_expired(received, kSweep);
  const auto outcome = store_.set(tenant, mqtt::MessageRef::make(kept, received));
  if (outcome == routing::RetainOutcome::kRefused) {
    probe_->retained_refused();
  }
  probe_->retained_is(store_.size(), store_.bytes());
}

bool Retained::read_store(TenantId tenant, std::string_view filter, Instant now,
                          std::string& after) {
  messages_.clear();
  const bool more = store_.read(tenant, mqtt::TopicFilter::from_checked(filter), now,
                                kSliceMessages, after, messages_);
  probe_->retained_is(store_.size(), store_.bytes());
  return more;
}

Retained::Progress Retained::advance_here(std::uint64_t number, Read& read, SessionSlot& slot,
                                          Instant now) {
  const bool more = read_store(read.tenant, read.filter, now, read.after);
  for (std::size_t i = 0; i < messages_.size(); ++i) {
    if (!has_room(slot)) {
      // Long messages: the next slice begins here. There was room for the first.
      read.after = messages_[i - 1]->topic().text();
      return Progress::kWaiting;
    }
    send(number, read, slot, *messages_[i], now);
  }
  return more ? Progress::kMore : Progress::kDone;
}

Retained::Progress Retained::advance_there(std::uint64_t number, Read& read, SessionSlot& slot,
                                           Instant now) {
  if (read.records_used == read.records.size()) {
    if (read.asked) {
      return Progress::kWaiting;
    }
    if (read.ended) {
      return Progress::kDone;
    }
    read.asked = true;
    mailroom_->control(ThreadIndex(read.home), RetainedQuery{.query = number,
                                                             .from = settings_->self,
                                                             .tenant = read.tenant,
                                                             .filter = read.filter,
                                                             .after = read.after});
    return Progress::kWaiting;
  }
  RecordWalk walk(ByteView(read.records).subspan(read.records_used));
  MailedPublish mailed;
  while (has_room(slot) && walk.next(mailed)) {
    // It may have waited here too.
    const auto message = mqtt::MessageRef::make(mailed.publish, mailed.received);
    if (!message->expired(now)) {
      send(number, read, slot, *message, now);
    }
  }
  read.records_used = read.records.size() - walk.rest_size();
  if (walk.rest_size() != 0) {
    return Progress::kWaiting;
  }
  drop_records(read);
  return Progress::kMore;
}

void Retained::send(std::uint64_t number, const Read& read, SessionSlot& slot,
                    const mqtt::Message& message, Instant now) {
  const auto& seen_live = slot.retained_reads->seen_live;
  if (!seen_live.empty()) {
    const auto seen = seen_live.find(std::string(message.topic().text()));
    if (seen != seen_live.end() && seen->second > number) {
      return;
    }
  }
  const mqtt::Publish publish = mqtt::to_publish(message, now);
  layouts_.begin(publish, 1, mqtt::arrival_of_rest(message, now));
  const Reader& reader = read.reader;
  const std::size_t identifiers = reader.identifier == 0 ? 0 : 1;
  // MQTT-3.3.1-8: what answers a SUBSCRIBE says that it is retained.
  delivery_->deliver(slot,
                     {.qos = mqtt::lower(publish.qos, reader.qos),
                      .retain = true,
                      .all_topics_allowed = reader.all_topics_allowed,
                      .identifiers = {&reader.identifier, identifiers}},
                     layouts_);
}

void Retained::answer(const RetainedQuery& query, Instant now) {
  if (query.only_whether) {
    const bool any = store_.contains(query.tenant, mqtt::TopicName::from_checked(query.filter));
    mailroom_->control(query.from, RetainedSlice{.query = query.query,
                                                 .from = settings_->self,
                                                 .records = {},
                                                 .after = {},
                                                 .more = any,
                                                 .only_whether = true});
    return;
  }
  RetainedSlice slice{.query = query.query,
                      .from = settings_->self,
                      .records = {},
                      .after = query.after,
                      .more = true};
  for (int reads = 0; slice.more && reads < kSliceReads && slice.records.size() < kSliceBytes;
       ++reads) {
    slice.more = read_store(query.tenant, query.filter, now, slice.after);
    for (const mqtt::MessageRef& message : messages_) {
      append_record({.tenant = query.tenant,
                     .received = mqtt::arrival_of_rest(*message, now),
                     .publish = mqtt::to_publish(*message, now)},
                    slice.records);
    }
  }
  mailroom_->control(query.from, std::move(slice));
}

void Retained::take(RetainedSlice slice) {
  const auto found = reads_.find(slice.query);
  if (found == reads_.end()) {
    return;
  }
  Read& read = found->second;
  if (slice.only_whether && !slice.more) {
    end(slice.query, *sessions_->find(read.subscriber, read.slot_generation));
    return;
  }
  read.asked = false;
  read.ended = !slice.more;
  probe_->retained_reads_changed(read.records.size(), slice.records.size());
  read.records = std::move(slice.records);
  read.records_used = 0;
  read.after = std::move(slice.after);
  wake_session_of(read);
}

}  // namespace godwit::front
