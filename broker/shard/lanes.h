// Who may own sessions of this shard, and what their lanes have brought (P-2, P-7).
//
// Owned by the shard, used on its thread.
#pragma once

#include <map>
#include <optional>

#include "broker/records/keys.h"
#include "broker/records/row.h"
#include "broker/shard/effects.h"
#include "broker/shard/state_reader.h"
#include "broker/shard/state_writer.h"

namespace godwit::shard {

inline constexpr std::chrono::hours kLaneSilenceMax{1};

class Lanes {
 public:
  Lanes(const records::Keys& keys, StateReader& reader, StateWriter& writer)
      : keys_(keys), reader_(reader), writer_(writer) {}
  void load();

  // The process gets an attachment and a lane. Returns the attachments that end thereby: those of
  // the node's earlier processes.
  [[nodiscard]] std::vector<records::Attachment> attach(records::Attachment attachment,
                                                        const records::Attach& attach,
                                                        records::ShardTime now);
  // Its lane stays until its node has a newer process, or is silent for kLaneSilenceMax: a publish
  // that was sent before may still be repeated (P-2).
  void detach(records::Attachment attachment);
  [[nodiscard]] bool attached(records::Attachment attachment) const {
    return attachments_.contains(attachment);
  }

  // What has been taken of a lane; nothing: it has no row. Shards need no attachment: theirs begin
  // with their first message.
  [[nodiscard]] std::optional<records::LaneSequence> last(const records::LaneId& lane) const;
  void take(const records::LaneId& lane, records::LaneSequence last, records::ShardTime now);

 private:
  void save(const records::LaneId& lane, const records::LaneRow& row);
  void remove_dead_lanes(const records::Attach& attach, records::ShardTime now);

  const records::Keys& keys_;
  StateReader& reader_;
  StateWriter& writer_;
  std::map<records::Attachment, records::AttachmentRow> attachments_;
  std::map<records::LaneId, records::LaneRow> lanes_;
};

}  // namespace godwit::shard
