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
      fanout({settings, sessions, delivery, retained, groups, shared, mailroom, index, routes}),
      subscriptions(settings, policy, index, shared, mailroom, probe),
      lifecycle({settings, policy, sessions, subscriptions, delivery, shared, retained, fanout,
                 mailroom, registry, timers, wire, probe, log}),
      connect_flow({settings, policy, connections, sessions, subscriptions, delivery, shared,
                    registry, lifecycle, mailroom, timers, wire, random, probe, log}),
      auth_flow({settings, lifecycle, wire, log}),
      subscribe_flow({settings, policy, connections, subscriptions, delivery, retained, mailroom,
                      lifecycle, wire, probe}),
      publish_flow({settings, policy, delivery, ledger, fanout, retained, lifecycle, wire, probe}) {
}

Connection& Front::Parts::add_connection(PeerInfo peer, Instant now) {
  Connection& connection = connections.add(now);
  connection.address = std::move(peer.address);
  probe.connection_opened();
  timers.arm(connection, now + settings.limits.connect_deadline);
  return connection;
}

void Front::Parts::take_own_mail(Instant now) {
  while (mailroom.has_own()) {
    for (const ControlMail& mail : mailroom.take_own()) {
      take_control(*this, mail, now);
    }
  }
}

void Front::Parts::let_go(Connection& connection) {
  wire.drop_output(connection);
  if (connection.aliases != nullptr) {
    probe.aliases_changed(connection.aliases->bytes(), 0);
    connection.aliases = nullptr;
  }
}

}  // namespace godwit::front
