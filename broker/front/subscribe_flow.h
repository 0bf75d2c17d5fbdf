// SUBSCRIBE and UNSUBSCRIBE (sections 3.8 to 3.11).
//
// SUBACK is a barrier: a publish that is acknowledged after it reaches this subscriber from every
// thread (P-1 in small). So the other fronts are told of the new routes, and SUBACK and retained
// messages wait until all of them have confirmed.
//
// Thread: the front's. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "broker/front/lifecycle.h"

namespace godwit::front {

class SubscribeFlow {
 public:
  struct Needs {
    const FrontSettings& settings;
    const access::Policy& policy;
    ConnectionTable& connections;
    Subscriptions& subscriptions;
    Delivery& delivery;
    Retained& retained;
    const LongFanouts& long_fanouts;
    Mailroom& mailroom;
    Lifecycle& lifecycle;
    Wire& wire;
    FrontProbe& probe;
  };
  explicit SubscribeFlow(const Needs& needs) : needs_(needs) {}

  void subscribe(Connection& connection, const mqtt::Frame& frame, Instant now);
  void unsubscribe(Connection& connection, const mqtt::Frame& frame, Instant now);
  // Another front knows the routes of a SUBSCRIBE.
  void route_confirmed(std::uint64_t barrier);

 private:
  struct Waiting {
    ConnectionId connection;
    mqtt::PacketId packet_id;
    std::uint32_t identifier = 0;  // Subscription Identifier of the packet; 0: none.
    Bytes reason_codes;
    std::vector<std::uint64_t> reads;  // Of retained messages, to begin once the SUBACK is out.
    std::uint32_t confirmations = 0;   // Still to come.
  };

  [[nodiscard]] mqtt::ReasonCode subscribe_one(SessionSlot& slot,
                                               const mqtt::FilterRequest& request,
                                               Waiting& waiting);
  void finish(const Waiting& waiting);

  Needs needs_;
  std::unordered_map<std::uint64_t, Waiting> waiting_;  // By barrier.
  std::uint64_t next_barrier_ = 1;
};

}  // namespace godwit::front
