// The state that MQTT calls a session (section 4.1): what outlives a connection if the client
// asked for it.
//
// Two kinds, told apart by the expiry interval alone: a *clean* one (interval 0) ends with its
// connection, so nothing is kept that would only serve a resume; a *kept* one waits for its client.
// Kept ones live in memory for now.
//
// Owner: the session table of one front. Thread: its I/O thread. Pure.
#pragma once

#include <cstdint>

#include "broker/access/principal.h"
#include "broker/mqtt/packet.h"
#include "broker/session/message_queue.h"
#include "broker/session/packet_id_set.h"
#include "broker/session/send_window.h"
#include "broker/session/session_key.h"
#include "broker/session/shares.h"
#include "broker/session/subscription_list.h"

namespace godwit::session {

// UINT32_MAX: never expires (E-002).
inline constexpr std::uint32_t kNeverExpires = UINT32_MAX;

struct Session {
  SessionKey key;
  // Who opened it; nobody else resumes it (P-17).
  access::Principal principal;
  std::uint32_t expiry_interval_seconds = 0;
  // Of this ownership at the client id's home (P-12).
  std::uint64_t epoch = 0;

  SubscriptionList subscriptions;  // Without the shared ones.
  Shares shares;
  SendWindow window;
  MessageQueue queue;
  PacketIdSet received_qos2;

  [[nodiscard]] bool kept() const { return expiry_interval_seconds != 0; }
  [[nodiscard]] access::Subject subject() const { return {principal, key.client_id}; }
};

}  // namespace godwit::session
