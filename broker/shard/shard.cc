#include "broker/shard/shard.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "broker/records/command_codec.h"
#include "broker/records/row_codec.h"
#include "broker/shard/mutant.h"

namespace godwit::shard {

using records::ShardTime;
using storage::Table;

Shard::Shard(const ShardSetup& setup, const storage::Reader& reader)
    : setup_(setup),
      keys_(setup.shard, setup.generation),
      reader_(reader),
      bodies_(keys_, reader_, writer_, setup.bodies),
      sessions_(setup.hash_key, keys_, reader_, writer_),
      courier_(keys_, sessions_, bodies_, writer_),
      lanes_(keys_, reader_, writer_),
      outboxes_(keys_, reader_, writer_),
      wills_(keys_, reader_, writer_) {}

Result<void, ApplyError> Shard::load() {
  const Bytes key = keys_.counters();
  if (const auto row = reader_.get(Table::kShard, key)) {
    counters_ = reader_.take(records::decode_shard(*row), key).value_or(records::ShardRow());
  }
  bodies_.load(counters_.last_block);
  sessions_.load(counters_.last_session);
  lanes_.load();
  outboxes_.load();
  wills_.load();
  sessions_.for_each([&](const DurableSession& session) {
    if (session.row.expires) {
      expiries_.emplace(*session.row.expires, session.number);
    }
  });
  if (!reader_.error().empty()) {
    return fail(ApplyError{reader_.error()});
  }
  return {};
}

Result<void, ApplyError> Shard::apply(std::uint64_t index, ByteView bytes, Effects& effects) {
  const auto entry = records::decode_entry(bytes);
  if (!entry) {
    return fail(ApplyError{
        fmt::format("entry {} cannot be read: {}", index, records::name_of(entry.error()))});
  }
  if (index <= counters_.applied) {
    return fail(ApplyError{fmt::format("entry {} comes again: the state has those up to {}", index,
                                       counters_.applied)});
  }
  index_ = index;
  counters_.applied = index;
  effects_ = &effects;
  begin_entry(entry->time, bytes.size());
  for (const records::Command& command : entry->commands) {
    std::visit([this](const auto& one) { (*this)(one); }, command);
  }
  sessions_.take_back(setup_.take_back_max, bodies_);
  for (const WillDue& due : wills_.take_due(counters_.time)) {
    tell(due);
  }
  if (!reader_.error().empty() || !error_.empty()) {
    return fail(ApplyError{reader_.error().empty() ? error_ : reader_.error()});
  }
  return {};
}

void Shard::begin_entry(ShardTime time, std::size_t entry_bytes) {
  counters_.time = std::max(counters_.time, time);
  bodies_.begin_entry(counters_.time, entry_bytes);
  courier_.begin_entry(counters_.time, *effects_);
  for (std::size_t left = setup_.expire_max; left > 0 && !expiries_.empty(); --left) {
    const auto [expires, number] = *expiries_.begin();
    if (expires > counters_.time) {
      return;
    }
    end_session(*sessions_.find(number));
  }
}

std::optional<ShardTime> Shard::next_deadline() const {
  if (sessions_.has_ended()) {
    return counters_.time;
  }
  std::optional<ShardTime> next = wills_.next_due();
  if (!expiries_.empty()) {
    next = std::min(next.value_or(ShardTime::max()), expiries_.begin()->first);
  }
  return next;
}

void Shard::fail_with(std::string text) {
  if (error_.empty()) {
    error_ = fmt::format("entry {}: {}", index_, text);
  }
}

storage::Batch Shard::flush() {
  CHECK(reader_.error().empty() && error_.empty());
  storage::Batch batch;
  counters_.last_block =
      planted(Mutant::kBlockNumbersReused) ? records::BlockNumber() : bodies_.last();
  counters_.last_session = sessions_.last();
  bodies_.flush(batch);
  sessions_.flush(batch);
  writer_.put(Table::kShard, keys_.counters(), records::encode(counters_));
  writer_.flush(batch);
  return batch;
}

std::size_t Shard::unwritten_bytes() const {
  return writer_.size_bytes() + bodies_.unwritten_bytes();
}

}  // namespace godwit::shard
