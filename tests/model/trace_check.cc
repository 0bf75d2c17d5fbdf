// The two ends of a step: time and bytes for the core, and the comparison with the reference.
#include <fmt/format.h>

#include <algorithm>

#include "tests/model/trace.h"

namespace godwit::model {

using mqtt::PacketType;
using mqtt::Qos;

void Trace::say(const std::string& step) const {
  if (tell_) {
    tell_(step);
  }
}

void Trace::wait(Duration duration) {
  const Instant until = reference_.now() + duration;
  if (!reference_.advance_to(until)) {
    is_open_ = true;
    return;
  }
  if (tell_ && duration >= std::chrono::seconds(1)) {
    say(fmt::format("{} s pass",
                    std::chrono::duration_cast<std::chrono::seconds>(duration).count()));
  }
  core_.advance_to(until);
  compare();
}

void Trace::send(std::size_t client) {
  ++packet_count_;
  core_.send(reference_.connection_of(client), bytes_);
}

void Trace::compare() {
  for (std::size_t i = 0; i < reference_.connection_count() && !difference_; ++i) {
    compare(i);
  }
}

void Trace::compare(std::size_t connection) {
  std::vector<Heard> foretold = reference_.take_heard(connection);
  const std::vector<Heard> heard = core_.take_heard(connection);
  const std::size_t both = std::min(foretold.size(), heard.size());
  std::size_t at = 0;
  for (; at < both; ++at) {
    Heard& expected = foretold[at];
    if (expected.type == PacketType::kPublish && expected.qos != Qos::kAtMostOnce &&
        expected.packet_id == 0) {
      const std::uint16_t id = heard[at].packet_id;
      const bool may_be = expected.dup ? reference_.is_in_flight(connection, id)
                                       : reference_.name_first_sending(connection, id);
      if (!may_be) {
        break;
      }
      expected.packet_id = id;
    }
    if (expected != heard[at]) {
      break;
    }
  }
  if (at < foretold.size() || at < heard.size()) {
    difference_ = fmt::format("connection {}\n  foretold: {}\n  heard:    {}", connection,
                              at < foretold.size() ? describe(foretold[at]) : "nothing more",
                              at < heard.size() ? describe(heard[at]) : "nothing more");
  } else if (reference_.is_closed(connection) != core_.is_closed(connection)) {
    difference_ = fmt::format("connection {} {} closed", connection,
                              core_.is_closed(connection) ? "is" : "should be");
  }
}

// Everybody comes back and answers everything: what was taken and not delivered would show.
void Trace::settle_accounts() {
  for (std::size_t client = 0; client < clients_.size() && !difference_ && !is_open_; ++client) {
    wait(TimerWheel::kTick);
    if (!is_open_ && !reference_.online(client)) {
      connect(client);
    }
  }
  for (std::size_t client = 0; client < clients_.size(); ++client) {
    while (!difference_ && !is_open_ && reference_.online(client) &&
           !reference_.in_flight(client).empty()) {
      acknowledge(client);
    }
  }
}

// The sessions end, and leave nothing behind.
void Trace::end_all() {
  for (std::size_t client = 0; client < clients_.size() && !difference_ && !is_open_; ++client) {
    connect(client, true);
    lose(client);
  }
  if (difference_ || is_open_) {
    return;
  }
  for (const char* gauge :
       {"godwit_connections", "godwit_sessions", "godwit_subscriptions", "godwit_queue_messages",
        "godwit_queue_bytes", "godwit_in_flight_bytes", "godwit_outbox_bytes",
        "godwit_topic_alias_bytes", "godwit_retained_read_bytes", "godwit_subscription_bytes"}) {
    if (core_.metric(gauge) != 0) {
      difference_ = fmt::format("{} is {} when nobody is left", gauge, core_.metric(gauge));
    }
  }
}

}  // namespace godwit::model
