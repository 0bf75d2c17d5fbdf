// What a message means: first its term, then its content for the role.
#include <algorithm>

#include "cluster/raft/message_check.h"
#include "cluster/raft/mutant.h"
#include "cluster/raft/raft.h"
#include "cluster/raft/voting.h"

namespace godwit::raft {
namespace {

bool is_from_leader(const Message& message) {
  return std::holds_alternative<AppendRequest>(message.body) ||
         std::holds_alternative<Heartbeat>(message.body) ||
         std::holds_alternative<InstallSnapshot>(message.body);
}

}  // namespace

Result<void, Refusal> Raft::step(Message message, Instant now) {
  self_.now = std::max(self_.now, now);
  auto checked = check_message(message, self_.group, self_.replica, self_.options);
  if (const auto* request = std::get_if<AppendRequest>(&message.body);
      checked && request != nullptr && message.term >= self_.term() &&
      contradicts_committed(self_.log, *request)) {
    checked = fail(Refusal::kConflictsWithCommitted);
  }
  if (checked && settle_term(message)) {
    checked = std::visit([&](auto& body) { return take(message, body); }, message.body);
  }
  if (!checked) {
    self_.probe.message_refused(checked.error());
  }
  return checked;
}

bool Raft::settle_term(const Message& message) {
  if (const auto* request = std::get_if<VoteRequest>(&message.body);
      request != nullptr && disregards(self_, *request, leader() != nullptr)) {
    return false;
  }
  if (message.term < self_.term()) {
    const bool counts =
        planted(Mutant::kCountsOldTermAnswers) && std::holds_alternative<AppendReply>(message.body);
    if (!counts) {
      answer_old_term(message);
    }
    return counts;
  }
  if (message.term == self_.term()) {
    return true;
  }
  const auto* request = std::get_if<VoteRequest>(&message.body);
  const auto* reply = std::get_if<VoteReply>(&message.body);
  if ((request != nullptr && request->pre_vote) ||
      (reply != nullptr && reply->pre_vote && reply->granted)) {
    return true;  // A term that has not begun.
  }
  become_follower(message.term, is_from_leader(message) ? message.from : ReplicaId(0));
  return true;
}

// Who lives in an old term learns of the new one by any answer, and stops leading or standing.
void Raft::answer_old_term(const Message& message) {
  // Not a VoteReply: it would carry our term, and a candidate of that term would count it as an
  // answer to its present request.
  if (is_from_leader(message) || std::holds_alternative<VoteRequest>(message.body)) {
    self_.send(message.from, HeartbeatReply{});
  }
}

// The follower that the message of this term's one leader is for, or nothing.
Follower* Raft::follower_of(ReplicaId leader_replica) {
  if (std::holds_alternative<Candidate>(role_)) {
    become_follower(self_.term(), leader_replica);  // Another has won (paper, section 5.2).
  }
  auto* follower = std::get_if<Follower>(&role_);
  return follower != nullptr && follower->hear(self_, leader_replica) ? follower : nullptr;
}

Result<void, Refusal> Raft::take(const Message& message, const VoteRequest& request) {
  auto* follower = std::get_if<Follower>(&role_);
  if (answer_vote(self_, message, request) && follower != nullptr) {
    follower->wait_again(self_);
  }
  return {};
}

Result<void, Refusal> Raft::take(const Message& message, const VoteReply& reply) {
  if (auto* candidate = std::get_if<Candidate>(&role_)) {
    follow(candidate->reply(self_, message.from, reply));
  }
  return {};
}

Result<void, Refusal> Raft::take(const Message& message, AppendRequest& request) {
  Follower* follower = follower_of(message.from);
  if (follower == nullptr) {
    return fail(Refusal::kTwoLeaders);
  }
  follower->append(self_, std::move(request));
  return {};
}

Result<void, Refusal> Raft::take(const Message& message, const Heartbeat& heartbeat) {
  Follower* follower = follower_of(message.from);
  if (follower == nullptr) {
    return fail(Refusal::kTwoLeaders);
  }
  follower->heartbeat(self_, heartbeat);
  return {};
}

Result<void, Refusal> Raft::take(const Message& message, InstallSnapshot& snapshot) {
  Follower* follower = follower_of(message.from);
  if (follower == nullptr) {
    return fail(Refusal::kTwoLeaders);
  }
  follower->install(self_, std::move(snapshot));
  return {};
}

Result<void, Refusal> Raft::take(const Message& message, const AppendReply& reply) {
  auto* leading = std::get_if<Leader>(&role_);
  return leading != nullptr ? leading->append_reply(self_, message.from, reply)
                            : Result<void, Refusal>();
}

Result<void, Refusal> Raft::take(const Message& message, const HeartbeatReply& reply) {
  auto* leading = std::get_if<Leader>(&role_);
  return leading != nullptr ? leading->heartbeat_reply(self_, message.from, reply)
                            : Result<void, Refusal>();
}

Result<void, Refusal> Raft::take(const Message& message, TimeoutNow /*now*/) {
  if (const auto* follower = std::get_if<Follower>(&role_)) {
    follow(follower->timeout_now(self_, message.from));
  }
  return {};
}

Result<void, Refusal> Raft::take(const Message& message, const Outcast& outcast) {
  if (const auto* follower = std::get_if<Follower>(&role_)) {
    follower->outcast(self_, message.from, outcast);
  }
  return {};
}

}  // namespace godwit::raft
