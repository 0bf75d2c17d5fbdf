#include "broker/routing/level_table.h"

namespace godwit::routing {

LevelTable::Level& LevelTable::Level::operator=(Level&& other) noexcept {
  if (this == &other) {
    return *this;
  }
  clear();
  next = other.next;
  users = other.users;
  hash_ = other.hash_;
  size_ = other.size_;
  text_ = other.text_;
  other.size_ = 0;  // A block, if there was one, is ours now.
  return *this;
}

void LevelTable::Level::clear() {
  if (size_ > kInlineMax) {
    delete[] text_.block;
  }
  size_ = 0;
}

void LevelTable::Level::assign(std::string_view text, std::uint32_t hash) {
  clear();
  hash_ = hash;
  char* to = text_.inline_text;
  if (text.size() > kInlineMax) {
    to = text_.block = new char[text.size()];
  }
  text.copy(to, text.size());
  size_ = static_cast<std::uint32_t>(text.size());
}

std::string_view LevelTable::Level::text() const {
  return {size_ > kInlineMax ? text_.block : text_.inline_text, size_};
}

LevelIndex LevelTable::find(std::string_view text, std::uint32_t hash) const {
  return by_text_.find(
      hash, [&](const Level& level) { return level.hash() == hash && level.text() == text; });
}

LevelIndex LevelTable::find(std::string_view text) const { return find(text, hash(text)); }

LevelIndex LevelTable::acquire(std::string_view text) {
  const std::uint32_t its_hash = hash(text);
  LevelIndex index = find(text, its_hash);
  if (index == LevelIndex{}) {
    index = levels_.take();
    levels_[index].assign(text, its_hash);
    by_text_.link(index);
    bytes_ += levels_[index].bytes();
  }
  ++levels_[index].users;
  return index;
}

void LevelTable::release(LevelIndex index) {
  Level& level = levels_[index];
  CHECK(level.users > 0);
  if (--level.users > 0) {
    return;
  }
  bytes_ -= level.bytes();
  by_text_.unlink(index);
  levels_.give_back(index);
}

}  // namespace godwit::routing
