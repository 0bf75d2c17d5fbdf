// What can be said against a message without looking at more than the replica's identity.
#pragma once

#include "base/result.h"
#include "cluster/raft/message.h"
#include "cluster/raft/options.h"
#include "cluster/raft/refusal.h"

namespace godwit::raft {

// Whether `message` could come from a correct peer of `replica` in `group`. What depends on the log
// or the role is checked where it is used.
[[nodiscard]] Result<void, Refusal> check_message(const Message& message, GroupId group,
                                                  ReplicaId replica, const Options& options);

}  // namespace godwit::raft
