#include "tests/scenarios/print.h"

#include <fmt/format.h>

#include <array>

namespace godwit::scenarios {
namespace {

std::string ids_of(const std::vector<raft::Member>& members) {
  std::string text;
  for (const raft::Member& member : members) {
    text += (text.empty() ? "" : ",") + std::to_string(member.replica.value());
  }
  return text;
}

struct BodyText {
  std::string operator()(const raft::VoteRequest& request) const {
    return fmt::format("last {}{}{}", text_of(request.last), request.pre_vote ? " pre-vote" : "",
                       request.transfer ? " transfer" : "");
  }
  std::string operator()(const raft::VoteReply& reply) const {
    return fmt::format("{}{}", reply.granted ? "granted" : "refused",
                       reply.pre_vote ? " pre-vote" : "");
  }
  std::string operator()(const raft::AppendRequest& request) const {
    std::string entries;
    for (const raft::Entry& entry : request.entries) {
      entries += " " + text_of(entry);
    }
    return fmt::format("after {} commit {}:{}", text_of(request.previous), request.commit.value(),
                       entries.empty() ? " nothing" : entries);
  }
  std::string operator()(const raft::AppendReply& reply) const {
    if (reply.rejection) {
      return fmt::format("rejects {}, hint {}", reply.rejection->rejected.value(),
                         text_of(reply.rejection->hint));
    }
    return fmt::format("matched {}{}", reply.matched.value(),
                       reply.counts ? "" : " without counting");
  }
  std::string operator()(const raft::Heartbeat& heartbeat) const {
    return fmt::format("round {} commit {}", heartbeat.round.value(), heartbeat.commit.value());
  }
  std::string operator()(const raft::HeartbeatReply& reply) const {
    return fmt::format("round {} received {} matched {}{}", reply.round.value(),
                       reply.received.value(), reply.matched.value(),
                       reply.counts ? "" : " without counting");
  }
  std::string operator()(const raft::InstallSnapshot& snapshot) const {
    return fmt::format("up to {}, {}", text_of(snapshot.meta.last),
                       text_of(snapshot.meta.configuration));
  }
  std::string operator()(const raft::TimeoutNow& /*now*/) const { return "stand"; }
  std::string operator()(const raft::Outcast& outcast) const {
    return fmt::format("acknowledged {}", outcast.acknowledged.value());
  }
};

}  // namespace

std::string_view kind_of(const raft::Message& message) {
  constexpr std::array<std::string_view, 9> kKinds = {"Vote",        "VoteReply",  "Append",
                                                      "AppendReply", "Heartbeat",  "HeartbeatReply",
                                                      "Snapshot",    "TimeoutNow", "Outcast"};
  return kKinds[message.body.index()];
}

std::string text_of(raft::LogPosition position) {
  return fmt::format("{}/{}", position.term.value(), position.index.value());
}

std::string text_of(const raft::RoleChange& role) {
  constexpr std::array<std::string_view, 4> kRoles = {"follows", "asks for votes", "stands",
                                                      "leads"};
  const bool names_leader =
      role.role == raft::RoleName::kFollower && role.leader != raft::ReplicaId(0);
  return fmt::format("{}{} in term {}", kRoles[static_cast<std::size_t>(role.role)],
                     names_leader ? fmt::format(" {}", role.leader.value()) : "",
                     role.term.value());
}

std::string text_of(const raft::Configuration& configuration) {
  std::string text = fmt::format("voters {}", ids_of(configuration.voters()));
  if (configuration.joint()) {
    text += fmt::format(" leaving {}", ids_of(configuration.outgoing()));
  }
  if (!configuration.learners().empty()) {
    text += fmt::format(" learners {}", ids_of(configuration.learners()));
  }
  return text;
}

std::string text_of(const raft::Entry& entry) {
  switch (entry.kind) {
    case raft::EntryKind::kNoOp:
      return text_of(entry.position()) + ":-";
    case raft::EntryKind::kConfiguration: {
      const auto configuration = raft::Configuration::decode(entry.bytes());
      return fmt::format("{}:[{}]", text_of(entry.position()),
                         configuration ? text_of(*configuration) : "no configuration");
    }
    case raft::EntryKind::kCommand:
      break;
  }
  return fmt::format("{}:{}", text_of(entry.position()), as_text(entry.bytes()));
}

std::string text_of(const raft::Message& message) {
  return fmt::format("{}>{} {} term {} {}", message.from.value(), message.to.value(),
                     kind_of(message), message.term.value(), std::visit(BodyText(), message.body));
}

std::string status_of(const raft::Raft& raft) {
  const raft::Log& log = raft.log();
  return fmt::format("{}, vote {}, last {}, durable {}, commit {}, applied {}; {}{}",
                     text_of(raft.role()), raft.hard_state().vote.value(), text_of(log.last()),
                     log.durable().value(), log.commit().value(), log.applied().value(),
                     text_of(raft.configuration()), raft.hard_state().amnesiac ? "; amnesiac" : "");
}

std::string log_of(const raft::Raft& raft) {
  const raft::Log& log = raft.log();
  std::string text;
  if (log.memory_start().index > raft::LogIndex(0)) {
    text = fmt::format("({})", text_of(log.memory_start()));
  }
  if (log.last().index > log.memory_start().index) {
    for (const raft::Entry& entry :
         log.entries_from(next(log.memory_start().index), SIZE_MAX, SIZE_MAX)) {
      text += (text.empty() ? "" : " ") + text_of(entry);
    }
  }
  return text.empty() ? "nothing" : text;
}

std::string progress_of(const raft::Raft& raft) {
  constexpr std::array<std::string_view, 4> kStates = {"probe", "replicate", "fetch", "snapshot"};
  std::string text;
  if (raft.leader() == nullptr) {
    return "does not lead\n";
  }
  for (const raft::Progress& peer : raft.leader()->peers()) {
    text += fmt::format("{}: {}, match {}, next {}, in flight {}{}\n", peer.replica().value(),
                        kStates[static_cast<std::size_t>(peer.state())], peer.match().value(),
                        peer.next_index().value(), peer.in_flight(),
                        peer.counts() ? "" : ", does not count");
  }
  return text;
}

}  // namespace godwit::scenarios
