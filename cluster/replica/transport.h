// The port to other nodes.
#pragma once

#include <vector>

#include "base/ids.h"
#include "cluster/raft/message.h"

namespace godwit::replica {

// All that one turn has to say to one node, of all groups. Heartbeats of all groups fall on the
// same turn, so they share a frame.
struct Frame {
  std::vector<raft::Message> messages;
};

// Thread: the shard thread's. Implemented in cluster/peer and in the simulator.
class Transport {
 public:
  virtual ~Transport() = default;

  // Never blocks and never fails: a frame that does not arrive is told by Driver::unreachable.
  virtual void send(NodeId to, Frame frame) = 0;
  // A snapshot of any size, beside the frames. The peer's driver receives `message`, whose body is
  // an InstallSnapshot, when all of it is there. What became of it is told by
  // Driver::snapshot_sent.
  virtual void send_snapshot(NodeId to, raft::Message message) = 0;
};

}  // namespace godwit::replica
