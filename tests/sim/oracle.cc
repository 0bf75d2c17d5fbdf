#include "tests/sim/oracle.h"

#include <algorithm>

namespace godwit::sim {
namespace {

std::uint64_t content_of(const raft::Entry& entry) {
  return mix(hash_of(entry.bytes()) ^ static_cast<std::uint64_t>(entry.kind));
}

}  // namespace

std::uint64_t hash_of(ByteView bytes) {
  std::uint64_t hash = bytes.size();
  for (const std::byte one : bytes) {
    hash = (hash ^ std::to_integer<std::uint64_t>(one)) * 0x100000001b3;
  }
  return mix(hash);
}

void Oracle::group_created(raft::GroupId group, const raft::Configuration& configuration) {
  groups_[group].configuration = configuration;
}

void Oracle::leader_elected(NodeIndex node, raft::GroupId group, const raft::Raft& leader) {
  One& one = groups_[group];
  const raft::RoleChange role = leader.role();
  const auto [known, first] = one.leaders.emplace(role.term, role.leader);
  if (!first && known->second != role.leader) {
    violate("election safety: group {} has two leaders in term {}, replicas {} and {}",
            group.value(), role.term.value(), known->second.value(), role.leader.value());
  }
  const raft::Log& log = leader.log();
  std::uint64_t end = one.committed.size();
  while (end > 0 && one.committed[end - 1].seen_in >= role.term) {
    --end;
  }
  if (log.last().index.value() < end) {
    violate(
        "leader completeness: node {} leads group {} in term {} with a log up to {}, and {} is "
        "committed",
        node, group.value(), role.term.value(), log.last().index.value(), end);
    return;
  }
  for (std::uint64_t index = end; index > 0; --index) {
    const auto term = log.term_at(raft::LogIndex(index));
    if (!term) {
      break;
    }
    if (*term != one.committed[index - 1].term) {
      violate(
          "leader completeness: node {} leads group {} in term {} and has term {} at {}, where "
          "term {} is committed",
          node, group.value(), role.term.value(), term->value(), index,
          one.committed[index - 1].term.value());
    }
  }
}

void Oracle::entries_written(raft::GroupId group, const raft::Persist& persist) {
  One& one = groups_[group];
  std::optional<raft::Term> before;
  for (const raft::Entry& entry : persist.entries) {
    // With the term before, equal hashes mean by induction that everything before is equal too.
    const std::uint64_t place = content_of(entry) ^ mix(before ? before->value() : 0);
    if (before) {
      const auto [known, first] = one.entries.emplace(std::pair(entry.index, entry.term), place);
      if (!first && known->second != place) {
        violate("log matching: group {} has two different entries at {} of term {}", group.value(),
                entry.index.value(), entry.term.value());
      }
    }
    before = entry.term;
  }
}

void Oracle::entry_applied(NodeIndex node, raft::GroupId group, const Applied& applied) {
  const raft::Entry& entry = applied.entry;
  One& one = groups_[group];
  const Committed now{entry.term, content_of(entry), applied.result, applied.term};
  const std::uint64_t index = entry.index.value();
  if (index == one.committed.size() + 1) {
    one.committed.push_back(now);
    if (entry.kind == raft::EntryKind::kConfiguration) {
      one.configuration = raft::Configuration::decode(entry.bytes()).value();
    }
    return;
  }
  if (index > one.committed.size()) {
    violate("node {} applies {} of group {} before {}", node, index, group.value(),
            one.committed.size() + 1);
    return;
  }
  const Committed& known = one.committed[index - 1];
  if (known.term != now.term || known.content != now.content) {
    violate(
        "state-machine safety: node {} applies an entry of term {} at {} of group {}, where one "
        "of term {} was applied before",
        node, now.term.value(), index, group.value(), known.term.value());
  } else if (known.result != now.result) {
    violate("determinism: node {} gets {} from entry {} of group {}, another got {}", node,
            now.result, index, group.value(), known.result);
  }
}

void Oracle::state_seen(NodeIndex node, raft::GroupId group, raft::LogIndex index,
                        const Bytes& bytes) {
  const auto [known, first] = groups_[group].states.emplace(index, hash_of(bytes));
  if (!first && known->second != hash_of(bytes)) {
    violate("equal states: node {} has other bytes at {} of group {}", node, index.value(),
            group.value());
  }
}

void Oracle::acknowledged(raft::GroupId group, raft::LogIndex index) {
  One& one = groups_[group];
  one.acknowledged = std::max(one.acknowledged, index);
}

raft::LogIndex Oracle::committed(raft::GroupId group) const {
  return raft::LogIndex(groups_.at(group).committed.size());
}

raft::LogIndex Oracle::newest_acknowledged(raft::GroupId group) const {
  return groups_.at(group).acknowledged;
}

raft::Term Oracle::newest_leader_term(raft::GroupId group) const {
  const auto& leaders = groups_.at(group).leaders;
  return leaders.empty() ? raft::Term(0) : leaders.rbegin()->first;
}

const raft::Configuration& Oracle::configuration(raft::GroupId group) const {
  return groups_.at(group).configuration;
}

}  // namespace godwit::sim
