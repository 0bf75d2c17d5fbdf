// Commands about what is on its way.
#include <fmt/format.h>

#include <algorithm>

#include "tests/scenarios/print.h"
#include "tests/scenarios/stage.h"

namespace godwit::scenarios {

Filter::Filter(const Words& words) {
  for (const std::string& word : words.plain()) {
    if (const auto parts = split(word, '>'); parts.size() == 2) {
      from_ = parts[0];
      to_ = parts[1];
    } else {
      kind_ = word;
    }
  }
  if (const std::string count = words.value("n"); !count.empty()) {
    left_ = number_of(count);
  }
}

bool Filter::takes(const raft::Message& message) {
  const bool fits = (from_ == "*" || number_of(from_) == message.from.value()) &&
                    (to_ == "*" || number_of(to_) == message.to.value()) &&
                    (kind_.empty() || kind_ == kind_of(message));
  if (!fits || left_ == 0) {
    return false;
  }
  --left_;
  return true;
}

void Stage::step(const raft::Message& message) {
  const auto to = replicas_.find(message.to);
  if (to == replicas_.end() || !to->second->runs()) {
    return;
  }
  const auto taken = to->second->raft->step(message, now_);
  if (!taken) {
    tell(fmt::format("{} refuses: {}", message.to.value(), name_of(taken.error())));
  }
}

// deliver [1>2] [Append] [n=1] — what is on its way now, not what it brings about.
void Stage::deliver(const Words& words) {
  Filter filter(words);
  for (raft::Message& message : std::exchange(on_the_way_, {})) {
    if (filter.takes(message)) {
      step(message);
    } else {
      on_the_way_.push_back(std::move(message));
    }
  }
}

void Stage::drop(const Words& words) {
  Filter filter(words);
  std::erase_if(on_the_way_, [&](const raft::Message& message) { return filter.takes(message); });
}

// duplicate … — once more, behind all others.
void Stage::duplicate(const Words& words) {
  Filter filter(words);
  const auto before = on_the_way_;
  for (const raft::Message& message : before) {
    if (filter.takes(message)) {
      on_the_way_.push_back(message);
    }
  }
}

void Stage::messages(const Words& words) {
  Filter filter(words);
  for (const raft::Message& message : on_the_way_) {
    if (filter.takes(message)) {
      tell(text_of(message));
    }
  }
  if (told_.empty()) {
    tell("none");
  }
}

// stabilize [1 2 3] — writes and delivers among these, or all, until nothing is left.
void Stage::stabilize(const Words& words) {
  const auto takes_part = [&](raft::ReplicaId id) {
    return words.plain().empty() || words.has(std::to_string(id.value()));
  };
  for (int round = 0; round < 1000; ++round) {
    settle();
    bool any = false;
    for (auto& [id, one] : replicas_) {
      while (one->runs() && takes_part(id) && one->write_one()) {
        any = true;
      }
    }
    for (raft::Message& message : std::exchange(on_the_way_, {})) {
      if (takes_part(message.from) && takes_part(message.to)) {
        step(message);
        any = true;
      } else {
        on_the_way_.push_back(std::move(message));
      }
    }
    if (!any) {
      return;
    }
  }
  tell("does not come to rest");
}

// cut 1 2 — no way from 1 to 2 any more, and what is on it is lost.
void Stage::cut(const Words& words) {
  const raft::ReplicaId from(number_of(words.plain().at(0)));
  const raft::ReplicaId to(number_of(words.plain().at(1)));
  cuts_.insert({from, to});
  std::erase_if(on_the_way_, [&](const raft::Message& message) {
    return message.from == from && message.to == to;
  });
}

// isolate 1 [2] — these on one side, all others on the other.
void Stage::isolate(const Words& words) {
  for (const auto& [a, one] : replicas_) {
    for (const auto& [b, other] : replicas_) {
      if (words.has(std::to_string(a.value())) != words.has(std::to_string(b.value()))) {
        cuts_.insert({a, b});
      }
    }
  }
  std::erase_if(on_the_way_, [&](const raft::Message& message) {
    return cuts_.contains({message.from, message.to});
  });
}

void Stage::heal(const Words& /*words*/) { cuts_.clear(); }

// inject 2>1 KIND term=5 … — what a broken peer might say.
void Stage::inject(const Words& words) {
  const auto parts = split(words.plain().at(0), '>');
  const auto number = [&](std::string_view key, std::uint64_t otherwise) {
    const std::string given = words.value(key);
    return given.empty() ? otherwise : number_of(given);
  };
  const auto index = [&](std::string_view key) { return raft::LogIndex(number(key, 0)); };
  const auto position = [&](std::string_view key) {
    const std::string given = words.value(key);
    return given.empty() ? raft::LogPosition{} : position_of(given);
  };
  raft::Message message{.group = raft::GroupId(static_cast<std::uint32_t>(number("group", 1))),
                        .from = raft::ReplicaId(number_of(parts.at(0))),
                        .to = raft::ReplicaId(number_of(parts.at(1))),
                        .term = raft::Term(number("term", 1))};
  Replica& target = replica(words.value("at").empty() ? parts.at(1) : words.value("at"));
  const raft::Round round(number("round", 0));
  const std::string& kind = words.plain().at(1);
  if (kind == "Heartbeat") {
    message.body = raft::Heartbeat{.commit = index("commit"), .round = round};
  } else if (kind == "Vote") {
    message.body = raft::VoteRequest{.last = position("last"),
                                     .pre_vote = words.has("pre-vote"),
                                     .transfer = words.has("transfer")};
  } else if (kind == "VoteReply") {
    message.body = raft::VoteReply{.granted = true};
  } else if (kind == "AppendReply") {
    raft::AppendReply reply{.round = round, .matched = index("matched"), .last = index("last")};
    if (!words.value("rejects").empty()) {
      reply.rejection = raft::AppendRejection{index("rejects"), position("hint")};
    }
    message.body = reply;
  } else if (kind == "HeartbeatReply") {
    message.body = raft::HeartbeatReply{.round = round,
                                        .received = index("received"),
                                        .matched = index("matched"),
                                        .last = index("last")};
  } else if (kind == "Snapshot") {
    raft::InstallSnapshot snapshot{.meta = {.last = position("last")}};
    if (const auto voters = members_of(words.value("voters")); !voters.empty()) {
      snapshot.meta.configuration = raft::Configuration::make({.voters = voters}).value();
    }
    snapshot.data = raft::make_payload(as_bytes(words.value("state")));
    message.body = snapshot;
  } else if (kind == "TimeoutNow") {
    message.body = raft::TimeoutNow{};
  } else if (kind == "Outcast") {
    message.body = raft::Outcast{index("acknowledged")};
  } else if (kind == "Append") {
    raft::AppendRequest request{
        .previous = position("after"), .commit = index("commit"), .round = round};
    for (const std::string& entry : split(words.value("entries"), ',')) {
      const raft::LogPosition at = position_of(entry);
      request.entries.push_back(
          {at.term, at.index, raft::EntryKind::kCommand, raft::make_payload(as_bytes("x"))});
    }
    if (words.has("bad-configuration")) {
      request.entries.back().kind = raft::EntryKind::kConfiguration;
    }
    message.body = std::move(request);
  } else {
    give_up(fmt::format("no kind `{}`", kind));
  }
  const auto taken = target.raft->step(std::move(message), now_);
  tell(taken ? "taken" : fmt::format("refused: {}", name_of(taken.error())));
}

}  // namespace godwit::scenarios
