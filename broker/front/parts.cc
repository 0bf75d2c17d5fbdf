#include "broker/front/parts.h"

#include <utility>

namespace godwit::front {

Front::Parts::Parts(const FrontSettings& its_settings,
                    std::shared_ptr<const access::Policy> its_policy, Random& random,
                    MetricSheet& metrics, const Log& its_log, Instant now)
    : settings(its_settings),
      policy(std::move(its_policy)),
      log(its_log),
      probe(metrics),
      index(settings.hash_key),
      routes(settings.hash_key),
      sessions(settings.hash_key),
      registry(settings.hash_key),
      mailroom(settings.self, settings.thread_count),
      timers(now),
      wire(probe),
      delivery(settings, *policy, wire, probe),
      retained(settings, sessions, delivery, mailroom, probe),
      fanout(sessions, delivery, retained, mailroom, index, routes),
      subscriptions(settings.self, *policy, index, mailroom, probe),
      lifecycle({settings, *policy, sessions, subscriptions, delivery, retained, fanout, mailroom,
                 registry, timers, wire, probe, log}),
      connect_flow({settings, *policy, connections, sessions, subscriptions, delivery, registry,
                    lifecycle, mailroom, timers, wire, random, probe, log}),
      subscribe_flow({settings, *policy, connections, subscriptions, retained, mailroom, lifecycle,
                      wire, probe}),
      publish_flow({settings, *policy, delivery, fanout, lifecycle, wire, probe}) {}

Connection& Front::Parts::add_connection(PeerInfo peer, Instant now) {
  Connection& connection = connections.add(now);
  connection.address = std::move(peer.address);
  probe.connection_opened();
  timers.arm(connection, now + settings.limits.connect_deadline);
  return connection;
}

}  // namespace godwit::front
