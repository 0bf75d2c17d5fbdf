#include "broker/net/probe.h"

#include <string_view>

#include "base/check.h"

namespace godwit::net {
namespace {

constexpr auto kCounter = MetricKind::kCounter;
constexpr auto kGauge = MetricKind::kGauge;

// As texts that outlive every sheet.
constexpr std::size_t kThreadsMax = 100;
constexpr auto kDigits = [] {
  std::array<char, 2 * kThreadsMax> digits{};
  for (std::size_t i = 0; i < kThreadsMax; ++i) {
    digits[2 * i] = static_cast<char>('0' + i / 10);
    digits[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return digits;
}();

std::string_view number_of(ThreadIndex thread) {
  const std::size_t number = thread.value();
  CHECK(number < kThreadsMax);
  const std::string_view two(kDigits.data() + 2 * number, 2);
  return number < 10 ? two.substr(1) : two;
}

// One row for each value of a label; what they count is in `row`.
template <std::size_t count>
std::array<Metric*, count> rows_of(MetricSheet& sheet, MetricName row,
                                   const std::array<std::string_view, count>& values) {
  std::array<Metric*, count> rows{};
  for (std::size_t i = 0; i < count; ++i) {
    row.label_value = values[i];
    rows[i] = &sheet.add(row);
  }
  return rows;
}

auto refusal_rows(MetricSheet& sheet) {
  constexpr std::array<std::string_view, 3> kValues{"limit", "front", "system"};
  static_assert(kValues.size() == static_cast<std::size_t>(RefusalReason::kCount));
  return rows_of(sheet,
                 {kCounter,
                  "godwit_network_refused_total",
                  "Client connections closed before a byte was read.",
                  "reason",
                  {}},
                 kValues);
}

auto handshake_rows(MetricSheet& sheet) {
  constexpr std::array<std::string_view, 4> kValues{"done", "failed", "late", "crowded_out"};
  static_assert(kValues.size() == static_cast<std::size_t>(HandshakeOutcome::kCount));
  return rows_of(sheet,
                 {kCounter,
                  "godwit_network_handshakes_total",
                  "Handshakes of PROXY, TLS and WebSocket, by how they ended.",
                  "outcome",
                  {}},
                 kValues);
}

auto layer_failure_rows(MetricSheet& sheet) {
  constexpr std::array kValues{layer_name(Layer::kProxy), layer_name(Layer::kTls),
                               layer_name(Layer::kWebSocket)};
  static_assert(kValues.size() == static_cast<std::size_t>(Layer::kCount));
  return rows_of(sheet,
                 {kCounter,
                  "godwit_network_layer_failures_total",
                  "Client connections closed because their bytes are not what a layer speaks.",
                  "layer",
                  {}},
                 kValues);
}

Metric& mailbox_full_row(MetricSheet& sheet) {
  return sheet.add({kCounter, "godwit_mailbox_full_total",
                    "Hand-overs that had to wait because an I/O thread's mailbox was full."});
}

}  // namespace

IoProbe::IoProbe(MetricSheet& sheet, ThreadIndex thread)
    : busy_nanoseconds_(&sheet.add({.kind = kCounter,
                                    .name = "godwit_io_busy_seconds_total",
                                    .help = "Time in which an I/O thread was not idle.",
                                    .label = "thread",
                                    .label_value = number_of(thread),
                                    .scale = 1e-9})),
      taken_(&sheet.add({kCounter, "godwit_network_placed_total",
                         "Client connections that an I/O thread took from the listeners.", "thread",
                         number_of(thread)})),
      open_(&sheet.add({kGauge, "godwit_network_sockets",
                        "Client sockets now held by I/O threads, closing ones included.", "thread",
                        number_of(thread)})),
      received_bytes_(&sheet.add(
          {kCounter, "godwit_network_received_bytes_total", "Bytes read from client sockets."})),
      sent_bytes_(&sheet.add(
          {kCounter, "godwit_network_sent_bytes_total", "Bytes that client sockets took."})),
      flushes_(&sheet.add({kCounter, "godwit_network_flushes_total",
                           "Calls that wrote gathered output to a client socket."})),
      short_sends_(&sheet.add({kCounter, "godwit_network_short_sends_total",
                               "Flushes that left bytes behind because the socket was full."})),
      mailbox_full_(&mailbox_full_row(sheet)),
      cut_off_(&sheet.add({kCounter, "godwit_network_cut_off_total",
                           "Connections closed with output that the client did not take."})),
      handshakes_(handshake_rows(sheet)),
      layer_failures_(layer_failure_rows(sheet)),
      refused_(refusal_rows(sheet)) {}

ListenerProbe::ListenerProbe(MetricSheet& sheet)
    : accepted_(&sheet.add({kCounter, "godwit_network_accepted_total",
                            "Client connections accepted and handed to an I/O thread."})),
      accept_errors_(&sheet.add({kCounter, "godwit_network_accept_errors_total",
                                 "Failures to accept for want of descriptors or memory."})),
      mailbox_full_(&mailbox_full_row(sheet)),
      refused_(refusal_rows(sheet)) {}

AuthenticationProbe::AuthenticationProbe(MetricSheet& sheet)
    : waiting_(&sheet.add({kGauge, "godwit_authentication_waiting",
                           "Clients that wait for their password to be checked."})),
      busy_(&sheet.add({kCounter, "godwit_authentication_busy_total",
                        "Clients refused because too many waited for authentication."})) {}

HttpProbe::HttpProbe(MetricSheet& sheet)
    : open_(&sheet.add({kGauge, "godwit_http_connections", "HTTP connections now open."})),
      refused_(&sheet.add({kCounter, "godwit_http_connections_refused_total",
                           "HTTP connections closed at once because there were too many."})) {
  constexpr std::array<std::string_view, 3> kClasses{"2xx", "4xx", "5xx"};
  for (std::size_t i = 0; i < kClasses.size(); ++i) {
    answered_[i] =
        &sheet.add({kCounter, "godwit_http_responses_total",
                    "HTTP requests answered, by class of status.", "class", kClasses[i]});
  }
}

}  // namespace godwit::net
