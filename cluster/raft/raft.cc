#include "cluster/raft/raft.h"

#include <array>

#include "base/check.h"
#include "cluster/raft/mutant.h"

namespace godwit::raft {
namespace {

template <class... Arms>
struct Overloaded : Arms... {
  using Arms::operator()...;
};
template <class... Arms>
Overloaded(Arms...) -> Overloaded<Arms...>;

}  // namespace

Raft::Raft(Setup setup, Instant now)
    : self_(std::move(setup), now), role_(Follower(self_, ReplicaId(0))) {
  if (sole_voter() && (nobody_else_leads() || planted(Mutant::kStandsDespiteLease))) {
    std::get<Follower>(role_).stand_at_once(self_);
  }
}

bool Raft::sole_voter() const {
  const Configuration& configuration = self_.configuration();
  return configuration.voters().size() == 1 && !configuration.joint() &&
         configuration.is_voter(self_.replica);
}

bool Raft::nobody_else_leads() const {
  return self_.term() == Term(0) || self_.hard_state().vote == self_.replica;
}

// --- roles ---------------------------------------------------------------------------------------

void Raft::become_follower(Term term, ReplicaId leader) {
  if (auto* leading = std::get_if<Leader>(&role_)) {
    const auto lost = leading->take_reads();
    self_.lost_reads.insert(self_.lost_reads.end(), lost.begin(), lost.end());
  }
  if (term > self_.term()) {
    self_.enter(term);
  }
  role_.emplace<Follower>(self_, leader);
}

void Raft::campaign(bool pre_vote, bool transfer) {
  if (!pre_vote || planted(Mutant::kPreVoteRaisesTerm)) {
    if (self_.term() >= kTermMax) {
      return;  // Nobody counts that far; a hostile peer may have tried.
    }
    self_.probe.election_started();
    self_.enter(next(self_.term()));
    if (!pre_vote) {
      self_.vote_for(self_.replica);
    }
  }
  auto& candidate =
      role_.emplace<Candidate>(self_, CampaignKind{.pre_vote = pre_vote, .transfer = transfer});
  follow(candidate.count(self_));
}

void Raft::become_leader() {
  self_.probe.leader_elected();
  role_.emplace<Leader>(self_);
}

void Raft::follow(Transition transition) {
  std::visit(
      Overloaded{[](Stay) {}, [&](BecomeFollower to) { become_follower(self_.term(), to.leader); },
                 [&](Campaign to) { campaign(to.pre_vote, to.transfer); },
                 [&](BecomeLeader) { become_leader(); }},
      transition);
}

// --- events --------------------------------------------------------------------------------------

void Raft::tick(Instant now) {
  self_.now = std::max(self_.now, now);
  follow(std::visit([&](auto& role) { return role.tick(self_); }, role_));
}

void Raft::persisted(PersistNumber number) {
  const bool grew = self_.persisted(number);
  if (auto* candidate = std::get_if<Candidate>(&role_)) {
    follow(candidate->persisted(self_));
  } else if (auto* leading = std::get_if<Leader>(&role_); leading != nullptr && grew) {
    leading->persisted(self_);
  }
}

void Raft::fetched(Fetched fetched) {
  if (auto* leading = std::get_if<Leader>(&role_)) {
    leading->fetched(self_, std::move(fetched));
  }
}

void Raft::compacted(LogIndex index) { self_.log.compacted(index); }

void Raft::snapshot_sent(ReplicaId to, std::optional<LogPosition> sent) {
  if (auto* leading = std::get_if<Leader>(&role_)) {
    leading->snapshot_sent(to, sent);
  }
}

void Raft::unreachable(ReplicaId replica) {
  if (auto* leading = std::get_if<Leader>(&role_)) {
    leading->unreachable(replica);
  }
}

// --- requests ------------------------------------------------------------------------------------

Result<Proposed, ProposeError> Raft::propose(std::span<const Payload> batch) {
  auto* leading = std::get_if<Leader>(&role_);
  if (leading == nullptr) {
    return fail(ProposeError::kNotLeader);
  }
  if (const auto refused = leading->refuses_proposals(self_)) {
    return fail(*refused);
  }
  for (const Payload& payload : batch) {
    if (payload && payload->size() > self_.options.entry_bytes_max) {
      return fail(ProposeError::kTooLarge);
    }
  }
  CHECK(!batch.empty());
  const LogPosition first{self_.term(), next(self_.log.last().index)};
  return Proposed{first, leading->append(self_, EntryKind::kCommand, batch)};
}

Result<Proposed, ProposeError> Raft::change_configuration(const Configuration& target) {
  auto* leading = std::get_if<Leader>(&role_);
  if (leading == nullptr) {
    return fail(ProposeError::kNotLeader);
  }
  if (const auto refused = leading->refuses_change(self_)) {
    return fail(*refused);
  }
  const auto step = self_.configuration().step_towards(target);
  if (target.empty() || target.joint() || !step) {
    return fail(ProposeError::kBadConfiguration);
  }
  const LogPosition at =
      leading->append(self_, EntryKind::kConfiguration, std::array{make_payload(step->encode())});
  return Proposed{at, at};
}

Result<void, ProposeError> Raft::read(ReadToken token) {
  auto* leading = std::get_if<Leader>(&role_);
  if (leading == nullptr) {
    return fail(ProposeError::kNotLeader);
  }
  const auto refused = leading->read(self_, token);
  return refused ? fail(*refused) : Result<void, ProposeError>();
}

Result<void, ProposeError> Raft::transfer_leadership(ReplicaId target) {
  auto* leading = std::get_if<Leader>(&role_);
  if (leading == nullptr) {
    return fail(ProposeError::kNotLeader);
  }
  const auto refused = leading->transfer(self_, target);
  return refused ? fail(*refused) : Result<void, ProposeError>();
}

// --- what to do ----------------------------------------------------------------------------------

bool Raft::has_ready() const {
  return self_.has_output() || told_role_ != role() ||
         (leader() != nullptr && leader()->wants_flush());
}

Ready Raft::ready() {
  if (auto* leading = std::get_if<Leader>(&role_); leading != nullptr && leading->wants_flush()) {
    follow(leading->flush(self_));
  }
  Ready ready;
  if (told_role_ != role()) {
    told_role_ = role();
    ready.role = told_role_;
  }
  self_.take_output(ready);
  return ready;
}

RoleChange Raft::role() const {
  return std::visit(
      Overloaded{[&](const Follower& follower) {
                   return RoleChange{RoleName::kFollower, self_.term(), follower.leader()};
                 },
                 [&](const Candidate& candidate) {
                   return RoleChange{
                       candidate.pre_vote() ? RoleName::kPreCandidate : RoleName::kCandidate,
                       self_.term(), ReplicaId(0)};
                 },
                 [&](const Leader&) {
                   return RoleChange{RoleName::kLeader, self_.term(), self_.replica};
                 }},
      role_);
}

Instant Raft::next_deadline() const {
  return std::visit(Overloaded{[&](const Follower& follower) { return follower.deadline(); },
                               [&](const Candidate& candidate) { return candidate.deadline(); },
                               [&](const Leader& leading) { return leading.deadline(self_); }},
                    role_);
}

std::optional<Instant> Raft::quorum_confirmed_at() const {
  return leader() != nullptr ? leader()->rounds().confirmed_at() : std::nullopt;
}

std::optional<Instant> Raft::lease_until() const {
  return leader() != nullptr ? leader()->lease_until(self_) : std::nullopt;
}

}  // namespace godwit::raft
