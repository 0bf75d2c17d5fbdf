#include "broker/shard/outboxes.h"

#include <utility>

#include "broker/records/row_codec.h"
#include "broker/shard/mutant.h"

namespace godwit::shard {

using records::Destination;
using records::LaneSequence;
using records::OutboxRow;
using storage::Table;

LaneSequence Outboxes::add(const Destination& destination, OutboxRow row) {
  Box& box = boxes_[destination];
  const LaneSequence sequence = records::after(box.first, box.rows.size());
  if (!planted(Mutant::kOutboxNotWritten)) {
    writer_.put_new(Table::kShard, keys_.outbox(destination, sequence), records::encode(row));
  }
  writer_.put(Table::kShard, keys_.destination(destination),
              records::encode(records::LaneRow{sequence}));
  bytes_ += row.message.size();
  box.rows.push_back(std::move(row));
  return sequence;
}

std::vector<OutboxRow> Outboxes::done(const records::OutboxDone& done) {
  std::vector<OutboxRow> rows;
  const auto found = boxes_.find(done.destination);
  if (found == boxes_.end()) {
    return rows;
  }
  Box& box = found->second;
  while (!box.rows.empty() && box.first <= done.sequence) {
    writer_.remove(Table::kShard, keys_.outbox(done.destination, box.first));
    bytes_ -= box.rows.front().message.size();
    rows.push_back(std::move(box.rows.front()));
    box.rows.pop_front();
    box.first = records::after(box.first);
  }
  return rows;
}

const OutboxRow* Outboxes::find(const Destination& destination, LaneSequence sequence) const {
  const auto found = boxes_.find(destination);
  if (found == boxes_.end() || sequence < found->second.first) {
    return nullptr;
  }
  const std::uint64_t place = sequence.value() - found->second.first.value();
  return place < found->second.rows.size() ? &found->second.rows[place] : nullptr;
}

void Outboxes::load() {
  reader_.read_all(Table::kShard, keys_.destinations(), &records::decode_lane,
                   [&](ByteView key, const records::LaneRow& row) {
                     boxes_[records::destination_of(key)].first = records::after(row.last);
                   });
  reader_.read_all(Table::kShard, keys_.outbox(), &records::decode_outbox,
                   [&](ByteView key, OutboxRow row) {
                     Box& box = boxes_[records::destination_of(key)];
                     if (box.rows.empty()) {
                       box.first = records::outbox_sequence_of(key);
                     }
                     bytes_ += row.message.size();
                     box.rows.push_back(std::move(row));
                   });
}

}  // namespace godwit::shard
