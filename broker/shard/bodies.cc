#include "broker/shard/bodies.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "broker/records/message_record.h"
#include "broker/records/row_codec.h"
#include "storage/seal.h"

namespace godwit::shard {

using records::BlockNumber;
using records::BodyRef;
using storage::Table;

void Bodies::begin_entry(records::ShardTime time, std::size_t entry_bytes) {
  time_ = time;
  entry_bytes_ = entry_bytes;
  open_ = false;
  trim();
}

Bodies::Block& Bodies::open_block(std::size_t record_bytes) {
  if (open_) {
    Block& block = *blocks_.at(last_);
    if (block.messages->size() + record_bytes <= block.room) {
      return block;
    }
  }
  last_ = records::after(last_);
  open_ = true;
  auto block = std::make_unique<Block>();
  block->time = time_;
  // What an entry brings is no more than the entry itself, but for a will that has waited.
  block->room = std::max(record_bytes, std::min(entry_bytes_, limits_.block_bytes_max));
  block->messages.emplace().reserve(block->room);
  return *blocks_.emplace(last_, std::move(block)).first->second;
}

BodyRef Bodies::add(ByteView record) {
  Block& block = open_block(record.size());
  const BodyRef body{last_, static_cast<std::uint16_t>(block.counts.size())};
  block.offsets.push_back(static_cast<std::uint32_t>(block.messages->size()));
  block.counts.push_back(0);
  append(*block.messages, record);
  unwritten_bytes_ += record.size();
  open_ = block.counts.size() < limits_.block_items_max;
  return body;
}

void Bodies::mark_dirty(BlockNumber number, Block& block) {
  if (!std::exchange(block.dirty, true)) {
    dirty_.push_back(number);
  }
}

void Bodies::hold(BodyRef body) {
  Block* block = find(body.block);
  if (block == nullptr) {
    return;
  }
  CHECK(body.item < block->counts.size());
  if (block->counts[body.item]++ == 0) {
    ++block->held;
  }
  mark_dirty(body.block, *block);
}

void Bodies::release(BodyRef body) {
  Block* block = find(body.block);
  if (block == nullptr) {
    return;
  }
  CHECK(body.item < block->counts.size() && block->counts[body.item] > 0);
  mark_dirty(body.block, *block);
  if (--block->counts[body.item] == 0 && --block->held == 0) {
    forget(body.block);
  }
}

void Bodies::forget(BlockNumber number) {
  if (blocks_.at(number)->stored) {
    writer_.remove(Table::kMessage, keys_.bodies(number));
    writer_.remove(Table::kMessage, keys_.counts(number));
  }
  open_ = open_ && number != last_;
  released_.push_back(take_out(number));
}

void Bodies::note_stored(BlockNumber number, Block& block) {
  block.stored = stored_.insert(stored_.end(), number);
  count_cached(block);
}

void Bodies::count_cached(Block& block) {
  cached_bytes_ -= block.cached_bytes;
  block.cached_bytes = sizeof(Block) + block.counts.size() * sizeof(std::uint32_t) +
                       (block.messages ? block.messages->size() : 0);
  cached_bytes_ += block.cached_bytes;
}

std::unique_ptr<Bodies::Block> Bodies::take_out(BlockNumber number) {
  const auto found = blocks_.find(number);
  std::unique_ptr<Block> block = std::move(found->second);
  blocks_.erase(found);
  if (block->stored) {
    stored_.erase(*block->stored);
    cached_bytes_ -= block->cached_bytes;
  }
  return block;
}

std::optional<Bodies::View> Bodies::read(BodyRef body) {
  Block* block = find(body.block);
  if (block == nullptr || !load_messages(body.block, *block)) {
    return std::nullopt;
  }
  CHECK(body.item < block->offsets.size());
  const std::size_t begin = block->offsets[body.item];
  const std::size_t end = body.item + 1U < block->offsets.size() ? block->offsets[body.item + 1U]
                                                                 : block->messages->size();
  return View{ByteView(*block->messages).subspan(begin, end - begin), block->time};
}

Bodies::Block* Bodies::find(BlockNumber number) {
  const auto found = blocks_.find(number);
  if (found != blocks_.end()) {
    return found->second.get();
  }
  const Bytes key = keys_.counts(number);
  const auto row = reader_.get(Table::kMessage, key);
  if (!row) {
    reader_.note_missing(key);
    return nullptr;
  }
  auto counts = reader_.take(records::decode_counts(*row), key);
  if (!counts) {
    return nullptr;
  }
  auto block = std::make_unique<Block>();
  block->counts = *std::move(counts);
  for (const std::uint32_t count : block->counts) {
    block->held += count > 0 ? 1 : 0;
  }
  note_stored(number, *block);
  return blocks_.emplace(number, std::move(block)).first->second.get();
}

bool Bodies::load_messages(BlockNumber number, Block& block) {
  if (block.messages) {
    return true;
  }
  const Bytes key = keys_.bodies(number);
  const auto row = reader_.get(Table::kMessage, key);
  if (!row) {
    reader_.note_missing(key);
    return false;
  }
  const auto view = reader_.take(records::decode_block(*row), key);
  if (!view) {
    return false;
  }
  std::vector<std::uint32_t> offsets;
  BigEndianReader records_reader(view->messages);
  while (records_reader.left() > 0) {
    offsets.push_back(static_cast<std::uint32_t>(records_reader.offset()));
    if (!reader_.take(records::take_record(records_reader), key)) {
      return false;
    }
  }
  if (offsets.size() != block.counts.size()) {
    reader_.note_missing(key);
    return false;
  }
  block.time = view->time;
  block.offsets = std::move(offsets);
  block.messages = Bytes(view->messages.begin(), view->messages.end());
  count_cached(block);
  return true;
}

void Bodies::flush(storage::Batch& to) {
  for (const BlockNumber number : std::exchange(dirty_, {})) {
    const auto found = blocks_.find(number);
    if (found == blocks_.end()) {
      continue;
    }
    Block& block = *found->second;
    const Bytes counts_key = keys_.counts(number);
    Bytes counts = records::encode_counts(block.counts);
    storage::seal(counts_key, counts);
    to.put(Table::kMessage, counts_key, counts);
    if (!block.stored) {
      const Bytes key = keys_.bodies(number);
      Bytes bodies = records::encode_block(block.time, *block.messages);
      storage::seal(key, bodies);
      to.put(Table::kMessage, key, bodies);
      note_stored(number, block);
    }
    block.dirty = false;
  }
  open_ = false;  // What is stored does not grow.
  unwritten_bytes_ = 0;
  trim();
}

void Bodies::trim() {
  released_.clear();
  // Few at a time: those that are dirty have to stay, and are passed over.
  constexpr int kLooksMax = 64;
  for (int looks = 0; looks < kLooksMax && cached_bytes_ > limits_.cache_bytes_max; ++looks) {
    if (blocks_.at(stored_.front())->dirty) {
      stored_.splice(stored_.end(), stored_, stored_.begin());
    } else {
      static_cast<void>(take_out(stored_.front()));
    }
  }
}

}  // namespace godwit::shard
