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
#include "broker/session/subscription_identifiers.h"

namespace godwit::session {

// UINT32_MAX: never expires (E-002).
inline constexpr std::uint32_t kNeverExpires = UINT32_MAX;

struct Subscription {
  mqtt::SubscriptionOptions options;
  std::uint32_t identifier_slot = 0;  // In Session::identifiers; 0: it has none.
  std::uint16_t share = 0;            // In Session::shares; 0: it is not shared.
};

// A membership in a shared group.
struct Share {
  std::uint64_t group = 0;  // As its home knows it.
  mqtt::Qos qos = mqtt::Qos::kAtMostOnce;
  bool retain_as_published = false;
  bool all_topics_allowed = false;  // The policy need not be asked.
  std::uint32_t identifier = 0;     // Subscription Identifier; 0: none.
  // Messages of the group that this session has and its client has not finished.
  std::uint16_t held = 0;
  // Messages that were finished, of which the group has not been told yet.
  std::uint16_t released = 0;
  // Unsubscribed: kept for what is in flight, which goes back if the session ends.
  bool left = false;
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
  // By number. A number is used again only when all others have been.
  std::map<std::uint16_t, Share> shares;
  std::uint16_t last_share = 0;
  SendWindow window;
  MessageQueue queue;
  PacketIdSet received_qos2;

  [[nodiscard]] bool kept() const { return expiry_interval_seconds != 0; }
  [[nodiscard]] access::Subject subject() const { return {principal, key.client_id}; }
};

}  // namespace godwit::session
