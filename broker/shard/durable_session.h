// A session as its shard keeps it, and where it is connected.
//
// Owned by the shard's Sessions, used on its thread.
#pragma once

#include <deque>
#include <map>

#include "broker/records/row.h"
#include "broker/routing/topic_index.h"
#include "broker/session/subscription_list.h"
#include "broker/shard/effects.h"
#include "broker/shard/queue.h"

namespace godwit::shard {

struct InFlight {
  records::QueueSequence sequence;
  records::WindowRow row;
  // Counts the packet ids that were given out; 0: before the state was read. So the id of a newer
  // one is known to be free without a search.
  std::uint64_t issue = 0;
  bool stored = false;  // The store has a row of it.
  bool dirty = true;    // And it is another one.
};

struct DurableSession {
  records::SessionNumber number;
  records::SessionRow row;
  routing::Subscriber slot;  // In the topic index.
  session::SubscriptionList subscriptions;
  std::deque<InFlight> window;  // In the order of their sequences.
  std::uint32_t used = 0;       // Of the Receive Maximum, on this connection.
  std::size_t to_resend = 0;    // Of the window: what this connection has not been sent.
  std::uint64_t issued = 0;     // Packet ids since the state was read.
  Queue queue;
  std::map<mqtt::PacketId, records::Qos2Row> received_qos2;
  bool stored = false;
  bool dirty = false;

  [[nodiscard]] bool connected() const { return row.attachment != records::Attachment(); }
  // Connected, and nobody else can still act for it (P-9).
  [[nodiscard]] bool deliverable() const { return connected() && row.formers.empty(); }
  [[nodiscard]] Owner owner() const { return {row.attachment, row.connection, number, row.epoch}; }
};

}  // namespace godwit::shard
