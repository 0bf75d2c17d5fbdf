// Wills of connections that have ended: they wait until they are due, and then until they are
// published (P-5).
//
// Owned by the shard, used on its thread.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "broker/records/keys.h"
#include "broker/records/row.h"
#include "broker/shard/effects.h"
#include "broker/shard/state_reader.h"
#include "broker/shard/state_writer.h"

namespace godwit::shard {

class Wills {
 public:
  Wills(const records::Keys& keys, StateReader& reader, StateWriter& writer)
      : keys_(keys), reader_(reader), writer_(writer) {}
  void load();

  void add(records::WillNumber number, records::DueWillRow will);
  // The session was resumed, or its next connection has begun, before these were due
  // (MQTT-3.1.3-9).
  void cancel(records::SessionNumber session, records::ShardTime now);
  // The session has ended: its wills wait no longer.
  void hasten(records::SessionNumber session, records::ShardTime now);
  // Those that became due; each is told once.
  [[nodiscard]] std::vector<WillDue> take_due(records::ShardTime now);
  // Published: nothing is left of it. Nothing: it is not due, or not there any more.
  [[nodiscard]] std::optional<records::DueWillRow> take(records::WillNumber number,
                                                        records::ShardTime now);

  // Null: not there.
  [[nodiscard]] const records::DueWillRow* find(records::WillNumber number) const;
  // When the next one is due.
  [[nodiscard]] std::optional<records::ShardTime> next_due() const;
  // For a new leader: those that are due and not published.
  [[nodiscard]] std::vector<WillDue> due() const;

 private:
  void save(records::WillNumber number, const records::DueWillRow& will);
  // Of this session, those that wait for a time after `now`.
  [[nodiscard]] std::vector<records::WillNumber> not_due(records::SessionNumber session,
                                                         records::ShardTime now) const;
  void insert(records::WillNumber number, records::DueWillRow will);
  void forget(records::WillNumber number);

  const records::Keys& keys_;
  StateReader& reader_;
  StateWriter& writer_;
  std::map<records::WillNumber, records::DueWillRow> wills_;
  std::set<std::pair<records::SessionNumber, records::WillNumber>> by_session_;
  std::set<std::pair<records::ShardTime, records::WillNumber>> waiting_;  // Not due yet.
};

}  // namespace godwit::shard
