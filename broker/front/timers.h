// The deadlines of connections and sessions on one timer wheel. At most one entry a connection and
// one a session, as a rule: a deadline that moves later is found when the old one fires.
//
// Thread: the front's. Pure.
#pragma once

#include <vector>

#include "base/timer_wheel.h"
#include "broker/front/connection.h"
#include "broker/front/session_table.h"

namespace godwit::front {

class Timers {
 public:
  explicit Timers(Instant now) : wheel_(now) {}

  void arm(Connection& connection, Instant deadline);
  void arm(SessionSlot& slot, Instant deadline);

  // Calls on_connection(ConnectionId) and on_session(Subscriber, generation) for
  // what fired. They clear timer_armed, and arm again if the deadline has moved.
  template <class OnConnection, class OnSession>
  void advance(Instant now, OnConnection on_connection, OnSession on_session) {
    fired_.clear();
    wheel_.advance(now, fired_);
    for (const TimerToken token : fired_) {
      const std::uint32_t generation = token.kind_and_generation >> 1U;
      if ((token.kind_and_generation & 1U) == kConnection) {
        on_connection(ConnectionId{ConnectionIndex(token.index), generation});
      } else {
        on_session(routing::Subscriber(token.index), generation);
      }
    }
  }
  [[nodiscard]] Instant next_deadline() const { return wheel_.next_deadline(); }

 private:
  static constexpr std::uint32_t kConnection = 0;
  static constexpr std::uint32_t kSession = 1;

  TimerWheel wheel_;
  std::vector<TimerToken> fired_;
};

}  // namespace godwit::front
