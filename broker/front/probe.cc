#include "broker/front/probe.h"

#include <string_view>

namespace godwit::front {
namespace {

constexpr auto kCounter = MetricKind::kCounter;
constexpr auto kGauge = MetricKind::kGauge;
constexpr std::array<std::string_view, 3> kQosValues{"0", "1", "2"};

// A row for each reason code that has a name; codes without one count under a shared row.
void add_by_reason(MetricSheet& sheet, MetricName name, std::array<Metric*, 256>& rows) {
  name.label = "reason";
  name.label_value = "unknown";
  rows.fill(&sheet.add(name));
  for (std::size_t code = 0; code < rows.size(); ++code) {
    name.label_value = mqtt::reason_code_name(static_cast<mqtt::ReasonCode>(code));
    const bool can_close = code == 0 || code == 0x04 || code >= 0x80;
    if (can_close && name.label_value != "unknown") {
      rows[code] = &sheet.add(name);
    }
  }
}

}  // namespace

FrontProbe::FrontProbe(MetricSheet& sheet)
    : connections_(&sheet.add({kGauge, "godwit_connections", "MQTT connections now open."})),
      connects_accepted_(&sheet.add(
          {kCounter, "godwit_connects_accepted_total", "CONNECT packets answered with success."})),
      sessions_(&sheet.add(
          {kGauge, "godwit_sessions", "Sessions held, of connected clients and of absent ones."})),
      sessions_expired_(&sheet.add({kCounter, "godwit_sessions_expired_total",
                                    "Sessions that ended because their expiry interval ran out."})),
      takeovers_(&sheet.add({kCounter, "godwit_session_takeovers_total",
                             "Connections closed because their client id connected again."})),
      subscriptions_(&sheet.add({kGauge, "godwit_subscriptions", "Subscriptions held."})),
      subscription_bytes_(&sheet.add(
          {kGauge, "godwit_subscription_bytes", "Bytes of the subscriptions held, about."})),
      publish_refused_(&sheet.add({kCounter, "godwit_publish_refused_total",
                                   "PUBLISH packets of clients that were refused."})),
      queued_messages_(&sheet.add(
          {kGauge, "godwit_queue_messages", "Messages waiting in the queues of sessions."})),
      queued_bytes_(&sheet.add({kGauge, "godwit_queue_bytes",
                                "Bytes of the messages waiting in the queues of sessions."})),
      in_flight_bytes_(
          &sheet.add({kGauge, "godwit_in_flight_bytes",
                      "Bytes of the messages sent to kept sessions and not acknowledged yet."})),
      outbox_bytes_(
          &sheet.add({kGauge, "godwit_outbox_bytes", "Bytes waiting to be written to clients."})),
      alias_bytes_(&sheet.add({kGauge, "godwit_topic_alias_bytes",
                               "Bytes of the topics behind topic aliases, in both directions."})),
      retained_messages_(
          &sheet.add({kGauge, "godwit_retained_messages", "Retained messages held."})),
      retained_bytes_(
          &sheet.add({kGauge, "godwit_retained_bytes", "Bytes of the retained messages held."})),
      retained_read_bytes_(&sheet.add({kGauge, "godwit_retained_read_bytes",
                                       "Bytes held for retained reads that are under way."})),
      fanouts_sliced_(&sheet.add({kCounter, "godwit_long_fanouts_total",
                                  "Publishes whose receivers are served over several turns."})),
      waiting_fanout_bytes_(&sheet.add({kGauge, "godwit_long_fanout_bytes",
                                        "Bytes held for publishes that go out over several "
                                        "turns."})),
      retained_refused_(&sheet.add({kCounter, "godwit_retained_refused_total",
                                    "Retained messages not kept because the store was full."})),
      shared_groups_(&sheet.add(
          {kGauge, "godwit_shared_groups", "Groups of shared subscriptions with members."})),
      wills_(&sheet.add({kCounter, "godwit_wills_published_total", "Will messages published."})) {
  for (std::size_t qos = 0; qos < 3; ++qos) {
    received_[qos] = &sheet.add({kCounter, "godwit_publish_received_total",
                                 "PUBLISH packets received from clients.", "qos", kQosValues[qos]});
    sent_[qos] = &sheet.add({kCounter, "godwit_publish_sent_total",
                             "PUBLISH packets sent to clients.", "qos", kQosValues[qos]});
  }
  constexpr std::array<std::string_view, 7> kDropValues{
      "queue_full",     "write_buffer_full", "too_large",       "expired",
      "not_authorized", "memory_budget",     "refused_by_share"};
  static_assert(kDropValues.size() == static_cast<std::size_t>(DropReason::kCount));
  for (std::size_t i = 0; i < kDropValues.size(); ++i) {
    dropped_[i] =
        &sheet.add({kCounter, "godwit_messages_dropped_total",
                    "Messages not delivered to a matching subscriber.", "reason", kDropValues[i]});
  }
  constexpr std::array<std::string_view, 3> kDeniedValues{"publish", "subscribe", "will"};
  static_assert(kDeniedValues.size() == static_cast<std::size_t>(DeniedAction::kCount));
  for (std::size_t i = 0; i < kDeniedValues.size(); ++i) {
    denied_[i] =
        &sheet.add({kCounter, "godwit_authorization_denied_total",
                    "Requests of clients that the rules denied.", "action", kDeniedValues[i]});
  }
  add_by_reason(sheet,
                {kCounter, "godwit_connections_closed_total", "Connections that ended, by reason."},
                closed_);
  add_by_reason(sheet,
                {kCounter, "godwit_connects_refused_total", "CONNECT packets refused, by reason."},
                refused_);
}

}  // namespace godwit::front
