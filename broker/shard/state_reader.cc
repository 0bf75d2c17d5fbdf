#include "broker/shard/state_reader.h"

#include <fmt/format.h>

#include "storage/seal.h"

namespace godwit::shard {
namespace {

std::string hex(ByteView key) {
  std::string text;
  for (const std::byte byte : key) {
    text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
  }
  return text;
}

}  // namespace

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
    note(fmt::format("the row {} in table {} is damaged: its checksum is wrong", hex(key),
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
    note(fmt::format("the row {} is damaged: its checksum is wrong", hex((*row)->key)));
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
  note(fmt::format("the row {} is missing", hex(key)));
}

void StateReader::note_undecoded(ByteView key, records::RecordError error) {
  note(fmt::format("the row {} cannot be read: {}", hex(key), records::name_of(error)));
}

}  // namespace godwit::shard
