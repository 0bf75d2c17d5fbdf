// The messages that wait for one session, in order. The newest are in memory until the state is
// written; then they are pages in the store, and read back page by page when their turn comes, each
// found by its key: nobody walks over what was removed before.
//
//   front ──► rows of the page that is being read │ pages in the store │ rows not written ◄── back
//
// Owned by its session, used on the shard's thread.
#pragma once

#include <deque>

#include "broker/records/keys.h"
#include "broker/records/row.h"
#include "broker/shard/state_reader.h"
#include "broker/shard/state_writer.h"

namespace godwit::shard {

inline constexpr std::size_t kPageRowsMax = 64;

// What a queue needs of its shard for one call.
struct QueueStore {
  const records::Keys& keys;
  StateReader& reader;
  StateWriter& writer;
  records::SessionNumber session;
};

class Queue {
 public:
  // Where the stored rows begin: the sequence in the key of the first page, or one before it, and
  // the first row of it that is still there.
  struct Head {
    records::QueueSequence page{1};
    records::QueueSequence row{1};
  };
  Queue() = default;
  // As it was written: `stored` rows, all in the store.
  Queue(std::uint32_t stored, Head head) : stored_(stored), head_(head) {}

  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] std::size_t size() const { return reading_.size() + stored_ + unwritten_.size(); }

  void push(records::QueueRow row) { unwritten_.push_back(std::move(row)); }
  // Null: it cannot be read, which the reader keeps. Not of an empty queue.
  [[nodiscard]] const records::QueueRow* front(const QueueStore& store);
  // After front().
  records::QueueRow pop(const QueueStore& store);

  // Rows that are in memory only become pages.
  void flush(const QueueStore& store, storage::Batch& to);
  // To be written with it.
  [[nodiscard]] Head head() const;

 private:
  [[nodiscard]] bool read_page(const QueueStore& store);

  std::deque<records::QueueRow> reading_;  // Of the page at `head_`, which goes with its last row.
  std::uint32_t stored_ = 0;               // Rows in pages that are not read yet.
  Head head_;
  std::deque<records::QueueRow> unwritten_;
};

}  // namespace godwit::shard
