// This process's lane to one shard (P-2): messages in order, each with its place, kept until the
// shard has taken it. Whatever is lost on the way is sent again alike.
//
// Owned by a seat, used on its thread. Pure.
#pragma once

#include <deque>
#include <optional>

#include "broker/host/request.h"

namespace godwit::host {

class Lane {
 public:
  explicit Lane(records::LaneId id) : id_(id) {}

  void add(Publish publish);
  // The next messages that were not sent, up to `bytes_max` of records but at least one; nothing:
  // all were.
  [[nodiscard]] std::optional<records::PublishBatch> next_batch(std::size_t bytes_max);
  // The shard has taken everything up to `last`: those are answered.
  void taken(records::LaneSequence last, Answers& answers);
  // From here on it has to be sent (again).
  void rewind(records::LaneSequence expected);
  // What was sent may be lost.
  void rewind() { sent_ = 0; }

  [[nodiscard]] bool has_unsent() const { return sent_ < waiting_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] const records::LaneId& id() const { return id_; }

 private:
  records::LaneId id_;
  records::LaneSequence first_{1};  // Of `waiting_`.
  std::deque<Publish> waiting_;
  std::size_t sent_ = 0;  // Of `waiting_`.
  std::size_t bytes_ = 0;
};

}  // namespace godwit::host
