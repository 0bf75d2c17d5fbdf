#include "broker/client/send_window.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace godwit::client {
namespace {

constexpr std::size_t kPlacesMin = 16;
constexpr std::size_t kPlacesMax = 65'536;
// A place keeps a buffer up to this size for the next message.
constexpr std::size_t kKeptBufferMax = 4'096;

}  // namespace

void SendWindow::begin_connection(std::uint16_t limit) {
  limit_ = limit;
  used_ = 0;
  for (InFlight& entry : table_) {
    entry.uses_quota = false;
  }
  resend_ = newest_first();
}

bool SendWindow::is_free(mqtt::PacketId id) const {
  return id != mqtt::kNoPacketId && !table_.empty() &&
         table_[id.value() & (table_.size() - 1)].state == SendState::kFree;
}

void SendWindow::make_room() {
  // At most half full, so that the next free place is near; 65,536 places hold every id.
  if (count_ * 2 >= table_.size() && table_.size() < kPlacesMax) {
    grow();
  }
}

void SendWindow::add(mqtt::PacketId id, mqtt::Qos qos, ByteView packet) {
  DCHECK(has_room() && is_free(id) && qos != mqtt::Qos::kAtMostOnce);
  InFlight& entry = table_[id.value() & (table_.size() - 1)];
  entry.packet.assign(packet.begin(), packet.end());
  entry.order = next_order_++;
  entry.packet_id = id;
  entry.state = qos == mqtt::Qos::kAtLeastOnce ? SendState::kAwaitPuback : SendState::kAwaitPubrec;
  entry.uses_quota = true;
  bytes_ += packet.size();
  ++used_;
  ++count_;
}

const InFlight* SendWindow::next_resend() {
  while (!resend_.empty()) {
    InFlight* entry = find(resend_.back());
    // Finished meanwhile, or sent already: nothing to repeat.
    if (entry == nullptr || entry->uses_quota) {
      resend_.pop_back();
      continue;
    }
    // A repeated PUBREL uses no quota (section 4.9).
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

AckOutcome SendWindow::pubrec(mqtt::PacketId id, bool is_error) {
  InFlight* entry = find(id);
  if (entry == nullptr) {
    return AckOutcome::kUnknown;
  }
  if (entry->state == SendState::kAwaitPuback) {
    return AckOutcome::kWrongPacket;
  }
  if (entry->state == SendState::kAwaitPubrec) {
    if (is_error) {  // MQTT-4.4.0-2
      finish(*entry);
      return AckOutcome::kFinished;
    }
    // MQTT-4.3.3-6: from here on only PUBREL is repeated, so the message is let go.
    release_packet(*entry);
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

void SendWindow::drop(mqtt::PacketId id) {
  InFlight* entry = find(id);
  CHECK(entry != nullptr);
  finish(*entry);
}

std::vector<mqtt::PacketId> SendWindow::discard_all() {
  std::vector<mqtt::PacketId> ids = newest_first();
  std::reverse(ids.begin(), ids.end());
  for (const mqtt::PacketId id : ids) {
    drop(id);
  }
  resend_.clear();
  return ids;
}

const InFlight* SendWindow::find(mqtt::PacketId id) const {
  if (table_.empty()) {
    return nullptr;
  }
  const InFlight& entry = table_[id.value() & (table_.size() - 1)];
  return entry.state != SendState::kFree && entry.packet_id == id ? &entry : nullptr;
}

InFlight* SendWindow::find(mqtt::PacketId id) {
  return const_cast<InFlight*>(std::as_const(*this).find(id));
}

std::vector<mqtt::PacketId> SendWindow::newest_first() const {
  std::vector<const InFlight*> left;
  for (const InFlight& entry : table_) {
    if (entry.state != SendState::kFree) {
      left.push_back(&entry);
    }
  }
  std::sort(left.begin(), left.end(),
            [](const InFlight* a, const InFlight* b) { return a->order > b->order; });
  std::vector<mqtt::PacketId> ids;
  ids.reserve(left.size());
  for (const InFlight* entry : left) {
    ids.push_back(entry->packet_id);
  }
  return ids;
}

void SendWindow::release_packet(InFlight& entry) {
  bytes_ -= entry.packet.size();
  entry.packet.clear();
  if (entry.packet.capacity() > kKeptBufferMax) {
    Bytes().swap(entry.packet);
  }
}

void SendWindow::finish(InFlight& entry) {
  if (entry.uses_quota) {
    --used_;
  }
  --count_;
  release_packet(entry);
  entry.state = SendState::kFree;
  entry.uses_quota = false;
}

void SendWindow::grow() {
  std::vector<InFlight> old = std::exchange(table_, {});
  table_.resize(old.empty() ? kPlacesMin : old.size() * 2);
  // Twice as many places keep apart what was apart before.
  for (InFlight& entry : old) {
    if (entry.state != SendState::kFree) {
      table_[entry.packet_id.value() & (table_.size() - 1)] = std::move(entry);
    }
  }
}

}  // namespace godwit::client
