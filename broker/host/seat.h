// A shard's seat in this process: its state machine, what was asked of it and waits for the log,
// and what it has decided and is not written.
//
//   requests, publishes ──► waiting ──► one entry ──► (raft, disk) ──► apply ──► answers
//                                                                        └──► save, now and then
//
// Owned by the host, used on its thread. Pure.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "broker/host/lane.h"
#include "broker/shard/shard.h"
#include "cluster/raft/raft.h"
#include "cluster/replica/commit_cycle.h"
#include "storage/overlay.h"

namespace godwit::host {

struct HostLimits {
  // Entries of a shard that are on their way to the disk: one that is being written, one that
  // gathers meanwhile.
  std::size_t entries_in_flight_max = 2;
  std::size_t entry_bytes_max = std::size_t{512} << 10U;
  // What waits to become entries, by lanes and as requests, each; more is refused (kBusy).
  std::size_t waiting_bytes_max = std::size_t{8} << 20U;
  // One message; more is refused (kTooLarge). With an entry before it, below raft's
  // entry_bytes_max.
  std::size_t record_bytes_max = std::size_t{12} << 20U;
  std::size_t waiting_requests_max = 100'000;
  // P-15: the state of a shard is written when so much has changed, or after that time.
  std::size_t unwritten_bytes_max = std::size_t{8} << 20U;
  Duration unwritten_time_max = std::chrono::seconds(1);
};

// What does not change while the process runs.
struct HostIdentity {
  NodeId node;
  records::LaneId process;  // Random, drawn at the start (P-2).
  HashKey hash_key;         // The same.
  // Unix time and the node's clock at the start: shard time goes on from there (P-14).
  records::ShardTime wall_at_start;
  Instant started;
};

[[nodiscard]] constexpr raft::GroupId group_of(ShardId shard) {
  return raft::GroupId(shard.value() + 1U);  // 0 is the meta group's.
}
[[nodiscard]] constexpr ShardId shard_of(raft::GroupId group) {
  return ShardId(static_cast<std::uint16_t>(group.value() - 1U));
}

class Seat {
 public:
  // `applied`: what the store's state holds. The store outlives the seat.
  Seat(ShardId shard, const HostIdentity& identity, const HostLimits& limits,
       const storage::Reader& store, const raft::SnapshotMeta& applied, std::uint32_t generation);

  Result<void, shard::ApplyError> load() { return shard_.load(); }

  // --- what is asked ---------------------------------------------------------------------------

  void request(Request request, Answers& answers);
  void publish(Publish publish, Answers& answers);
  // From this process itself: nobody waits for it.
  void propose(records::Command command);
  // Another shard's lane; what comes of it is told by LaneTaken.
  void take_from_lane(records::PublishBatch batch) { propose(std::move(batch)); }

  // --- what the log says -----------------------------------------------------------------------

  void lead(Answers& answers);
  // What was proposed and is not committed may be lost.
  void follow(Answers& answers);
  [[nodiscard]] bool leads() const { return leads_; }
  // The next entry, if something waits and not too much is on its way. Then proposed().
  [[nodiscard]] std::optional<raft::Payload> next_entry(Instant now);
  void proposed(raft::LogPosition at);
  // What follows is in `effects`, to be done by the host if this node leads.
  Result<void, shard::ApplyError> apply(const raft::Entry& entry,
                                        const raft::Configuration& configuration, Answers& answers);
  [[nodiscard]] const shard::Effects& effects() const { return effects_; }
  // Effects of this process's own lane and attachment.
  void attached(const shard::Attached& attached);
  [[nodiscard]] Lane& lane() { return lane_; }
  // This process's; 0: not attached.
  [[nodiscard]] records::Attachment attachment() const { return attachment_; }

  // --- what is written -------------------------------------------------------------------------

  // Nothing: nothing is due, or the last one is not written yet.
  [[nodiscard]] std::optional<replica::StateWrite> save_if_due(Instant now);
  [[nodiscard]] replica::StateWrite save();
  void saved();
  [[nodiscard]] raft::LogIndex saved_index() const { return saved_; }
  // One is on its way to the disk.
  [[nodiscard]] bool saving() const { return saving_.has_value(); }

  // When something is due without news.
  [[nodiscard]] Instant next_deadline() const;
  [[nodiscard]] shard::Shard& shard() { return shard_; }

 private:
  // Something that waits for its place in the log.
  struct Waiting {
    std::optional<ThreadIndex> from;  // Nothing: nobody waits for it.
    Token token;
    records::Command command;
  };
  struct InFlight {
    raft::LogPosition at;
    std::vector<Waiting> told;  // Without their commands.
  };

  [[nodiscard]] bool something_waits(Instant now) const;
  void fill_attachment(records::Command& command) const;
  // Moves what waits into the entry, in order and as far as there is room.
  void take_waiting(records::Entry& entry);
  void answer(std::vector<Waiting>& told, Answers& answers, bool done);
  [[nodiscard]] records::ShardTime shard_time(Instant now) const;
  [[nodiscard]] Instant instant_of(records::ShardTime time) const;

  const HostIdentity& identity_;
  const HostLimits& limits_;
  storage::Overlay overlay_;
  shard::Shard shard_;
  raft::SnapshotMeta applied_;
  raft::LogIndex saved_;
  std::optional<raft::LogIndex> saving_;
  std::optional<Instant> changed_;  // When the oldest change that is not written was made.
  Instant now_;                     // Of this turn.
  // Shard time of an instant: `base_` at `base_at_`.
  records::ShardTime base_;
  Instant base_at_;

  bool leads_ = false;
  bool attach_proposed_ = false;
  records::Attachment attachment_;  // This process's; 0: not attached.
  Lane lane_;
  std::deque<Waiting> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::vector<Waiting> entry_;  // Of the entry that is being proposed.
  std::deque<InFlight> in_flight_;
  shard::Effects effects_;
};

}  // namespace godwit::host
