// The texts of filter levels, each kept once and known by a number (interning).
//
// Topics repeat few words in many places: "temperature" costs its bytes once, and a node of the
// tree compares numbers. Clients choose the words, so the hash is keyed.
// Pure; owned by one FilterTree and used on its thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/siphash.h"
#include "base/strong_id.h"
#include "broker/routing/linear_hash.h"
#include "broker/routing/slab.h"

namespace godwit::routing {

struct LevelTag;
using LevelIndex = StrongId<LevelTag, std::uint32_t>;  // 0: none.

class LevelTable {
 public:
  explicit LevelTable(const HashKey& key) : key_(key), by_text_(levels_, HashOfLevel{}) {}
  LevelTable(const LevelTable&) = delete;
  LevelTable& operator=(const LevelTable&) = delete;

  // None if no filter has this level: then only wildcards can match it.
  [[nodiscard]] LevelIndex find(std::string_view text) const;
  // Finds or makes the level and counts one more user of it.
  [[nodiscard]] LevelIndex acquire(std::string_view text);
  // One user less; the text goes with the last.
  void release(LevelIndex index);
  // Valid until the level is released for the last time.
  [[nodiscard]] std::string_view text(LevelIndex index) const { return levels_[index].text(); }

  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  // Texts up to kInlineMax bytes lie in the level itself, which covers the words and most ids of
  // real topics; longer ones in a block of their own. 32 bytes, plus four for its bucket.
  class Level {
   public:
    static constexpr std::size_t kInlineMax = 16;

    Level() = default;
    Level(const Level&) = delete;
    Level(Level&&) = delete;
    Level& operator=(const Level&) = delete;
    Level& operator=(Level&& other) noexcept;
    ~Level() { clear(); }

    void assign(std::string_view text, std::uint32_t hash);
    [[nodiscard]] std::string_view text() const;
    [[nodiscard]] std::uint32_t hash() const { return hash_; }
    // With its bucket, and the block if it has one.
    [[nodiscard]] std::size_t bytes() const {
      return sizeof(Level) + sizeof(LevelIndex) + (size_ > kInlineMax ? size_ : 0);
    }

    LevelIndex next;
    std::uint32_t users = 0;

   private:
    void clear();

    std::uint32_t hash_ = 0;
    std::uint32_t size_ = 0;
    union {
      char inline_text[kInlineMax];
      char* block;  // Owned, where size_ > kInlineMax.
    } text_;
  };
  static_assert(sizeof(Level) == 32);

  struct HashOfLevel {
    std::uint32_t operator()(const Level& level) const { return level.hash(); }
  };

  [[nodiscard]] std::uint32_t hash(std::string_view text) const {
    return static_cast<std::uint32_t>(siphash(key_, as_bytes(text)));
  }
  [[nodiscard]] LevelIndex find(std::string_view text, std::uint32_t hash) const;

  HashKey key_;
  Slab<Level, LevelIndex> levels_;
  LinearHash<Level, LevelIndex, HashOfLevel> by_text_;
  std::size_t bytes_ = 0;
};

}  // namespace godwit::routing
