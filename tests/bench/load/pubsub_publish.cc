// When PubSub publishes: as often as the window allows, or at fixed times.
#include <algorithm>

#include "tests/bench/load/pubsub.h"

namespace godwit::bench {
namespace {

constexpr std::uint64_t kIdleWaitNs = 20'000'000;
// What one turn may gather for one connection. Only reached where deliveries do not bound a
// publisher, as with topics that nobody subscribed to.
constexpr std::size_t kGatheredBytesMax = std::size_t{256} * 1024;

}  // namespace

std::uint64_t PubSub::publish_some(std::uint64_t now) {
  const std::uint64_t sent_before = totals_.sent;
  std::uint64_t wait = kIdleWaitNs;
  if (options_.rate_per_second > 0) {
    wait = publish_due(now);
  } else {
    // Another publisher begins each turn, so that all get the same share of a --count.
    std::uint32_t index = next_publisher_;
    for (std::uint32_t i = 0; i < options_.publishers; ++i) {
      if (fill_window(publishers_[index], now)) {
        wait = 0;
      }
      index = following(index);
    }
    next_publisher_ = following(next_publisher_);
  }
  if (totals_.sent != sent_before) {
    ++totals_.publishing_turns;
  }
  return wait;
}

std::uint32_t PubSub::following(std::uint32_t publisher) const {
  return publisher + 1 < options_.publishers ? publisher + 1 : 0;
}

// The open loop. Latency counts from the time a message was due, not from when the generator got
// to it, so that a stall is seen by every message it held up.
std::uint64_t PubSub::publish_due(std::uint64_t now) {
  const double interval = 1e9 / options_.rate_per_second;
  const auto time = static_cast<double>(now);
  for (; due_ns_ <= time; due_ns_ += interval) {
    if (options_.count > 0 && totals_.sent >= options_.count) {
      return kIdleWaitNs;
    }
    if (options_.singly != 0 && !everything_arrived()) {
      due_ns_ = time + interval;
      break;
    }
    const std::uint32_t index = next_publisher_;
    next_publisher_ = following(index);
    if (may_publish(publishers_[index])) {
      publish(index, static_cast<std::uint64_t>(due_ns_));
    } else {
      ++faults_.missed_slots;
    }
  }
  return static_cast<std::uint64_t>(due_ns_ - time) + 1;
}

// The closed loop. True when the publisher stopped only because it gathered enough for a turn.
bool PubSub::fill_window(Publisher& publisher, std::uint64_t now) {
  const std::uint64_t window = static_cast<std::uint64_t>(options_.window) * plan_.copies();
  while (publisher.outstanding() < window && may_publish(publisher)) {
    if (options_.count > 0 && totals_.sent >= options_.count) {
      return false;
    }
    if (publisher.connection->output.size() >= kGatheredBytesMax) {
      return true;
    }
    publish(publisher.connection->index, now);
  }
  return false;
}

bool PubSub::may_publish(const Publisher& publisher) const {
  const Connection& connection = *publisher.connection;
  if (connection.phase != Phase::kUp || connection.blocked) {
    return false;
  }
  return options_.qos == 0 || !publisher.in_flight.full(connection.receive_maximum);
}

void PubSub::publish(std::uint32_t index, std::uint64_t stamp_ns) {
  Publisher& publisher = publishers_[index];
  Stamp stamp;
  stamp.stream = plan_.next_stream(index);
  stamp.sequence = ledger_.publish(stamp.stream);
  stamp.sent_ns = stamp_ns;

  PublishFields fields;
  fields.protocol = options_.protocol;
  fields.qos = static_cast<std::uint8_t>(options_.qos);
  fields.packet_id = options_.qos > 0 ? publisher.in_flight.begin(stamp_ns) : std::uint16_t{0};
  fields.topic = plan_.topic_of(stamp.stream);
  fields.payload_bytes = options_.payload_bytes;
  write_stamp(append_publish(publisher.connection->output, fields), stamp);
  fleet_.mark_dirty(*publisher.connection);

  const std::uint32_t receivers = ledger_.receivers_of(stamp.stream);
  publisher.expected += receivers;
  totals_.expected += receivers;
  ++totals_.sent;
}

}  // namespace godwit::bench
