// The planted bugs of this room (base/mutant.h). Each is found by the session simulator
// (tests/session_sim); `./dev mutants` prints by which seed.
#pragma once

#include <cstdint>

#include "base/mutant.h"

namespace godwit::shard {

enum class Mutant : std::uint32_t {
  kReusesPacketId = 301,          // An id that is in flight is given out again.
  kForgetsQos2Id = 302,           // A QoS 2 packet id is not remembered: a repeat is published.
  kQos2IdNotWritten = 303,        // ... it is, but not in a row.
  kPublishesRepeats = 304,        // What a lane has brought before is published again.
  kWindowEndsAtClose = 305,       // What was in flight is gone with the connection.
  kNewIdsOnReconnect = 306,       // What was in flight is sent again under other ids.
  kPubrecNotWritten = 307,        // A PUBREC changes the window, but no row.
  kQueueHeadNotWritten = 308,     // Rows that have left the queue come back after a restart.
  kWillLostWithOwner = 309,       // The wills of a process that died are not published.
  kWillFiresTwice = 310,          // A will is not forgotten when it is published.
  kWillAfterDisconnect = 311,     // A normal DISCONNECT leaves the will.
  kOutboxNotWritten = 312,        // What other shards do not have yet is forgotten at a restart.
  kSubscriptionNotWritten = 313,  // A subscription is forgotten at a restart.
  kOnePageWritten = 314,          // Of a long queue only the first page becomes a row.
  kBlockNumbersReused = 315,      // After a restart new bodies take the numbers of old ones.
  kBodyFreedEarly = 316,          // A body is freed by the first who has received it.
  kAcksWithoutWindow = 317,       // An acknowledged message stays in the store's window.
  kStateNotRead = 318,            // Windows are not read at a start.
  kLaneNotWritten = 319,          // What has come by lanes is forgotten at a restart.
};

}  // namespace godwit::shard
