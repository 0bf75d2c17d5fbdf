// How scenarios tell what they see: short, and the same on every machine.
#pragma once

#include <string>

#include "cluster/raft/raft.h"

namespace godwit::scenarios {

[[nodiscard]] std::string text_of(raft::LogPosition position);  // term/index
[[nodiscard]] std::string text_of(const raft::RoleChange& role);
[[nodiscard]] std::string text_of(const raft::Configuration& configuration);
[[nodiscard]] std::string text_of(const raft::Entry& entry);
[[nodiscard]] std::string text_of(const raft::Message& message);
[[nodiscard]] std::string status_of(const raft::Raft& raft);
[[nodiscard]] std::string log_of(const raft::Raft& raft);
[[nodiscard]] std::string progress_of(const raft::Raft& raft);
// The short name of a message's kind: "Vote", "Append", …
[[nodiscard]] std::string_view kind_of(const raft::Message& message);

}  // namespace godwit::scenarios
