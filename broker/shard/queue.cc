#include "broker/shard/queue.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "broker/records/row_codec.h"
#include "broker/shard/mutant.h"
#include "storage/seal.h"

namespace godwit::shard {

using records::QueuePage;
using records::QueueRow;
using storage::Table;

const QueueRow* Queue::front(const QueueStore& store) {
  CHECK(!empty());
  if (reading_.empty() && stored_ > 0 && !read_page(store)) {
    return nullptr;
  }
  return reading_.empty() ? &unwritten_.front() : &reading_.front();
}

QueueRow Queue::pop(const QueueStore& store) {
  if (reading_.empty()) {
    QueueRow row = std::move(unwritten_.front());
    unwritten_.pop_front();
    return row;
  }
  QueueRow row = std::move(reading_.front());
  reading_.pop_front();
  if (reading_.empty()) {
    store.writer.remove(Table::kQueue, store.keys.page(store.session, head_.page));
    head_ = {records::after(row.sequence), records::after(row.sequence)};
  }
  return row;
}

bool Queue::read_page(const QueueStore& store) {
  const Bytes from = store.keys.page(store.session, head_.page);
  std::optional<QueuePage> page;
  store.reader.first(Table::kQueue,
                     storage::with_prefix_from(store.keys.pages(store.session), from),
                     [&](ByteView key, ByteView value) {
                       head_.page = records::sequence_of(key);
                       page = store.reader.take(records::decode_page(value, head_.page), key);
                     });
  if (!page) {
    store.reader.note_missing(from);
    return false;
  }
  for (QueueRow& row : *page) {
    // Rows that have left the queue stay in their page until it goes.
    if (row.sequence >= head_.row) {
      reading_.push_back(std::move(row));
    }
  }
  if (reading_.empty() || reading_.size() > stored_) {
    store.reader.note_missing(from);
    reading_.clear();
    return false;
  }
  stored_ -= static_cast<std::uint32_t>(reading_.size());
  return true;
}

Queue::Head Queue::head() const {
  return reading_.empty() ? head_ : Head{head_.page, reading_.front().sequence};
}

void Queue::flush(const QueueStore& store, storage::Batch& to) {
  if (stored_ == 0 && reading_.empty() && !unwritten_.empty()) {
    head_ = {unwritten_.front().sequence, unwritten_.front().sequence};
  }
  while (!unwritten_.empty()) {
    const std::size_t count = std::min(unwritten_.size(), kPageRowsMax);
    const auto end = unwritten_.begin() + static_cast<std::ptrdiff_t>(count);
    const QueuePage page(unwritten_.begin(), end);
    const Bytes key = store.keys.page(store.session, page.front().sequence);
    Bytes value = records::encode(page, page.front().sequence);
    storage::seal(key, value);
    to.put(Table::kQueue, key, value);
    unwritten_.erase(unwritten_.begin(), end);
    stored_ += static_cast<std::uint32_t>(count);
    if (planted(Mutant::kOnePageWritten)) {
      unwritten_.clear();
    }
  }
}

}  // namespace godwit::shard
