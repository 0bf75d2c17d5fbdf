// Commands to a core, and looks at it.
#include <fmt/format.h>

#include "tests/scenarios/print.h"
#include "tests/scenarios/stage.h"

namespace godwit::scenarios {

template <class Error>
void Stage::tell_error(const Error& error) {
  tell(fmt::format("refused: {}", name_of(error)));
}

// campaign 1 — time passes until its election timeout; nobody else notices but by the clock.
void Stage::campaign(const Words& words) {
  Replica& one = running(words);
  now_ = std::max(now_, one.raft->next_deadline());
  one.raft->tick(now_);
}

// tick 1|all|none MILLISECONDS
void Stage::tick(const Words& words) {
  now_ += std::chrono::milliseconds(number_of(words.plain().at(1)));
  for (auto& [id, one] : replicas_) {
    if (one->runs() && (words.has("all") || words.plain()[0] == std::to_string(id.value()))) {
      one->raft->tick(now_);
    }
  }
}

// propose 1 a b c — one batch.
void Stage::propose(const Words& words) {
  Replica& one = running(words);
  std::vector<raft::Payload> batch;
  for (std::size_t place = 1; place < words.plain().size(); ++place) {
    batch.push_back(raft::make_payload(as_bytes(words.plain()[place])));
  }
  if (const auto proposed = one.raft->propose(batch); !proposed) {
    tell_error(proposed.error());
  }
}

// change 1 voters=1,2,4 [learners=3]
void Stage::change(const Words& words) {
  Replica& one = running(words);
  const auto target = raft::Configuration::make({.voters = members_of(words.value("voters")),
                                                 .outgoing = members_of(words.value("outgoing")),
                                                 .learners = members_of(words.value("learners"))});
  if (!target) {
    give_up("no such configuration");
  }
  if (const auto proposed = one.raft->change_configuration(*target); !proposed) {
    tell_error(proposed.error());
  }
}

// transfer 1 2
void Stage::transfer(const Words& words) {
  Replica& one = running(words);
  const raft::ReplicaId target(number_of(words.plain().at(1)));
  if (const auto taken = one.raft->transfer_leadership(target); !taken) {
    tell_error(taken.error());
  }
}

// read 1 TOKEN
void Stage::read(const Words& words) {
  Replica& one = running(words);
  if (const auto taken = one.raft->read(raft::ReadToken(number_of(words.plain().at(1)))); !taken) {
    tell_error(taken.error());
  }
}

void Stage::status(const Words& words) {
  for (auto& [id, one] : replicas_) {
    if (words.plain().empty() || words.has(std::to_string(id.value()))) {
      tell(fmt::format("{}: {}", id.value(), one->runs() ? status_of(*one->raft) : "is down"));
    }
  }
}

void Stage::log(const Words& words) {
  for (auto& [id, one] : replicas_) {
    if (one->runs() && (words.plain().empty() || words.has(std::to_string(id.value())))) {
      tell(fmt::format("{}: {}", id.value(), log_of(*one->raft)));
    }
  }
}

void Stage::applied(const Words& words) {
  for (auto& [id, one] : replicas_) {
    if (words.plain().empty() || words.has(std::to_string(id.value()))) {
      tell(fmt::format("{}: {}", id.value(), fmt::join(one->applied, " ")));
    }
  }
}

void Stage::progress(const Words& words) { told_ += progress_of(*running(words).raft); }

// lease 1 — whether it holds now, and what a quorum has confirmed.
void Stage::lease(const Words& words) {
  Replica& one = running(words);
  const auto age = [&](Instant then) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(now_ - then).count();
  };
  const auto confirmed = one.raft->quorum_confirmed_at();
  const auto until = one.raft->lease_until();
  tell(fmt::format("{}, lease {}",
                   confirmed ? fmt::format("a quorum followed {} ms ago", age(*confirmed))
                             : "no quorum has answered",
                   until && *until > now_ ? fmt::format("for {} ms", -age(*until)) : "none"));
}

// refused 1 — how many messages it refused, by reason.
void Stage::refused(const Words& words) {
  Replica& one = running(words);
  for (std::size_t number = 0; number < raft::kRefusals; ++number) {
    const auto refusal = static_cast<raft::Refusal>(number);
    if (one.probe.refused(refusal) > 0) {
      tell(fmt::format("{} {}", name_of(refusal), one.probe.refused(refusal)));
    }
  }
}

}  // namespace godwit::scenarios
