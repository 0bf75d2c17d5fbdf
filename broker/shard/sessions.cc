#include "broker/shard/sessions.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/check.h"
#include "broker/records/row_codec.h"
#include "broker/shard/mutant.h"

namespace godwit::shard {
namespace {

using records::SessionNumber;
using storage::Table;

routing::SubscriptionBits bits_of(const records::SubscriptionRecord& options, std::uint32_t place) {
  routing::SubscriptionBits bits;
  bits.qos = static_cast<std::uint32_t>(options.qos) & 3U;
  bits.no_local = options.no_local ? 1 : 0;
  bits.retain_as_published = options.retain_as_published ? 1 : 0;
  bits.all_topics_allowed = options.all_topics_allowed ? 1 : 0;
  bits.has_identifier = options.identifier != 0 ? 1 : 0;
  bits.set_place(place);
  return bits;
}

// What several subscriptions of one session say together: MQTT-3.3.4-2, and the identifiers of all.
routing::SubscriptionBits together(routing::SubscriptionBits one, routing::SubscriptionBits other) {
  one.qos = other.qos > one.qos ? other.qos : one.qos;
  one.retain_as_published = one.retain_as_published | other.retain_as_published;
  one.all_topics_allowed = one.all_topics_allowed | other.all_topics_allowed;
  return one;
}

}  // namespace

Sessions::Sessions(HashKey hash_key, const records::Keys& keys, StateReader& reader,
                   StateWriter& writer)
    : keys_(keys),
      reader_(reader),
      writer_(writer),
      by_key_(0, session::SessionKeyHash(hash_key)),
      index_(hash_key) {}

// --- finding -------------------------------------------------------------------------------------

DurableSession* Sessions::find(SessionNumber number) {
  const auto found = by_number_.find(number);
  return found == by_number_.end() ? nullptr : found->second.get();
}

DurableSession* Sessions::find(TenantId tenant, std::string_view client_id) {
  const auto found = by_key_.find({tenant, client_id});
  return found == by_key_.end() ? nullptr : found->second;
}

DurableSession* Sessions::find(const records::Owned& by) {
  DurableSession* session = find(by.session);
  return session != nullptr && !session->row.ended && session->row.epoch == by.epoch ? session
                                                                                     : nullptr;
}

std::vector<Receiver>& Sessions::match(TenantId tenant, mqtt::TopicName topic,
                                       std::uint64_t publisher) {
  matches_.clear();
  receivers_.clear();
  index_.match(tenant, topic, matches_);
  // The order of the tree depends on this process; a session's matches have to come together.
  std::sort(matches_.begin(), matches_.end(), [](const routing::Match& a, const routing::Match& b) {
    return a.subscriber < b.subscriber;
  });
  for (const routing::Match& match : matches_) {
    DurableSession& session = *by_slot_[match.subscriber.value()];
    if (match.bits.no_local != 0 && publisher != 0 && publisher == session.row.client_hash) {
      continue;
    }
    if (receivers_.empty() || receivers_.back().session != &session) {
      receivers_.push_back({.session = &session, .bits = match.bits});
    } else {
      receivers_.back().bits = together(receivers_.back().bits, match.bits);
    }
    if (match.bits.has_identifier != 0) {
      receivers_.back().identifiers.push_back(session.subscriptions.identifier(match.bits.place));
    }
  }
  for (Receiver& receiver : receivers_) {
    // Places and so the order of identifiers differ between replicas that have and have not been
    // restarted.
    std::sort(receiver.identifiers.begin(), receiver.identifiers.end());
  }
  return receivers_;
}

// --- coming and going ----------------------------------------------------------------------------

DurableSession& Sessions::add(std::unique_ptr<DurableSession> session) {
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(by_slot_.size()));
    by_slot_.push_back(nullptr);
  }
  session->slot = routing::Subscriber(free_slots_.back());
  free_slots_.pop_back();
  by_slot_[session->slot.value()] = session.get();
  if (!session->row.ended) {
    by_key_[{session->row.tenant, session->row.client_id}] = session.get();
  }
  return *by_number_.emplace(session->number, std::move(session)).first->second;
}

DurableSession& Sessions::create(TenantId tenant, std::string_view client_id) {
  last_ = records::after(last_);
  auto session = std::make_unique<DurableSession>();
  session->number = last_;
  session->row.tenant = tenant;
  session->row.client_id = client_id;
  DurableSession& added = add(std::move(session));
  touch(added);
  return added;
}

void Sessions::end(DurableSession& session) {
  session.row.ended = true;
  session.row.attachment = {};
  session.row.formers.clear();
  session.row.will.reset();
  by_key_.erase({session.row.tenant, session.row.client_id});
  while (session.subscriptions.size() > 0) {
    std::string filter;
    index_.pattern(session.subscriptions.filters().back(), filter);
    unsubscribe(session, filter);
  }
  for (const auto& [packet_id, row] : std::exchange(session.received_qos2, {})) {
    writer_.remove(Table::kQueue, keys_.received_qos2(session.number, packet_id));
  }
  ended_.insert(session.number);
  touch(session);
}

bool Sessions::take_back(std::size_t rows, Bodies& bodies) {
  while (!ended_.empty()) {
    DurableSession& session = *by_number_.at(*ended_.begin());
    if (!take_back(session, rows, bodies)) {
      touch(session);
      return true;
    }
    if (session.stored) {
      writer_.remove(Table::kSession, keys_.session(session.number));
    }
    by_slot_[session.slot.value()] = nullptr;
    free_slots_.push_back(session.slot.value());
    by_number_.erase(*ended_.begin());
    ended_.erase(ended_.begin());
  }
  return false;
}

bool Sessions::take_back(DurableSession& session, std::size_t& rows, Bodies& bodies) {
  for (; !session.window.empty(); session.window.pop_front()) {
    if (rows == 0) {
      return false;
    }
    --rows;
    const InFlight& entry = session.window.front();
    if (entry.row.state != records::WindowState::kAwaitPubcomp) {
      bodies.release(entry.row.message.body);
    }
    if (entry.stored) {
      writer_.remove(Table::kQueue, keys_.window(session.number, entry.sequence));
    }
  }
  while (!session.queue.empty()) {
    if (rows == 0 || session.queue.front(store_of(session)) == nullptr) {
      return false;
    }
    --rows;
    bodies.release(session.queue.pop(store_of(session)).message.body);
  }
  return true;
}

// --- subscriptions -------------------------------------------------------------------------------

void Sessions::index(DurableSession& session, mqtt::TopicFilter filter,
                     const records::SubscriptionRecord& options) {
  routing::SubscriptionBits bits = bits_of(options, session.subscriptions.size());
  const auto [id, replaced] = index_.insert(session.row.tenant, filter, session.slot, bits);
  if (!replaced) {
    session.subscriptions.add(id, options.identifier);
    return;
  }
  bits.place = replaced->place;
  index_.set_bits(id, session.slot, bits);
  session.subscriptions.set_identifier(bits.place, options.identifier);
}

void Sessions::subscribe(DurableSession& session, const records::Subscribe::One& one) {
  index(session, mqtt::TopicFilter::from_checked(one.filter), one.options);
  if (!planted(Mutant::kSubscriptionNotWritten)) {
    writer_.put(Table::kSession, keys_.subscription(session.number, one.filter),
                records::encode(one.options));
  }
}

void Sessions::unsubscribe(DurableSession& session, std::string_view filter) {
  const FilterId id = index_.find(session.row.tenant, mqtt::TopicFilter::from_checked(filter));
  const auto bits = index_.bits(id, session.slot);
  if (!bits) {
    return;
  }
  // The last of the list comes in its place.
  if (const auto moved = session.subscriptions.remove(bits->place)) {
    routing::SubscriptionBits there = *index_.bits(*moved, session.slot);
    there.place = bits->place;
    index_.set_bits(*moved, session.slot, there);
  }
  index_.erase(id, session.slot);
  writer_.remove(Table::kSession, keys_.subscription(session.number, filter));
}

// --- rows ----------------------------------------------------------------------------------------

void Sessions::touch(DurableSession& session) {
  if (!std::exchange(session.dirty, true)) {
    dirty_.push_back(session.number);
  }
}

void Sessions::flush(storage::Batch& to) {
  for (const SessionNumber number : std::exchange(dirty_, {})) {
    if (DurableSession* session = find(number)) {
      flush_session(*session, to);
    }
  }
}

void Sessions::flush_session(DurableSession& session, storage::Batch& to) {
  session.dirty = false;
  session.queue.flush(store_of(session), to);
  for (InFlight& entry : session.window) {
    if (std::exchange(entry.dirty, false)) {
      writer_.put(Table::kQueue, keys_.window(session.number, entry.sequence),
                  records::encode(entry.row));
      entry.stored = true;
    }
  }
  session.row.queued_messages = static_cast<std::uint32_t>(session.queue.size());
  session.row.head_page = session.queue.head().page;
  session.row.head_sequence =
      planted(Mutant::kQueueHeadNotWritten) ? session.queue.head().page : session.queue.head().row;
  writer_.put(Table::kSession, keys_.session(session.number), records::encode(session.row));
  session.stored = true;
}

void Sessions::load(SessionNumber last) {
  last_ = last;
  load_sessions();
  load_subscriptions();
  if (!planted(Mutant::kStateNotRead)) {
    load_windows();
  }
  load_received_qos2();
}

void Sessions::load_sessions() {
  reader_.read_all(
      Table::kSession, keys_.sessions(), &records::decode_session,
      [&](ByteView key, records::SessionRow row) {
        auto session = std::make_unique<DurableSession>();
        session->number = records::session_of(key);
        session->queue = Queue(row.queued_messages, {row.head_page, row.head_sequence});
        session->row = std::move(row);
        session->stored = true;
        if (session->row.ended) {
          ended_.insert(session->number);
        }
        add(std::move(session));
      });
}

DurableSession* Sessions::owner_of(ByteView key) {
  DurableSession* session = find(records::session_of(key));
  if (session == nullptr) {
    reader_.note_missing(keys_.session(records::session_of(key)));
  }
  return session;
}

void Sessions::load_subscriptions() {
  reader_.read_all(Table::kSession, keys_.all_subscriptions(), &records::decode_subscription,
                   [&](ByteView key, const records::SubscriptionRecord& options) {
                     if (DurableSession* session = owner_of(key)) {
                       index(*session, mqtt::TopicFilter::from_checked(records::filter_of(key)),
                             options);
                     }
                   });
}

void Sessions::load_windows() {
  reader_.read_all(Table::kQueue, keys_.all_windows(), &records::decode_window,
                   [&](ByteView key, records::WindowRow row) {
                     if (DurableSession* session = owner_of(key)) {
                       load_in_flight(*session, records::sequence_of(key), std::move(row));
                     }
                   });
}

void Sessions::load_in_flight(DurableSession& session, records::QueueSequence sequence,
                              records::WindowRow row) {
  const bool is_sent = row.sent == session.row.epoch;
  session.used += is_sent ? 1 : 0;
  session.to_resend += !is_sent && row.state != records::WindowState::kAwaitPubcomp ? 1 : 0;
  session.window.push_back(
      {.sequence = sequence, .row = std::move(row), .stored = true, .dirty = false});
}

void Sessions::load_received_qos2() {
  reader_.read_all(Table::kQueue, keys_.all_received_qos2(), &records::decode_qos2,
                   [&](ByteView key, const records::Qos2Row& row) {
                     if (DurableSession* session = owner_of(key)) {
                       session->received_qos2[records::packet_id_of(key)] = row;
                     }
                   });
}

}  // namespace godwit::shard
