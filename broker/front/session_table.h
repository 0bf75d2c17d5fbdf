// The sessions whose home is this front, and who is connected to them.
//
// Thread: the front's. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "broker/front/connection.h"
#include "broker/routing/linear_hash.h"
#include "broker/routing/topic_index.h"
#include "broker/session/session.h"

namespace godwit::front {

// The reads of retained messages that are under way for one session.
struct RetainedReads {
  std::set<std::uint64_t> numbers;  // The lowest is the oldest; only that one goes on.
  // The same by filter, whose text lies in the read: a client may have thousands under way.
  std::set<std::pair<std::string_view, std::uint64_t>> by_filter;
  bool ready = false;  // Stands in the list of those that may go on.
  // Topics that came live with RETAIN meanwhile, each with the number of the first read that began
  // later.
  std::unordered_map<std::string, std::uint64_t> seen_live;
  std::size_t seen_live_bytes = 0;
};

struct SessionSlot {
  routing::Subscriber subscriber;    // Its number in the topic index, and in the table.
  routing::Subscriber next;          // In its bucket; the table's.
  std::uint32_t generation = 0;      // Tells timers of an earlier tenant of the slot apart.
  Connection* connection = nullptr;  // Null while the client is away.
  session::Session session;

  std::optional<ArmedWill> will;
  Instant will_due = kNever;  // Set when the connection ended and the delay runs.
  Instant expires = kNever;   // Set while the client is away.

  Instant timer_armed = kNever;  // The deadline that stands in the wheel; kNever: none does.

  std::unique_ptr<RetainedReads> retained_reads;  // Null if there are none. Kept by Retained.

  // Used within one publish only, to fold several matches of one subscriber into one.
  std::uint64_t match_stamp = 0;
  std::uint32_t match_position = 0;
};

// What an idle connection may cost in all: 700 bytes of user memory, of which are budgeted
//   socket (net/socket_table.h)      72
//   connection (connection.h)       144
//   session                         248 + 16 for its allocation and 8 in the table
//   client id                        32, if it has no more than 19 bytes
//   its bucket, and the list free     8
//   at its home (registry.h)         40 + 32 for the text
//   timers                           32, two entries of 16: keep alive, CONNECT deadline
//   together                        632; the rest is slack of blocks and vectors.
static_assert(sizeof(SessionSlot) <= 248);

class SessionTable {
 public:
  explicit SessionTable(HashKey hash_key)
      : hash_{session::SessionKeyHash(hash_key)}, by_key_(slots_, hash_) {}
  SessionTable(const SessionTable&) = delete;
  SessionTable& operator=(const SessionTable&) = delete;

  SessionSlot& add(const session::SessionKey& key);
  void remove(SessionSlot& slot);

  [[nodiscard]] SessionSlot& at(routing::Subscriber subscriber) { return slots_[subscriber]; }
  [[nodiscard]] SessionSlot* find(const session::SessionKey& key);
  // A number no match_stamp has yet.
  [[nodiscard]] std::uint64_t next_stamp() { return ++last_stamp_; }
  // Null if the slot has had another tenant since.
  [[nodiscard]] SessionSlot* find(routing::Subscriber subscriber, std::uint32_t generation);
  [[nodiscard]] std::size_t size() const { return size_; }

  // None may be added or removed meanwhile.
  template <class Visit>
  void for_each(Visit visit) {
    for (const auto& slot : slots_.all) {
      if (slot != nullptr) {
        visit(*slot);
      }
    }
  }

 private:
  // By number; null where there is none, and for number 0, which means "none".
  struct Slots {
    std::vector<std::unique_ptr<SessionSlot>> all = std::vector<std::unique_ptr<SessionSlot>>(1);
    [[nodiscard]] SessionSlot& operator[](routing::Subscriber subscriber) const {
      return *all[subscriber.value()];
    }
  };
  struct HashOfSlot {
    session::SessionKeyHash hash;
    std::uint32_t operator()(const session::SessionKey& key) const {
      return static_cast<std::uint32_t>(hash(key));
    }
    std::uint32_t operator()(const SessionSlot& slot) const { return (*this)(slot.session.key); }
  };

  HashOfSlot hash_;
  Slots slots_;
  routing::LinearHash<SessionSlot, routing::Subscriber, HashOfSlot, Slots> by_key_;
  std::vector<routing::Subscriber> free_;
  std::size_t size_ = 0;
  std::uint64_t last_stamp_ = 0;
  std::uint32_t next_generation_ = 0;
};

}  // namespace godwit::front
