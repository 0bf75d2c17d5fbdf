#include "broker/front/parts.h"

#include <utility>

#include "broker/front/dispatch.h"

namespace godwit::front {

Front::Parts::Parts(const FrontSettings& its_settings,
                    std::shared_ptr<const access::Policy> its_policy, Random& random,
                    MetricSheet& metrics, const Log& its_log, Instant now)
    : settings(its_settings),
      policy(*its_policy),
      log(its_log),
      probe(metrics),
      index(settings.hash_key),
      routes(settings.hash_key),
      sessions(settings.hash_key),
      registry(settings.hash_key),
      mailroom(settings.self, settings.thread_count),
      timers(now),
      wire(probe),
      ledger(settings, mailroom),
      delivery(settings, policy, ledger, wire, probe),
      retained(settings, sessions, delivery, mailroom, probe),
      shared(settings, sessions, delivery, ledger, mailroom),
      groups(settings, shared, mailroom, index, probe),
      long_fanouts(settings.turn.fanout_receivers_max, sessions, delivery, retained, probe),
      fanout({settings, sessions, retained, groups, shared, long_fanouts, mailroom, index, routes}),
      subscriptions(settings, policy, index, shared, mailroom, probe),
      lifecycle({settings, policy, sessions, subscriptions, delivery, shared, retained, fanout,
                 mailroom, registry, timers, wire, probe, log}),
      connect_flow({settings, policy, connections, sessions, subscriptions, delivery, shared,
                    registry, lifecycle, mailroom, timers, wire, random, probe, log}),
      auth_flow({settings, lifecycle, wire, log}),
      subscribe_flow({settings, policy, connections, subscriptions, delivery, retained,
                      long_fanouts, mailroom, lifecycle, wire, probe}),
      publish_flow({settings, policy, connections, delivery, ledger, fanout, retained, lifecycle,
                    wire, probe}) {}

Connection& Front::Parts::add_connection(PeerInfo peer, Instant now) {
  Connection& connection = connections.add(now);
  connection.address = std::move(peer.address);
  probe.connection_opened();
  timers.arm(connection, now + settings.limits.connect_deadline);
  return connection;
}

void Front::Parts::take_own_mail(Instant now) {
  while (mailroom.has_own()) {
    for (const ControlMail& own : mailroom.take_own()) {
      take_control(*this, own, now);
    }
  }
}

void Front::Parts::advance_fanouts(Instant now) {
  const std::optional<FanoutTicket> done = long_fanouts.advance(now);
  if (!done) {
    return;
  }
  retained.fanouts_done(long_fanouts.last_done());
  if (done->whom == FanoutTicket::For::kClient) {
    publish_flow.fanned_out(*done);
  } else if (done->whom == FanoutTicket::For::kMail) {
    mail_waits = false;
    take_mail(now);
  }
}

Front::Parts::InputShare& Front::Parts::input_share_of(const Connection& connection) {
  if (!input_share || input_share->of != connection.id) {
    input_share = {.of = connection.id,
                   .packets = settings.turn.packets_max,
                   .deliveries_end = long_fanouts.deliveries() + settings.turn.deliveries_max};
  }
  return *input_share;
}

void Front::Parts::end_turn_of(Connection& connection) {
  connection.had_its_turn = true;
  had_their_turn.push_back(connection.id);
}

void Front::Parts::begin_next_turn() {
  input_share.reset();
  for (const ConnectionId& id : had_their_turn) {
    if (Connection* connection = connections.find(id)) {
      connection->had_its_turn = false;
      wire.effect(ResumeInput{id.index});
    }
  }
  had_their_turn.clear();
}

void Front::Parts::take_mail(Instant now) {
  RecordWalk walk(ByteView(mail.publishes).subspan(mail_used));
  MailedPublish mailed;
  while (walk.next(mailed)) {
    if (!fanout.from_mail(mailed)) {
      mail_used = mail.publishes.size() - walk.rest_size();
      mail_waits = true;
      return;
    }
  }
  for (const ControlMail& control : mail.control) {
    take_control(*this, control, now);
  }
  mail.publishes.clear();
  mail.control.clear();
  mail_used = 0;
}

void Front::Parts::let_go(Connection& connection) {
  wire.drop_output(connection);
  if (connection.aliases != nullptr) {
    probe.aliases_changed(connection.aliases->bytes(), 0);
    connection.aliases = nullptr;
  }
}

}  // namespace godwit::front
