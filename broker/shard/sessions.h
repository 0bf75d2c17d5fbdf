// The durable sessions of a shard: found by number, by client id and by topic.
//
// Owned by the shard, used on its thread.
#pragma once

#include <memory>
#include <set>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/siphash.h"
#include "broker/mqtt/topic.h"
#include "broker/session/session_key.h"
#include "broker/shard/bodies.h"
#include "broker/shard/durable_session.h"

namespace godwit::shard {

// A session that a message matches, with what all its matching subscriptions say together.
struct Receiver {
  DurableSession* session = nullptr;
  routing::SubscriptionBits bits;
  std::vector<std::uint32_t> identifiers;
};

class Sessions {
 public:
  // `hash_key`: of this process, for the tables of names that clients choose.
  Sessions(HashKey hash_key, const records::Keys& keys, StateReader& reader, StateWriter& writer);

  // Everything from rows; `last` is the newest number that was given out.
  void load(records::SessionNumber last);
  [[nodiscard]] records::SessionNumber last() const { return last_; }

  // Null: there is none.
  [[nodiscard]] DurableSession* find(records::SessionNumber number);
  [[nodiscard]] DurableSession* find(TenantId tenant, std::string_view client_id);
  // What a command of this ownership is about; null if the ownership is over (P-8).
  [[nodiscard]] DurableSession* find(const records::Owned& by);
  [[nodiscard]] DurableSession& create(TenantId tenant, std::string_view client_id);
  // Nobody finds it any more, by client id or topic. What it has is given back by `take_back`.
  void end(DurableSession& session);

  void subscribe(DurableSession& session, const records::Subscribe::One& one);
  void unsubscribe(DurableSession& session, std::string_view filter);

  // Sessions that have to be told, each once; `publisher` is left out where it asked for that. The
  // result lives until the next call.
  [[nodiscard]] std::vector<Receiver>& match(TenantId tenant, mqtt::TopicName topic,
                                             std::uint64_t publisher);

  // Gives back up to `rows` messages of sessions that have ended. False: nothing is left.
  bool take_back(std::size_t rows, Bodies& bodies);
  [[nodiscard]] bool has_ended() const { return !ended_.empty(); }

  void touch(DurableSession& session);
  // Rows of all that has changed.
  void flush(storage::Batch& to);

  [[nodiscard]] std::size_t size() const { return by_key_.size(); }
  template <class Visit>
  void for_each(Visit visit) {
    for (auto& [number, session] : by_number_) {
      visit(*session);
    }
  }

  [[nodiscard]] QueueStore store_of(const DurableSession& session) {
    return {keys_, reader_, writer_, session.number};
  }

 private:
  DurableSession& add(std::unique_ptr<DurableSession> session);
  void load_sessions();
  void load_subscriptions();
  void load_windows();
  void load_received_qos2();
  void load_in_flight(DurableSession& session, records::QueueSequence sequence,
                      records::WindowRow row);
  // Of a row that names its session; null, and noted, if there is none.
  [[nodiscard]] DurableSession* owner_of(ByteView key);
  void index(DurableSession& session, mqtt::TopicFilter filter,
             const records::SubscriptionRecord& options);
  // Of one session; false if `rows` were not enough.
  bool take_back(DurableSession& session, std::size_t& rows, Bodies& bodies);
  void flush_session(DurableSession& session, storage::Batch& to);

  const records::Keys& keys_;
  StateReader& reader_;
  StateWriter& writer_;
  records::SessionNumber last_;
  std::unordered_map<records::SessionNumber, std::unique_ptr<DurableSession>> by_number_;
  std::unordered_map<session::SessionKey, DurableSession*, session::SessionKeyHash> by_key_;
  std::vector<DurableSession*> by_slot_;
  std::vector<std::uint32_t> free_slots_;
  routing::TopicIndex index_;
  std::set<records::SessionNumber> ended_;
  std::vector<records::SessionNumber> dirty_;
  std::vector<routing::Match> matches_;
  std::vector<Receiver> receivers_;
};

}  // namespace godwit::shard
