#include "broker/session/send_window.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/check.h"

namespace godwit::session {

void SendWindow::begin_connection(std::uint16_t limit) {
  limit_ = limit;
  used_ = 0;
  std::vector<InFlight*> left;
  for (InFlight& entry : table_) {
    if (entry.state == SendState::kFree) {
      continue;
    }
    entry.uses_quota = false;
    left.push_back(&entry);
  }
  std::sort(left.begin(), left.end(),
            [](const InFlight* a, const InFlight* b) { return a->order > b->order; });
  resend_.clear();
  for (const InFlight* entry : left) {
    resend_.push_back(entry->packet_id);
  }
}

mqtt::PacketId SendWindow::add(OutgoingMessage outgoing) {
  DCHECK(has_room() && outgoing.qos != mqtt::Qos::kAtMostOnce);
  // At most half full, so that the next free place is near; 65,536 places hold every id.
  if (std::size_t{count_} * 2 >= table_.size() && table_.size() < 65'536) {
    grow();
  }
  const std::size_t mask = table_.size() - 1;
  // MQTT-2.2.1-4: never 0, never a busy one.
  do {
    ++last_id_;
  } while (last_id_ == 0 || table_[last_id_ & mask].state != SendState::kFree);

  InFlight& entry = table_[last_id_ & mask];
  if (outgoing.message) {
    bytes_ += outgoing.message->size_bytes();
  }
  entry.message = std::move(outgoing.message);
  entry.identifiers = std::move(outgoing.identifiers);
  entry.order = next_order_++;
  entry.packet_id = mqtt::PacketId(last_id_);
  entry.state =
      outgoing.qos == mqtt::Qos::kAtLeastOnce ? SendState::kAwaitPuback : SendState::kAwaitPubrec;
  entry.uses_quota = true;
  entry.retain = outgoing.retain;
  entry.share = outgoing.share;
  entry.publisher = outgoing.publisher;
  ++used_;
  ++count_;
  return entry.packet_id;
}

const InFlight* SendWindow::next_resend() {
  while (!resend_.empty()) {
    InFlight* entry = find(resend_.back());
    // Acknowledged meanwhile, from a packet that was under way: nothing to repeat.
    if (entry == nullptr || entry->uses_quota) {
      resend_.pop_back();
      continue;
    }
    // A repeated PUBREL uses no quota (E-052).
    if (entry->state != SendState::kAwaitPubcomp) {
      if (used_ >= limit_) {
        return nullptr;
      }
      entry->uses_quota = true;
      ++used_;
    }
    resend_.pop_back();
    return entry;
  }
  return nullptr;
}

AckOutcome SendWindow::puback(mqtt::PacketId id) {
  InFlight* entry = find(id);
  if (entry == nullptr) {
    return AckOutcome::kUnknown;
  }
  if (entry->state != SendState::kAwaitPuback) {
    return AckOutcome::kWrongPacket;
  }
  finish(*entry);
  return AckOutcome::kFinished;
}

AckOutcome SendWindow::pubrec(mqtt::PacketId id, bool error) {
  InFlight* entry = find(id);
  if (entry == nullptr) {
    return AckOutcome::kUnknown;
  }
  if (entry->state == SendState::kAwaitPuback) {
    return AckOutcome::kWrongPacket;
  }
  if (error && entry->state == SendState::kAwaitPubrec) {
    // MQTT-4.4.0-2: the exchange is over.
    finish(*entry);
    return AckOutcome::kFinished;
  }
  if (entry->state == SendState::kAwaitPubrec) {
    // MQTT-4.3.3-6: from here on only PUBREL is repeated, so the message is let go.
    release_message(*entry);
    entry->state = SendState::kAwaitPubcomp;
    entry->order = next_order_++;
  }
  return AckOutcome::kSendPubrel;
}

AckOutcome SendWindow::pubcomp(mqtt::PacketId id) {
  InFlight* entry = find(id);
  if (entry == nullptr) {
    return AckOutcome::kUnknown;
  }
  if (entry->state != SendState::kAwaitPubcomp) {
    return AckOutcome::kWrongPacket;
  }
  finish(*entry);
  return AckOutcome::kFinished;
}

std::uint16_t SendWindow::share_of(mqtt::PacketId id) const {
  if (table_.empty()) {
    return 0;
  }
  const InFlight& entry = table_[id.value() & (table_.size() - 1)];
  return entry.state != SendState::kFree && entry.packet_id == id ? entry.share : std::uint16_t{0};
}

InFlight* SendWindow::find(mqtt::PacketId id) {
  if (table_.empty()) {
    return nullptr;
  }
  InFlight& entry = table_[id.value() & (table_.size() - 1)];
  return entry.state != SendState::kFree && entry.packet_id == id ? &entry : nullptr;
}

void SendWindow::release_message(InFlight& entry) {
  if (entry.message) {
    bytes_ -= entry.message->size_bytes();
  }
  entry.message = {};
  entry.identifiers = {};
}

void SendWindow::finish(InFlight& entry) {
  if (entry.uses_quota) {
    --used_;
  }
  --count_;
  release_message(entry);
  entry.state = SendState::kFree;
  entry.uses_quota = false;
}

void SendWindow::grow() {
  ThinVector<InFlight> old = std::exchange(table_, {});
  table_.resize(old.empty() ? 8 : old.size() * 2);
  // Twice as many places keep apart what was apart before.
  for (InFlight& entry : old) {
    if (entry.state == SendState::kFree) {
      continue;
    }
    table_[entry.packet_id.value() & (table_.size() - 1)] = std::move(entry);
  }
}

}  // namespace godwit::session
