#include "broker/shard/wills.h"

#include <utility>

#include "broker/records/row_codec.h"
#include "broker/shard/mutant.h"

namespace godwit::shard {

using records::DueWillRow;
using records::SessionNumber;
using records::ShardTime;
using records::WillNumber;
using storage::Table;

void Wills::save(WillNumber number, const DueWillRow& will) {
  writer_.put(Table::kShard, keys_.due_will(number), records::encode(will));
}

void Wills::insert(WillNumber number, DueWillRow will) {
  waiting_.emplace(will.due, number);
  by_session_.emplace(will.session, number);
  wills_.emplace(number, std::move(will));
}

void Wills::forget(WillNumber number) {
  const auto found = wills_.find(number);
  waiting_.erase({found->second.due, number});
  by_session_.erase({found->second.session, number});
  wills_.erase(found);
  writer_.remove(Table::kShard, keys_.due_will(number));
}

void Wills::add(WillNumber number, DueWillRow will) {
  writer_.put_new(Table::kShard, keys_.due_will(number), records::encode(will));
  insert(number, std::move(will));
}

std::vector<WillNumber> Wills::not_due(SessionNumber session, ShardTime now) const {
  std::vector<WillNumber> numbers;
  for (auto at = by_session_.lower_bound({session, WillNumber()});
       at != by_session_.end() && at->first == session; ++at) {
    if (wills_.at(at->second).due > now) {
      numbers.push_back(at->second);
    }
  }
  return numbers;
}

void Wills::cancel(SessionNumber session, ShardTime now) {
  for (const WillNumber number : not_due(session, now)) {
    forget(number);
  }
}

void Wills::hasten(SessionNumber session, ShardTime now) {
  for (const WillNumber number : not_due(session, now)) {
    DueWillRow& will = wills_.at(number);
    waiting_.erase({will.due, number});
    will.due = now;
    waiting_.emplace(now, number);
    save(number, will);
  }
}

std::vector<WillDue> Wills::take_due(ShardTime now) {
  std::vector<WillDue> due;
  while (!waiting_.empty() && waiting_.begin()->first <= now) {
    const WillNumber number = waiting_.begin()->second;
    waiting_.erase(waiting_.begin());
    due.push_back({wills_.at(number).session, number});
  }
  return due;
}

std::optional<DueWillRow> Wills::take(WillNumber number, ShardTime now) {
  const auto found = wills_.find(number);
  if (found == wills_.end() || found->second.due > now) {
    return std::nullopt;
  }
  DueWillRow will = found->second;
  if (!planted(Mutant::kWillFiresTwice)) {
    forget(number);
  }
  return will;
}

const DueWillRow* Wills::find(WillNumber number) const {
  const auto found = wills_.find(number);
  return found == wills_.end() ? nullptr : &found->second;
}

std::optional<ShardTime> Wills::next_due() const {
  return waiting_.empty() ? std::nullopt : std::optional(waiting_.begin()->first);
}

std::vector<WillDue> Wills::due() const {
  std::vector<WillDue> due;
  for (const auto& [number, will] : wills_) {
    if (!waiting_.contains({will.due, number})) {
      due.push_back({will.session, number});
    }
  }
  return due;
}

void Wills::load() {
  reader_.read_all(
      Table::kShard, keys_.due_wills(), &records::decode_due_will,
      [&](ByteView key, DueWillRow will) { insert(records::will_of(key), std::move(will)); });
}

}  // namespace godwit::shard
