// Everything a front is made of, in the order in which one part needs the other. Private to the
// room: front.cc and dispatch.cc.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "broker/front/auth_flow.h"
#include "broker/front/connect_flow.h"
#include "broker/front/front.h"
#include "broker/front/publish_flow.h"
#include "broker/front/subscribe_flow.h"

namespace godwit::front {

struct Front::Parts {
  Parts(const FrontSettings& its_settings, std::shared_ptr<const access::Policy> its_policy,
        Random& random, MetricSheet& metrics, const Log& its_log, Instant now);

  Connection& add_connection(PeerInfo peer, Instant now);
  // Takes what this front has mailed to itself; at the end of each call from outside.
  void take_own_mail(Instant now);
  // The next slice of a fan-out over several turns; whoever waited for its end goes on.
  void advance_fanouts(Instant now);
  // What a connection may still cause in this turn.
  struct InputShare {
    ConnectionId of;
    std::size_t packets = 0;
    std::uint64_t deliveries_end = 0;  // Of LongFanouts::deliveries.
  };
  [[nodiscard]] InputShare& input_share_of(const Connection& connection);
  // Its share is used up: the rest of its input is looked at in the next turn.
  void end_turn_of(Connection& connection);
  // Those may go on whose turn was over.
  void begin_next_turn();
  // Takes what is left of a batch, until a publish of it needs several turns.
  void take_mail(Instant now);
  // Gives back what an ended connection still holds.
  void let_go(Connection& connection);
  // Its peer sends on without reading the answers: no more of that is read. Deliveries alone do not
  // get there, so a slow subscriber's acks and pings are heard.
  [[nodiscard]] bool output_is_full(const Connection& connection) const {
    return connection.outbox.size() >=
           settings.limits.write_buffer_max + settings.limits.codec.maximum_packet_size;
  }

  const FrontSettings settings;
  access::Policy policy;  // Replaced as a whole; those below look here.
  const Log log;
  FrontProbe probe;

  routing::TopicIndex index;
  routing::RouteTable routes;  // Of the other fronts.
  ConnectionTable connections;
  SessionTable sessions;
  ClientRegistry registry;
  Mailroom mailroom;
  Timers timers;
  Wire wire;

  ShareLedger ledger;
  Delivery delivery;
  Retained retained;
  SharedSubscriptions shared;
  SharedGroups groups;
  LongFanouts long_fanouts;
  Fanout fanout;
  Subscriptions subscriptions;
  Lifecycle lifecycle;
  ConnectFlow connect_flow;
  AuthFlow auth_flow;
  SubscribeFlow subscribe_flow;
  PublishFlow publish_flow;

  // A batch of mail that is being taken, and how much of its publishes has been.
  MailBatch mail;
  std::size_t mail_used = 0;
  bool mail_waits = false;  // For the end of a long fan-out.

  std::optional<InputShare> input_share;  // Of the connection that is being read.
  std::vector<ConnectionId> had_their_turn;

  bool stopping = false;
};

}  // namespace godwit::front
