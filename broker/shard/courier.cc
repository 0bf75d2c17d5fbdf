#include "broker/shard/courier.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "broker/records/message_record.h"
#include "broker/shard/mutant.h"

namespace godwit::shard {

using records::Ack;
using records::AckKind;
using records::QueuedMessage;
using records::QueueRow;
using records::WindowState;

namespace {

constexpr std::size_t kPacketIdsMax = 65'535;

}  // namespace

void Courier::begin_entry(records::ShardTime now, Effects& effects) {
  now_ = now;
  effects_ = &effects;
}

// --- to the session ------------------------------------------------------------------------------

void Courier::give(const Receiver& receiver, QueuedMessage message) {
  DurableSession& session = *receiver.session;
  sessions_.touch(session);
  bodies_.hold(message.body);
  QueueRow row{session.row.next_sequence, std::move(message)};
  session.row.next_sequence = records::after(session.row.next_sequence);
  if (session.queue.empty() && has_room(session)) {
    put_in_window(session, std::move(row));
  } else {
    put_in_queue(session, std::move(row));
  }
}

void Courier::put_in_queue(DurableSession& session, QueueRow row) {
  const std::uint64_t size = row.message.size_bytes;
  const auto fits = [&] {
    return session.queue.size() < session.row.queue_messages_max &&
           session.row.queued_bytes + size <= session.row.queue_bytes_max;
  };
  // The oldest go, unless it would be of no use.
  const bool alone = size <= session.row.queue_bytes_max && session.row.queue_messages_max > 0;
  while (alone && !session.queue.empty() && !fits()) {
    const auto oldest = pop(session);
    if (!oldest) {
      return;
    }
    bodies_.release(oldest->message.body);
    ++session.row.dropped_messages;
    ++effects_->dropped.queue_full;
  }
  if (!fits()) {
    bodies_.release(row.message.body);
    ++session.row.dropped_messages;
    ++effects_->dropped.queue_full;
    return;
  }
  session.row.queued_bytes += size;
  session.queue.push(std::move(row));
}

std::optional<QueueRow> Courier::pop(DurableSession& session) {
  const QueueStore store = sessions_.store_of(session);
  if (session.queue.front(store) == nullptr) {
    return std::nullopt;
  }
  QueueRow row = session.queue.pop(store);
  session.row.queued_bytes -=
      std::min<std::uint64_t>(session.row.queued_bytes, row.message.size_bytes);
  return row;
}

// --- out -----------------------------------------------------------------------------------------

bool Courier::has_room(const DurableSession& session) const {
  return session.deliverable() && session.to_resend == 0 &&
         session.used < session.row.receive_maximum && session.window.size() < kPacketIdsMax;
}

void Courier::begin_connection(DurableSession& session) {
  CHECK(session.deliverable());
  if (planted(Mutant::kNewIdsOnReconnect)) {
    for (InFlight& entry : session.window) {
      entry.row.packet_id = next_packet_id(session);
    }
  }
  session.used = 0;
  session.to_resend = 0;
  for (InFlight& entry : session.window) {
    if (entry.row.state == WindowState::kAwaitPubcomp) {
      effects_->events.emplace_back(SendPubrel{session.owner(), entry.row.packet_id});
    } else {
      ++session.to_resend;
    }
  }
  sessions_.touch(session);
  fill(session);
}

void Courier::fill(DurableSession& session) {
  resend(session);
  while (!session.queue.empty() && has_room(session)) {
    auto row = pop(session);
    if (!row) {
      return;
    }
    const auto body = bodies_.read(row->message.body);
    if (body && expired(*body)) {
      bodies_.release(row->message.body);
      ++effects_->dropped.expired;
    } else if (body) {
      put_in_window(session, *std::move(row));
    } else {
      return;
    }
  }
}

void Courier::resend(DurableSession& session) {
  for (InFlight& entry : session.window) {
    if (session.to_resend == 0 || session.used == session.row.receive_maximum) {
      return;
    }
    if (entry.row.sent != session.row.epoch && entry.row.state != WindowState::kAwaitPubcomp) {
      --session.to_resend;
      deliver(session, entry, true);
    }
  }
}

mqtt::PacketId Courier::next_packet_id(DurableSession& session) {
  std::uint16_t id = session.row.last_packet_id.value();
  const bool all_newer =
      session.window.empty() || (session.window.front().issue != 0 &&
                                 session.issued - session.window.front().issue < kPacketIdsMax - 1);
  if (planted(Mutant::kReusesPacketId) && id > 1) {
    return mqtt::PacketId(id);
  }
  do {
    ++id;
    ++session.issued;
  } while (id == 0 || (!all_newer && find(session, mqtt::PacketId(id)) != session.window.end()));
  session.row.last_packet_id = mqtt::PacketId(id);
  return session.row.last_packet_id;
}

void Courier::put_in_window(DurableSession& session, QueueRow row) {
  const mqtt::PacketId packet_id = next_packet_id(session);
  const WindowState state = row.message.qos == mqtt::Qos::kAtLeastOnce ? WindowState::kAwaitPuback
                                                                       : WindowState::kAwaitPubrec;
  session.window.push_back(
      {.sequence = row.sequence,
       .row = {.packet_id = packet_id, .state = state, .message = std::move(row.message)},
       .issue = session.issued});
  deliver(session, session.window.back(), false);
}

void Courier::deliver(DurableSession& session, InFlight& entry, bool dup) {
  const auto body = bodies_.read(entry.row.message.body);
  if (!body) {
    return;
  }
  entry.row.sent = session.row.epoch;
  entry.dirty = true;
  ++session.used;
  effects_->deliveries.push_back({.owner = session.owner(),
                                  .sequence = entry.sequence,
                                  .packet_id = entry.row.packet_id,
                                  .dup = dup,
                                  .qos = entry.row.message.qos,
                                  .retain = entry.row.message.retain,
                                  .identifiers = entry.row.message.identifiers,
                                  .record = body->record,
                                  .time = body->time});
}

bool Courier::expired(const Bodies::View& body) const {
  BigEndianReader reader(body.record);
  const auto message = records::take_record(reader);
  return message && message->lifetime && body.time + *message->lifetime <= now_;
}

// --- acknowledged --------------------------------------------------------------------------------

Courier::Place Courier::find(DurableSession& session, mqtt::PacketId packet_id) {
  // Clients acknowledge in order, so the first is nearly always it.
  return std::find_if(session.window.begin(), session.window.end(),
                      [&](const InFlight& entry) { return entry.row.packet_id == packet_id; });
}

void Courier::release_message(DurableSession& session, InFlight& entry) {
  if (entry.row.sent == session.row.epoch) {
    --session.used;
  } else if (session.to_resend > 0) {
    --session.to_resend;
  }
  bodies_.release(entry.row.message.body);
  if (planted(Mutant::kBodyFreedEarly)) {
    bodies_.release(entry.row.message.body);
  }
}

void Courier::remove(DurableSession& session, Place entry) {
  if (entry->stored && !planted(Mutant::kAcksWithoutWindow)) {
    writer_.remove(storage::Table::kQueue, keys_.window(session.number, entry->sequence));
  }
  session.window.erase(entry);
}

void Courier::acknowledge(DurableSession& session, Ack ack) {
  const Place entry = find(session, ack.packet_id);
  sessions_.touch(session);
  if (ack.kind == AckKind::kPubrec) {
    receive_pubrec(session, entry, ack.packet_id);
    return;
  }
  const WindowState expected = ack.kind == AckKind::kPuback    ? WindowState::kAwaitPuback
                               : ack.kind == AckKind::kPubcomp ? WindowState::kAwaitPubcomp
                                                               : WindowState::kAwaitPubrec;
  if (entry == session.window.end() || entry->row.state != expected) {
    return;
  }
  if (expected == WindowState::kAwaitPubcomp) {
    // Its quota is kept until here on the connection that sent it (section 4.9).
    session.used -= entry->row.sent == session.row.epoch && session.used > 0 ? 1 : 0;
  } else {
    release_message(session, *entry);
  }
  remove(session, entry);
  if (session.deliverable()) {
    fill(session);
  }
}

void Courier::receive_pubrec(DurableSession& session, Place entry, mqtt::PacketId packet_id) {
  const bool known = entry != session.window.end() && entry->row.state != WindowState::kAwaitPuback;
  if (known && entry->row.state == WindowState::kAwaitPubrec) {
    if (entry->row.sent != session.row.epoch && session.to_resend > 0) {
      --session.to_resend;
    }
    bodies_.release(entry->row.message.body);
    entry->row.message = {};
    entry->row.state = WindowState::kAwaitPubcomp;
    entry->dirty = !planted(Mutant::kPubrecNotWritten);
  }
  effects_->events.emplace_back(SendPubrel{session.owner(), packet_id, known});
}

}  // namespace godwit::shard
