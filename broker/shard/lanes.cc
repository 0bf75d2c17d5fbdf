#include "broker/shard/lanes.h"

#include <set>

#include "broker/records/row_codec.h"
#include "broker/shard/mutant.h"

namespace godwit::shard {

using records::Attachment;
using records::LaneId;
using records::LaneSequence;
using storage::Table;

std::vector<Attachment> Lanes::attach(Attachment attachment, const records::Attach& attach,
                                      records::ShardTime now) {
  std::vector<Attachment> ended;
  for (const auto& [other, row] : attachments_) {
    if (row.node == attach.node) {
      ended.push_back(other);
    }
  }
  remove_dead_lanes(attach, now);
  const records::AttachmentRow row{attach.node, attach.process};
  attachments_[attachment] = row;
  writer_.put(Table::kShard, keys_.attachment(attachment), records::encode(row));
  if (!lanes_.contains(attach.process)) {
    save(attach.process, {LaneSequence(0), attach.node, now});
  }
  return ended;
}

void Lanes::remove_dead_lanes(const records::Attach& attach, records::ShardTime now) {
  std::set<LaneId> attached;
  for (const auto& [attachment, row] : attachments_) {
    attached.insert(row.process);
  }
  std::erase_if(lanes_, [&](const auto& lane) {
    const auto& [id, row] = lane;
    const bool earlier_process = row.node == attach.node && id != attach.process;
    const bool silent =
        row.node != NodeId(0) && !attached.contains(id) && now - row.used > kLaneSilenceMax;
    if (earlier_process || silent) {
      writer_.remove(Table::kShard, keys_.lane(id));
    }
    return earlier_process || silent;
  });
}

void Lanes::detach(Attachment attachment) {
  if (attachments_.erase(attachment) > 0) {
    writer_.remove(Table::kShard, keys_.attachment(attachment));
  }
}

std::optional<LaneSequence> Lanes::last(const LaneId& lane) const {
  const auto found = lanes_.find(lane);
  if (found != lanes_.end()) {
    return found->second.last;
  }
  return records::is_shard_lane(lane) ? std::optional(LaneSequence(0)) : std::nullopt;
}

void Lanes::save(const LaneId& lane, const records::LaneRow& row) {
  lanes_[lane] = row;
  if (!planted(Mutant::kLaneNotWritten)) {
    writer_.put(Table::kShard, keys_.lane(lane), records::encode(row));
  }
}

void Lanes::take(const LaneId& lane, LaneSequence last, records::ShardTime now) {
  const auto found = lanes_.find(lane);
  save(lane, {last, found == lanes_.end() ? NodeId(0) : found->second.node, now});
}

void Lanes::load() {
  reader_.read_all(Table::kShard, keys_.attachments(), &records::decode_attachment,
                   [&](ByteView key, const records::AttachmentRow& row) {
                     attachments_[records::attachment_of(key)] = row;
                   });
  reader_.read_all(
      Table::kShard, keys_.lanes(), &records::decode_lane,
      [&](ByteView key, const records::LaneRow& row) { lanes_[records::lane_of(key)] = row; });
}

}  // namespace godwit::shard
