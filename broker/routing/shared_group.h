// The members of one shared subscription ($share/name/filter) and whose turn it is (MQTT 5.0,
// 4.8.2; PROTOCOL P-11).
//
// Credit: how many more QoS 1 and 2 messages a member may hold unacknowledged. A message goes only
// to a connected member with credit; without one it stays with the group. So a slow member gets
// less, and nobody's message waits behind it. (The two hashes promise an order instead.)
//
// Choosing costs a step, or with the two hashes a step a connected member.
//
// Thread: that of the group's home. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "broker/routing/topic_index.h"

namespace godwit::routing {

enum class ShareStrategy : std::uint8_t {
  kRoundRobin,  // The next one with credit.
  kHashTopic,   // All messages of a topic to one member, as long as it is connected.
  kHashClient,  // All messages of a publisher.
};

// A session, as its thread numbers it, in one of its memberships.
struct SharedMember {
  ThreadIndex thread;
  Subscriber subscriber;
  std::uint32_t generation = 0;
  std::uint16_t share = 0;  // Which of its shared subscriptions.
  friend bool operator==(const SharedMember&, const SharedMember&) = default;
};

// Some of a group's members in a ring: adding, removing and taking the next cost a step.
class MemberRing {
 public:
  void add(std::uint32_t member);
  void remove(std::uint32_t member);
  [[nodiscard]] bool contains(std::uint32_t member) const {
    return member < place_.size() && place_[member] != 0;
  }
  [[nodiscard]] bool empty() const { return order_.empty(); }
  [[nodiscard]] const std::vector<std::uint32_t>& members() const { return order_; }
  [[nodiscard]] std::uint32_t next();

 private:
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> place_;  // In order_, plus one; 0: not in it.
  std::size_t next_ = 0;
};

class SharedGroup {
 public:
  // A session subscribes; nothing if it is a member already (E-028). It begins disconnected.
  void join(const SharedMember& member);
  void leave(const SharedMember& member);
  // The member's client has come: it takes at most `window` messages at a time, and has `held` of
  // them already; or it has gone. Unknown members are ignored here and below: mail about one that
  // has left may be under way.
  void connected(const SharedMember& member, std::uint16_t window, std::uint16_t held);
  void disconnected(const SharedMember& member);
  // It has finished so many messages.
  void add_credit(const SharedMember& member, std::uint16_t credit);

  // For a QoS 0 message: a connected member; none if nobody is.
  [[nodiscard]] std::optional<SharedMember> choose(ShareStrategy strategy, std::uint64_t hash);
  // For a QoS 1 or 2 message: one with credit, of which one is used up. The hashes pay no heed to
  // credit: what belongs to one member waits for it, in its session's queue.
  [[nodiscard]] std::optional<SharedMember> assign(ShareStrategy strategy, std::uint64_t hash);

  [[nodiscard]] std::size_t size() const { return by_session_.size(); }
  [[nodiscard]] std::size_t connected_count() const { return connected_.members().size(); }
  // Some member has credit.
  [[nodiscard]] bool ready() const { return !with_credit_.empty(); }

 private:
  struct Entry {
    SharedMember member;
    std::uint16_t credit = 0;
    std::uint16_t credit_max = 0;
  };

  [[nodiscard]] std::optional<std::uint32_t> find(const SharedMember& member) const;
  [[nodiscard]] std::uint32_t by_hash(std::uint64_t hash) const;
  void set_credit(std::uint32_t index, std::uint16_t credit);

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> free_;
  std::unordered_map<std::uint64_t, std::uint32_t> by_session_;  // By thread and subscriber.
  MemberRing connected_;
  MemberRing with_credit_;  // A part of connected_.
};

}  // namespace godwit::routing
