// The bodies of messages, once a shard, however many queues refer to them.
//
// Bodies of one entry lie together in blocks, so that a row costs little a message; a block has a
// count of references for each of its items and goes when all are 0. In memory is what is new or in
// use; the rest is read when it is needed.
//
// Owned by the shard, used on its thread.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "broker/records/keys.h"
#include "broker/shard/state_reader.h"
#include "broker/shard/state_writer.h"

namespace godwit::shard {

struct BodyLimits {
  // A block ends with the message that reaches one of these: what is kept because of a neighbour
  // stays little.
  std::size_t block_items_max = 64;
  std::size_t block_bytes_max = std::size_t{16} << 10U;
  // Blocks that are in the store and also in memory.
  std::size_t cache_bytes_max = std::size_t{4} << 20U;
};

class Bodies {
 public:
  // A message record and the time of the entry that brought it, from which its lifetime counts.
  struct View {
    ByteView record;
    records::ShardTime time;
  };

  Bodies(const records::Keys& keys, StateReader& reader, StateWriter& writer,
         const BodyLimits& limits)
      : keys_(keys), reader_(reader), writer_(writer), limits_(limits) {}

  // `last`: as it was saved.
  void load(records::BlockNumber last) { last_ = last; }
  [[nodiscard]] records::BlockNumber last() const { return last_; }

  // An entry of so many bytes begins: its bodies get blocks of their own. Ends the life of all
  // views.
  void begin_entry(records::ShardTime time, std::size_t entry_bytes);
  // Nobody refers to it yet.
  [[nodiscard]] records::BodyRef add(ByteView record);
  void hold(records::BodyRef body);
  void release(records::BodyRef body);
  // Valid until the next entry, also if it is released. Nothing: it cannot be read, which the
  // reader keeps.
  [[nodiscard]] std::optional<View> read(records::BodyRef body);

  // What is new or has other counts becomes rows.
  void flush(storage::Batch& to);
  // Of what is not written, about.
  [[nodiscard]] std::size_t unwritten_bytes() const { return unwritten_bytes_; }

 private:
  struct Block {
    records::ShardTime time;
    std::optional<Bytes> messages;       // Nothing: in the store only.
    std::size_t room = 0;                // Reserved for `messages`, so that views into it hold.
    std::vector<std::uint32_t> offsets;  // Of each item in `messages`.
    std::vector<std::uint32_t> counts;
    std::uint32_t held = 0;  // Items whose count is not 0.
    bool dirty = false;
    // Where it is among those that are in the store too; nothing while it is not there.
    std::optional<std::list<records::BlockNumber>::iterator> stored;
    std::size_t cached_bytes = 0;
  };

  [[nodiscard]] Block& open_block(std::size_t record_bytes);
  // Null: cannot be read.
  [[nodiscard]] Block* find(records::BlockNumber number);
  [[nodiscard]] bool load_messages(records::BlockNumber number, Block& block);
  void mark_dirty(records::BlockNumber number, Block& block);
  void forget(records::BlockNumber number);
  void note_stored(records::BlockNumber number, Block& block);
  void count_cached(Block& block);
  // Takes it out of memory.
  [[nodiscard]] std::unique_ptr<Block> take_out(records::BlockNumber number);
  void trim();

  const records::Keys& keys_;
  StateReader& reader_;
  StateWriter& writer_;
  BodyLimits limits_;
  std::unordered_map<records::BlockNumber, std::unique_ptr<Block>> blocks_;
  std::vector<records::BlockNumber> dirty_;
  std::list<records::BlockNumber> stored_;  // In memory too, the oldest first.
  std::size_t cached_bytes_ = 0;
  std::vector<std::unique_ptr<Block>> released_;  // In this entry; views point into them.
  records::BlockNumber last_;
  records::ShardTime time_;
  std::size_t entry_bytes_ = 0;
  bool open_ = false;  // The last block takes more.
  std::size_t unwritten_bytes_ = 0;
};

}  // namespace godwit::shard
