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
#include <map>
#include <string>

#include "broker/access/principal.h"
#include "broker/mqtt/packet.h"
#include "broker/session/message_queue.h"
#include "broker/session/packet_id_set.h"
#include "broker/session/send_window.h"
#include "broker/session/session_key.h"
#include "broker/session/shares.h"
#include "broker/session/subscription_identifiers.h"

namespace godwit::session {

// UINT32_MAX: never expires (E-002).
inline constexpr std::uint32_t kNeverExpires = UINT32_MAX;

struct Subscription {
  mqtt::SubscriptionOptions options;
  std::uint32_t identifier_slot = 0;  // In Session::identifiers; 0: it has none.
  std::uint16_t share = 0;            // In Session::shares; 0: it is not shared.
};

struct Session {
  SessionKey key;
  // Who opened it; nobody else resumes it (P-17).
  access::Principal principal;
  std::uint32_t expiry_interval_seconds = 0;
  // Of this ownership at the client id's home (P-12).
  std::uint64_t epoch = 0;

  // By the filter's text as the client wrote it (MQTT-3.10.4-1).
  std::map<std::string, Subscription, std::less<>> subscriptions;
  IdentifierTable identifiers;
  Shares shares;
  SendWindow window;
  MessageQueue queue;
  PacketIdSet received_qos2;

  [[nodiscard]] bool kept() const { return expiry_interval_seconds != 0; }
  [[nodiscard]] access::Subject subject() const { return {principal, key.client_id}; }
};

}  // namespace godwit::session
