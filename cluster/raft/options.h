// The bounds and times of one replica. Every one has a default that holds for three nodes in one
// place; all replicas of a group must agree on the election timeout.
#pragma once

#include <chrono>
#include <cstddef>

#include "base/time.h"

namespace godwit::raft {

struct Options {
  Duration heartbeat_interval = std::chrono::milliseconds(100);
  // A follower stands for election after a time without a leader that is drawn between these. Until
  // the first has passed it votes for nobody, which is what a leader's lease rests on.
  Duration election_timeout_min = std::chrono::milliseconds(1000);
  Duration election_timeout_max = std::chrono::milliseconds(2000);
  // How much of election_timeout_min a leader's lease leaves out, in percent: the clocks of two
  // nodes may differ in speed by half of it.
  unsigned lease_margin_percent = 10;

  std::size_t append_bytes_max =
      std::size_t{256} * 1024;             // Entries of one AppendRequest, but at least one.
  std::size_t append_entries_max = 1024;   // The same in number.
  std::size_t in_flight_appends_max = 32;  // Sent to one follower and not answered.
  std::size_t in_flight_bytes_max = std::size_t{4} * 1024 * 1024;
  std::size_t entry_bytes_max = std::size_t{16} * 1024 * 1024;  // One payload.
  std::size_t uncommitted_bytes_max =
      std::size_t{32} * 1024 * 1024;  // A leader refuses further proposals.
  std::size_t apply_bytes_max =
      std::size_t{1024} * 1024;  // Handed out by one ready(), but at least one entry.
  std::size_t log_cache_bytes_max =
      std::size_t{1024} * 1024;  // Applied entries kept for slow followers.
  std::size_t reads_max = 4096;  // Waiting for their round.
};

}  // namespace godwit::raft
