// A data shard: the deterministic state machine behind one Raft group. Entries of the log go in;
// rows and effects come out.
//
//   entry ──► apply ──► Effects (the leader's node does them)
//                └────► what has changed in memory ──► flush ──► one batch of rows
//
// Two replicas that have applied the same entries hold the same state, whenever each of them was
// flushed or restarted: nothing depends on a clock, on chance, or on what lies in memory.
//
// Owned by a shard thread, used on it. Pure.
#pragma once

#include <set>
#include <string>

#include "base/result.h"
#include "broker/records/command.h"
#include "broker/records/message_record.h"
#include "broker/shard/courier.h"
#include "broker/shard/lanes.h"
#include "broker/shard/outboxes.h"
#include "broker/shard/wills.h"

namespace godwit::shard {

struct ShardSetup {
  ShardId shard;
  std::uint32_t generation = 0;  // Of the state (P-15).
  HashKey hash_key;              // Of this process.
  BodyLimits bodies;
  // What one entry may do beside its commands: messages of ended sessions that it gives back, and
  // sessions that it lets expire. The next entry goes on.
  std::size_t take_back_max = 4096;
  std::size_t expire_max = 256;
};

// The replica cannot go on: what it has read or is told to apply is damaged, or of a later version.
// Nothing of it may be written any more.
struct ApplyError {
  std::string text;
};

class Shard {
 public:
  // `reader` shows what was flushed, also what is not written yet; it outlives the shard.
  Shard(const ShardSetup& setup, const storage::Reader& reader);

  // Once, before anything else.
  Result<void, ApplyError> load();

  // The next entry of the log: its index, and the bytes of records::Entry.
  Result<void, ApplyError> apply(std::uint64_t index, ByteView entry, Effects& effects);

  // Everything that has changed since the last one, as rows. From here on `reader` must show them.
  [[nodiscard]] storage::Batch flush();
  // How much that is, about (P-15 bounds it).
  [[nodiscard]] std::size_t unwritten_bytes() const;

  // --- looking, for whoever leads --------------------------------------------------------------

  [[nodiscard]] ShardId id() const { return setup_.shard; }
  [[nodiscard]] records::ShardTime time() const { return counters_.time; }
  // An entry with a time at or after this has something to do; nothing: none has (P-14).
  [[nodiscard]] std::optional<records::ShardTime> next_deadline() const;
  [[nodiscard]] const Outboxes& outboxes() const { return outboxes_; }
  [[nodiscard]] const Wills& wills() const { return wills_; }
  [[nodiscard]] Sessions& sessions() { return sessions_; }

 private:
  // One a command, in shard_*.cc.
  void operator()(const records::Attach& attach);
  void operator()(const records::Open& open);
  void operator()(const records::Fenced& fenced);
  void operator()(const records::Close& close);
  void operator()(const records::Subscribe& subscribe);
  void operator()(const records::Unsubscribe& unsubscribe);
  void operator()(const records::PublishBatch& batch);
  void operator()(const records::Qos2Receive& receive);
  void operator()(const records::Qos2Release& release);
  void operator()(const records::Acks& acks);
  void operator()(const records::WillSet& set);
  void operator()(const records::WillFire& fire);
  void operator()(const records::OutboxDone& done);
  void operator()(const records::OwnerLost& lost);
  void operator()(const records::RetainSet& set);
  void operator()(const records::RetainedBatch& batch);

  void begin_entry(records::ShardTime time, std::size_t entry_bytes);
  // Gives a session to a connection.
  void connect(DurableSession& session, const records::Open& open);
  // The session that is opened: the one that is there, or a new one.
  DurableSession& session_for(const records::Open& open);
  // Nobody is left who could still act for it.
  void begin_connection(DurableSession& session);
  void end_connection(DurableSession& session, bool keeps_will);
  void arm_will(DurableSession& session, const std::optional<records::Will>& will);
  void end_session(DurableSession& session);
  // Another ownership begins (P-8).
  void raise_epoch(DurableSession& session);
  void stop_expiry(DurableSession& session);
  void end_attachment(records::Attachment attachment);
  // `message` is what `record` says.
  void publish(ByteView record, const records::MessageRecord& message);
  // Nothing, and the replica fails: it cannot be read.
  [[nodiscard]] std::optional<records::MessageRecord> take_message(BigEndianReader& from);
  void send(const records::Destinations& destinations, const records::OutboxRow& row,
            std::uint32_t& waiting);
  void save_qos2(const DurableSession& session, mqtt::PacketId packet_id,
                 const records::Qos2Row& row);
  void complete_qos2(DurableSession& session, mqtt::PacketId packet_id);
  void fail_with(std::string text);
  void tell(Event event) { effects_->events.push_back(std::move(event)); }

  ShardSetup setup_;
  records::Keys keys_;
  StateReader reader_;
  StateWriter writer_;
  records::ShardRow counters_;
  Bodies bodies_;
  Sessions sessions_;
  Courier courier_;
  Lanes lanes_;
  Outboxes outboxes_;
  Wills wills_;
  std::set<std::pair<records::ShardTime, records::SessionNumber>> expiries_;
  std::uint64_t index_ = 0;     // Of the entry that is applied.
  Effects* effects_ = nullptr;  // The same.
  std::string error_;
};

}  // namespace godwit::shard
