// Messages that this shard has promised to bring to other shards and nodes: one lane a destination,
// with sequences that any leader resends alike (P-3).
//
// Owned by the shard, used on its thread.
#pragma once

#include <deque>
#include <map>

#include "broker/records/keys.h"
#include "broker/records/row.h"
#include "broker/shard/effects.h"
#include "broker/shard/state_reader.h"
#include "broker/shard/state_writer.h"

namespace godwit::shard {

class Outboxes {
 public:
  Outboxes(const records::Keys& keys, StateReader& reader, StateWriter& writer)
      : keys_(keys), reader_(reader), writer_(writer) {}
  void load();

  // Its place in the destination's lane.
  records::LaneSequence add(const records::Destination& destination, records::OutboxRow row);
  // The destination has everything up to `sequence`: those rows.
  [[nodiscard]] std::vector<records::OutboxRow> done(const records::OutboxDone& done);

  // What has to be sent (again), in order.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& [destination, box] : boxes_) {
      records::LaneSequence sequence = box.first;
      for (const records::OutboxRow& row : box.rows) {
        visit(destination, sequence, row);
        sequence = records::after(sequence);
      }
    }
  }
  // Null: it is not there (any more).
  [[nodiscard]] const records::OutboxRow* find(const records::Destination& destination,
                                               records::LaneSequence sequence) const;
  // Messages that wait, in bytes.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct Box {
    records::LaneSequence first{1};  // Of `rows`, which lie behind each other.
    std::deque<records::OutboxRow> rows;
  };

  const records::Keys& keys_;
  StateReader& reader_;
  StateWriter& writer_;
  std::map<records::Destination, Box> boxes_;
  std::size_t bytes_ = 0;
};

}  // namespace godwit::shard
