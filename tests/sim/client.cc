#include "tests/sim/client.h"

namespace godwit::sim {
namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t kRegisters = 2;

}  // namespace

Client::Client(std::uint32_t id, Surroundings& around, std::vector<std::unique_ptr<Node>>& nodes)
    : id_(id),
      around_(around),
      nodes_(nodes),
      histories_(around.plan.groups),
      guesses_(around.plan.groups) {}

void Client::start() { think(); }

void Client::think() {
  around_.scheduler.after(
      around_.chance.between(Duration(milliseconds(1)), around_.plan.think_time_max), [this] {
        if (!busy_ && !finishing_) {
          begin(raft::GroupId(
              1 + static_cast<std::uint32_t>(around_.chance.below(around_.plan.groups))));
        }
      });
}

void Client::begin(raft::GroupId group) {
  Chance& chance = around_.chance;
  const auto kind = static_cast<OperationKind>(chance.below(4));
  const bool writes = kind == OperationKind::kWrite || kind == OperationKind::kPut;
  const bool on_register = kind == OperationKind::kWrite || kind == OperationKind::kRead;
  ++sequence_;
  current_ = {
      .group = group,
      .command = {.client = id_,
                  .sequence = sequence_,
                  .kind = kind,
                  .object = static_cast<std::uint32_t>(on_register ? chance.below(kRegisters) : 0),
                  .argument = writes ? sequence_ * 64 + id_ + 1 : 0},
      .by_read_index = kind == OperationKind::kRead && !chance.one_in(5)};
  busy_ = true;
  histories_[group.value() - 1].push_back({.client = id_,
                                           .kind = kind,
                                           .object = current_.command.object,
                                           .argument = current_.command.argument,
                                           .invoked = around_.scheduler.now()});
  attempt();
}

void Client::attempt() {
  const std::uint64_t number = ++attempts_;
  NodeIndex& guess = guesses_[current_.group.value() - 1];
  const NodeIndex to = guess;
  around_.scheduler.after(milliseconds(around_.chance.below(3)),
                          [this, to, request = current_] { nodes_[to]->request(request); });
  around_.scheduler.after(milliseconds(around_.chance.between(100, 400)), [this, number, &guess] {
    if (busy_ && number == attempts_) {
      guess = static_cast<NodeIndex>(around_.chance.below(nodes_.size()));
      attempt();
    }
  });
}

void Client::answered(const Request& request, bool done, std::uint64_t result) {
  const bool current = busy_ && request.command.sequence == current_.command.sequence;
  if (!current) {
    return;
  }
  if (!done) {
    guesses_[request.group.value() - 1] =
        static_cast<NodeIndex>(around_.chance.below(nodes_.size()));
    around_.scheduler.after(milliseconds(around_.chance.between(1, 20)),
                            [this, number = ++attempts_] {
                              if (busy_ && number == attempts_) {
                                attempt();
                              }
                            });
    return;
  }
  busy_ = false;
  Operation& operation = histories_[request.group.value() - 1].back();
  operation.result = result;
  operation.completed = around_.scheduler.now();
  if (!finishing_) {
    think();
  }
}

void Client::finish(raft::GroupId group) {
  finishing_ = true;
  if (!busy_) {
    begin(group);
  }
}

}  // namespace godwit::sim
