#include "broker/front/subscribe_flow.h"

#include <utility>

namespace godwit::front {
namespace {

using mqtt::ReasonCode;

// What a SUBACK says to this version. 3.1.1 has one failure code; 3.1 has none and is told a QoS
// it will never see a message at (E-097).
std::byte suback_code(ReasonCode code, mqtt::ProtocolVersion version, mqtt::Qos asked) {
  if (!mqtt::is_error(code) || mqtt::is_v5(version)) {
    return std::byte(code);
  }
  return version == mqtt::ProtocolVersion::k3_1 ? std::byte(asked) : std::byte{0x80};
}

bool wants_retained(mqtt::RetainHandling handling, bool is_new) {
  return handling == mqtt::RetainHandling::kSend ||
         (handling == mqtt::RetainHandling::kSendIfNew && is_new);
}

}  // namespace

void SubscribeFlow::subscribe(Connection& connection, const mqtt::Frame& frame, Instant now) {
  const auto packet =
      mqtt::decode_subscribe(frame, decode_context(connection, needs_.settings.limits.codec));
  if (!packet) {
    needs_.lifecycle.malformed(connection, packet.error(), now);
    return;
  }
  mqtt::FilterRequest request;
  for (mqtt::FilterRequests look = packet->requests; look.next(request);) {
    if (request.filter.is_shared() && !needs_.settings.offers.shared_subscriptions &&
        mqtt::is_v5(connection.version)) {
      needs_.lifecycle.disconnect(connection, ReasonCode::kSharedSubscriptionsNotSupported,
                                  now);  // E-035
      return;
    }
  }
  Waiting waiting{.connection = connection.id, .packet_id = packet->packet_id};
  // MQTT-3.8.2-1: of all filters of this packet.
  waiting.identifier =
      packet->properties.number(mqtt::PropertyId::kSubscriptionIdentifier).value_or(0);
  for (mqtt::FilterRequests rest = packet->requests; rest.next(request);) {
    // MQTT-3.2.2-10: granted, though less than asked for.
    request.options.qos = mqtt::lower(request.options.qos, needs_.settings.offers.maximum_qos);
    const ReasonCode code = subscribe_one(*connection.slot(), request, waiting);
    waiting.reason_codes.push_back(suback_code(code, connection.version, request.options.qos));
  }
  if (needs_.settings.thread_count == 1) {
    finish(waiting);
    return;
  }
  // P-1: also if every filter is known already. The RouteChange of an earlier SUBSCRIBE may still
  // be under way, and so may a retained message that this subscriber has seen live.
  waiting.confirmations = needs_.settings.thread_count - 1U;
  needs_.mailroom.control_to_others(
      [&] { return RouteBarrier{.from = needs_.settings.self, .barrier = next_barrier_}; });
  waiting_.emplace(next_barrier_++, std::move(waiting));
}

mqtt::ReasonCode SubscribeFlow::subscribe_one(SessionSlot& slot, const mqtt::FilterRequest& request,
                                              Waiting& waiting) {
  const bool is_shared = request.filter.is_shared();
  if (is_shared && !needs_.settings.offers.shared_subscriptions) {
    return ReasonCode::kSharedSubscriptionsNotSupported;
  }
  const auto allowed = needs_.policy.authorize_filter(slot.session.subject(), request.filter);
  if (allowed == access::FilterAccess::kNone) {
    needs_.probe.denied(DeniedAction::kSubscribe);
    return ReasonCode::kNotAuthorized;
  }
  const session::Session& session = slot.session;
  const std::size_t held = session.subscriptions.size() + session.shares.subscribed();
  const bool is_full = held >= needs_.settings.limits.subscriptions_max ||
                       (is_shared && session.shares.size() == session::Shares::kMax) ||
                       needs_.delivery.over_memory_budget();
  if (is_full && !needs_.subscriptions.contains(slot, request.filter)) {
    return ReasonCode::kQuotaExceeded;
  }
  const bool is_new = needs_.subscriptions.add(slot, request, waiting.identifier, allowed);
  // E-026: nobody in particular would have to get them.
  if (!is_shared && wants_retained(request.options.retain_handling, is_new)) {
    waiting.reads.push_back(
        needs_.retained.prepare(slot, request.filter,
                                {.qos = request.options.qos,
                                 .all_topics_allowed = allowed == access::FilterAccess::kAll,
                                 .identifier = waiting.identifier}));
  }
  return static_cast<ReasonCode>(request.options.qos);
}

void SubscribeFlow::route_confirmed(std::uint64_t barrier) {
  const auto found = waiting_.find(barrier);
  if (found == waiting_.end() || --found->second.confirmations != 0) {
    return;
  }
  const Waiting waiting = std::move(found->second);
  waiting_.erase(found);
  finish(waiting);
}

void SubscribeFlow::finish(const Waiting& waiting) {
  Connection* connection = needs_.connections.find(waiting.connection);
  if (connection != nullptr && connection->is<Open>()) {
    needs_.wire.send(*connection, mqtt::Suback{.packet_id = waiting.packet_id,
                                               .reason_codes = waiting.reason_codes});
  }
  // If the client has gone meanwhile, its kept session has the subscriptions, and their reads.
  for (const std::uint64_t read : waiting.reads) {
    needs_.retained.begin(read, needs_.long_fanouts.last_added());
  }
}

void SubscribeFlow::unsubscribe(Connection& connection, const mqtt::Frame& frame, Instant now) {
  const auto packet =
      mqtt::decode_unsubscribe(frame, decode_context(connection, needs_.settings.limits.codec));
  if (!packet) {
    needs_.lifecycle.malformed(connection, packet.error(), now);
    return;
  }
  SessionSlot& slot = *connection.slot();
  Bytes reason_codes;
  mqtt::FilterRequest request;
  for (mqtt::FilterRequests rest = packet->requests; rest.next(request);) {
    const bool existed = needs_.subscriptions.remove(slot, request.filter);
    needs_.retained.cancel(slot, request.filter.text());
    reason_codes.push_back(
        std::byte(existed ? ReasonCode::kSuccess : ReasonCode::kNoSubscriptionExisted));
  }
  needs_.wire.send(connection,
                   mqtt::Unsuback{.packet_id = packet->packet_id, .reason_codes = reason_codes});
}

}  // namespace godwit::front
