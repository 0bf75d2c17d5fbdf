#include "tests/sim/world.h"

#include <algorithm>
#include <set>

#include "tests/sim/linearizable.h"

namespace godwit::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// After healing; elections take two timeouts of at most a second, snapshots and changes a few more.
constexpr Duration kProgressWithin = seconds(30);

}  // namespace

World::World(const Plan& plan, bool readable)
    : plan_(plan),
      chance_(plan.seed),
      trace_(readable),
      network_(plan_, scheduler_, chance_),
      around_{.plan = plan_,
              .scheduler = scheduler_,
              .chance = chance_,
              .network = network_,
              .oracle = oracle_,
              .trace = trace_},
      admin_(around_, nodes_),
      nemesis_(around_, nodes_, admin_) {}

void World::build() {
  network_.connect(
      [this](NodeIndex from, NodeIndex to, replica::Frame frame) {
        trace_.add(mix(from) ^ to);
        nodes_[to]->receive(from, std::move(frame));
      },
      [this](NodeIndex from, NodeIndex to) { nodes_[from]->unreachable(to); });
  around_.answer = [this](const Request& request, bool done, std::uint64_t result) {
    scheduler_.after(milliseconds(chance_.below(3)), [this, request, done, result] {
      trace_.add(request.command.sequence ^ mix(result));
      clients_[request.command.client]->answered(request, done, result);
    });
  };
  around_.elected = [this](NodeIndex node) { nemesis_.leader_elected(node); };
  around_.committed = [this](NodeIndex node, raft::GroupId group, const raft::Raft& leader) {
    check_durable(node, group, leader);
  };
  for (NodeIndex index = 0; index < plan_.nodes; ++index) {
    nodes_.push_back(std::make_unique<Node>(index, around_));
  }
  admin_.found_groups();
  for (const auto& node : nodes_) {
    node->start();
  }
  for (std::uint32_t id = 0; id < plan_.clients; ++id) {
    clients_.push_back(std::make_unique<Client>(id, around_, nodes_));
    clients_.back()->start();
  }
  admin_.look();
  nemesis_.start();
}

Outcome World::run() {
  trace_.say(scheduler_.now(), "seed {}: {} nodes, {} groups of {} voters, {} clients; faults: {}",
             plan_.seed, plan_.nodes, plan_.groups, plan_.voters, plan_.clients,
             plan_.features.text());
  build();
  run_until(Instant(plan_.length));
  if (!oracle_.violation()) {
    demand_progress();
  }
  if (!oracle_.violation()) {
    check_histories();
  }
  if (oracle_.violation()) {
    trace_.say(scheduler_.now(), "VIOLATION: {}", *oracle_.violation());
  }
  return outcome();
}

void World::run_until(Instant end) {
  while (!oracle_.violation() && scheduler_.step(end)) {
  }
}

void World::demand_progress() {
  trace_.say(scheduler_.now(), "everything heals");
  nemesis_.stop();
  admin_.calm_down();
  for (std::size_t client = 0; client < clients_.size(); ++client) {
    clients_[client]->finish(raft::GroupId(1 + static_cast<std::uint32_t>(client % plan_.groups)));
  }
  const Instant end = scheduler_.now() + kProgressWithin;
  auto missing = unfinished();
  while (missing && !oracle_.violation() && scheduler_.now() < end) {
    run_until(scheduler_.now() + milliseconds(50));
    missing = unfinished();
  }
  if (missing) {
    oracle_.violate("liveness: {} s after everything has healed, {}",
                    std::chrono::duration_cast<seconds>(kProgressWithin).count(), *missing);
  }
}

std::optional<std::string> World::unfinished() {
  for (std::size_t client = 0; client < clients_.size(); ++client) {
    if (!clients_[client]->idle()) {
      return fmt::format("client {} waits for its answer", client);
    }
  }
  for (std::uint32_t number = 1; number <= plan_.groups; ++number) {
    if (auto missing = unfinished_group(raft::GroupId(number))) {
      return missing;
    }
  }
  return std::nullopt;
}

std::optional<std::string> World::unfinished_group(raft::GroupId group) {
  const raft::Configuration& configuration = oracle_.configuration(group);
  if (configuration.joint()) {
    return fmt::format("group {} is in a joint configuration", group.value());
  }
  const raft::LogIndex end = oracle_.committed(group);
  std::optional<Bytes> state;
  for (const raft::Member& member : configuration.members()) {
    const NodeIndex node = index_of(member.node);
    if (admin_.lost(member.replica) || !nodes_[node]->alive()) {
      continue;
    }
    if (nodes_[node]->find(group) == nullptr) {
      return fmt::format("node {} has no replica of group {}", node, group.value());
    }
    if (nodes_[node]->applied(group) != end) {
      return fmt::format("node {} has applied {} of {} entries of group {}", node,
                         nodes_[node]->applied(group).value(), end.value(), group.value());
    }
    Bytes bytes = nodes_[node]->state(group);
    if (state && *state != bytes) {
      oracle_.violate("equal states: node {} has another state of group {} at {}", node,
                      group.value(), end.value());
    }
    state = std::move(bytes);
  }
  if (admin_.leader_of(group) == nullptr) {
    return fmt::format("group {} has no leader", group.value());
  }
  if (oracle_.newest_acknowledged(group) > end) {
    oracle_.violate("group {}: entry {} was acknowledged and is lost", group.value(),
                    oracle_.newest_acknowledged(group).value());
  }
  return std::nullopt;
}

void World::check_durable(NodeIndex node, raft::GroupId group, const raft::Raft& leader) {
  const raft::LogIndex index = leader.commit();
  if (leader.configuration_index() > index && !leader.configuration().joint()) {
    return;  // It has just left the joint configuration that this was committed under.
  }
  const auto term = leader.log().term_at(index);
  const auto has = [&](const raft::Member& voter) {
    if (admin_.lost(voter.replica)) {
      return true;  // It had, or it did not count; nobody can look any more.
    }
    const Image* image = nodes_[index_of(voter.node)]->disk.image(group);
    if (image == nullptr || image->replica() != voter.replica) {
      return false;
    }
    const raft::Entry* entry = image->entry(index);
    return entry != nullptr ? !term || entry->term == *term
                            : image->saved_position().index >= index;
  };
  for (const auto* half : {&leader.configuration().voters(), &leader.configuration().outgoing()}) {
    const auto count = std::count_if(half->begin(), half->end(), has);
    if (!half->empty() && static_cast<std::size_t>(count) < raft::majority_of(half->size())) {
      oracle_.violate("durability: node {} commits {} of group {}, which is on {} of {} disks",
                      node, index.value(), group.value(), count, half->size());
    }
  }
}

void World::check_histories() {
  for (std::uint32_t group = 0; group < plan_.groups; ++group) {
    History all;
    for (const auto& client : clients_) {
      const History& own = client->histories()[group];
      all.insert(all.end(), own.begin(), own.end());
    }
    if (const auto wrong = check_linearizable(all)) {
      oracle_.violate("linearizability: group {}: {}", group + 1, *wrong);
    }
  }
}

Outcome World::outcome() {
  Outcome outcome{.violation = oracle_.violation(),
                  .hash = trace_.hash(),
                  .steps = scheduler_.steps(),
                  .length = scheduler_.now().time_since_epoch()};
  for (std::uint32_t number = 1; number <= plan_.groups; ++number) {
    outcome.committed += oracle_.committed(raft::GroupId(number)).value();
    outcome.acknowledged += oracle_.newest_acknowledged(raft::GroupId(number)).value();
    outcome.terms += oracle_.newest_leader_term(raft::GroupId(number)).value();
  }
  return outcome;
}

}  // namespace godwit::sim
