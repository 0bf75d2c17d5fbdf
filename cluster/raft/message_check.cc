#include "cluster/raft/message_check.h"

#include <algorithm>
#include <variant>

namespace godwit::raft {
namespace {

using Checked = Result<void, Refusal>;

// Nothing is at index 0, and nothing else is of term 0.
bool possible(LogPosition position, Term newest) {
  return position.index <= kLogIndexMax && position.term <= newest &&
         (position.index == LogIndex(0)) == (position.term == Term(0));
}

Checked check_indexes(std::initializer_list<LogIndex> indexes) {
  const bool fine = std::all_of(indexes.begin(), indexes.end(),
                                [](LogIndex index) { return index <= kLogIndexMax; });
  return fine ? Checked() : fail(Refusal::kImpossibleIndex);
}

class Check {
 public:
  Check(const Message& message, const Options& options) : message_(message), options_(options) {}

  Checked operator()(const VoteRequest& request) const {
    // A candidate has entered its term with a log of earlier ones.
    const bool fine = possible(request.last, message_.term) && request.last.term < message_.term;
    return fine ? Checked() : fail(Refusal::kImpossibleIndex);
  }
  Checked operator()(const VoteReply& /*reply*/) const { return {}; }

  Checked operator()(const AppendRequest& request) const {
    if (!possible(request.previous, message_.term) || request.commit > kLogIndexMax) {
      return fail(Refusal::kImpossibleIndex);
    }
    if (request.entries.size() > options_.append_entries_max) {
      return fail(Refusal::kTooLarge);
    }
    LogPosition previous = request.previous;
    for (const Entry& entry : request.entries) {
      if (const Checked checked = check_entry(entry, previous); !checked) {
        return checked;
      }
      previous = entry.position();
    }
    return {};
  }

  Checked operator()(const AppendReply& reply) const {
    if (reply.matched > reply.last) {
      return fail(Refusal::kImpossibleIndex);
    }
    if (reply.rejection) {
      const AppendRejection& rejection = *reply.rejection;
      if (rejection.hint.index > rejection.rejected || reply.matched != LogIndex(0) ||
          rejection.hint.term > message_.term) {
        return fail(Refusal::kImpossibleIndex);
      }
      return check_indexes({rejection.rejected, reply.last});
    }
    return check_indexes({reply.last});
  }

  Checked operator()(const Heartbeat& heartbeat) const { return check_indexes({heartbeat.commit}); }

  Checked operator()(const HeartbeatReply& reply) const {
    if (reply.matched > reply.received || reply.received > reply.last) {
      return fail(Refusal::kImpossibleIndex);
    }
    return check_indexes({reply.last});
  }

  Checked operator()(const InstallSnapshot& snapshot) const {
    if (!possible(snapshot.meta.last, message_.term) || snapshot.meta.last.index == LogIndex(0)) {
      return fail(Refusal::kImpossibleIndex);
    }
    return snapshot.meta.configuration.empty() ? fail(Refusal::kBadConfiguration) : Checked();
  }

  Checked operator()(const TimeoutNow& /*now*/) const { return {}; }
  Checked operator()(const Outcast& outcast) const { return check_indexes({outcast.acknowledged}); }

 private:
  Checked check_entry(const Entry& entry, LogPosition previous) const {
    if (entry.index > kLogIndexMax) {
      return fail(Refusal::kImpossibleIndex);
    }
    if (entry.index != next(previous.index) || entry.term < previous.term ||
        entry.term > message_.term || entry.term == Term(0) ||
        entry.kind > EntryKind::kConfiguration) {
      return fail(Refusal::kBadEntries);
    }
    if (entry.bytes().size() > options_.entry_bytes_max) {
      return fail(Refusal::kTooLarge);
    }
    if (entry.kind == EntryKind::kConfiguration && !Configuration::decode(entry.bytes())) {
      return fail(Refusal::kBadConfiguration);
    }
    return {};
  }

  const Message& message_;
  const Options& options_;
};

}  // namespace

Result<void, Refusal> check_message(const Message& message, GroupId group, ReplicaId replica,
                                    const Options& options) {
  if (message.group != group) {
    return fail(Refusal::kWrongGroup);
  }
  if (message.to != replica || message.from == replica || message.from == ReplicaId(0)) {
    return fail(Refusal::kWrongReplica);
  }
  if (message.term == Term(0) || message.term > kTermMax) {
    return fail(Refusal::kImpossibleTerm);
  }
  return std::visit(Check(message, options), message.body);
}

}  // namespace godwit::raft
