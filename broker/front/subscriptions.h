// The subscriptions of this front's sessions: kept with the session, in the topic index, and as
// routes at the other fronts. These three change together, here and nowhere else.
//
// A filter's text stands in the index once for all who subscribe to it; a session has its number.
// So by text one asks the index, and what a session subscribes to is put together from there.
//
//   by text ──► FilterId ──► bits of this subscriber ──► place ──► session's list ──► FilterId
//
// Thread: the front's. Pure.
#pragma once

#include "broker/access/policy.h"
#include "broker/front/mailroom.h"
#include "broker/front/probe.h"
#include "broker/front/session_table.h"
#include "broker/front/settings.h"
#include "broker/front/shared_subscriptions.h"
#include "broker/routing/topic_index.h"

namespace godwit::front {

class Subscriptions {
 public:
  Subscriptions(const FrontSettings& settings, const access::Policy& policy,
                routing::TopicIndex& index, SharedSubscriptions& shared, Mailroom& mailroom,
                FrontProbe& probe)
      : settings_(&settings),
        policy_(&policy),
        index_(&index),
        shared_(&shared),
        mailroom_(&mailroom),
        probe_(&probe) {}

  // Makes or replaces the subscription (MQTT-3.8.4-3). True if it is new; then the other fronts
  // are told. `identifier`: its Subscription Identifier; 0: none.
  bool add(SessionSlot& slot, const mqtt::FilterRequest& request, std::uint32_t identifier,
           access::FilterAccess allowed);
  [[nodiscard]] bool contains(const SessionSlot& slot, mqtt::TopicFilter filter) const;
  // True if it was there (MQTT-3.10.4-1).
  bool remove(SessionSlot& slot, mqtt::TopicFilter filter);
  // The session has ended (E-009).
  void remove_all(SessionSlot& slot);
  // The client is back: the rules may say something else by now.
  void authorize_again(SessionSlot& slot);

 private:
  bool add_plain(SessionSlot& slot, const mqtt::FilterRequest& request, std::uint32_t identifier,
                 access::FilterAccess allowed);
  bool add_shared(SessionSlot& slot, const mqtt::FilterRequest& request, std::uint32_t identifier,
                  access::FilterAccess allowed);
  // Off everything but the session's own list.
  void take_out(SessionSlot& slot, mqtt::TopicFilter filter, FilterId number);
  void take_out_shared(SessionSlot& slot, mqtt::TopicFilter filter, std::uint16_t share);
  void tell_routes(SessionSlot& slot, mqtt::TopicFilter filter, bool add);

  const FrontSettings* settings_;
  const access::Policy* policy_;
  routing::TopicIndex* index_;
  SharedSubscriptions* shared_;
  Mailroom* mailroom_;
  FrontProbe* probe_;
};

}  // namespace godwit::front
