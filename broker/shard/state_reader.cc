#include "broker/shard/state_reader.h"

#include <fmt/format.h>

#include "base/hex.h"
#include "storage/seal.h"

namespace godwit::shard {
std::optional<Bytes> StateReader::get(storage::Table table, ByteView key) {
  auto value = reader_.get(table, key);
  if (!value) {
    note(value.error().text);
    return std::nullopt;
  }
  if (!*value) {
    return std::nullopt;
  }
  const auto sealed = storage::unseal(key, **value);
  if (!sealed) {
    note(fmt::format("the row {} in table {} is damaged: its checksum is wrong", to_hex(key),
                     storage::name(table)));
    return std::nullopt;
  }
  (*value)->resize(sealed->size());
  return *std::move(value);
}

std::optional<storage::Row> StateReader::next(storage::Cursor& cursor) {
  auto row = cursor.next();
  if (!row) {
    note(row.error().text);
    return std::nullopt;
  }
  if (!*row) {
    return std::nullopt;
  }
  const auto sealed = storage::unseal((*row)->key, (*row)->value);
  if (!sealed) {
    note(fmt::format("the row {} is damaged: its checksum is wrong", to_hex((*row)->key)));
    return std::nullopt;
  }
  return storage::Row{(*row)->key, *sealed};
}

void StateReader::note(std::string text) {
  if (error_.empty()) {
    error_ = std::move(text);
  }
}

void StateReader::note_missing(ByteView key) {
  note(fmt::format("the row {} is missing", to_hex(key)));
}

void StateReader::note_undecoded(ByteView key, records::RecordError error) {
  note(fmt::format("the row {} cannot be read: {}", to_hex(key), records::name_of(error)));
}

}  // namespace godwit::shard
