// How a replica of any role answers who asks for its vote (paper, sections 5.2 and 5.4.1).
#pragma once

#include "cluster/raft/message.h"
#include "cluster/raft/self.h"

namespace godwit::raft {

// A leader was heard too recently, or this replica leads: the request is not answered and its term
// not entered, so that nobody who was cut off deposes a working leader (thesis, section 4.2.3).
[[nodiscard]] bool disregards(const Self& self, const VoteRequest& request, bool is_leader);

// Answers. The message's term is not below ours, and is ours unless it is a pre-vote. Returns
// whether a real vote was given.
bool answer_vote(Self& self, const Message& message, const VoteRequest& request);

}  // namespace godwit::raft
