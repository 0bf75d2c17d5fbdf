#include "tests/bench/load/retained.h"

#include <algorithm>

#include "tests/bench/load/json_line.h"
#include "tests/bench/load/process_cpu.h"

namespace godwit::bench {
namespace {

constexpr std::uint64_t kTurnNs = 20'000'000;
constexpr std::uint64_t kQuietNs = 50'000'000;
constexpr std::size_t kGatheredBytesMax = std::size_t{256} * 1024;
constexpr std::uint64_t kTopicsPerLevel = 1000;

std::uint64_t to_ns(double seconds) { return static_cast<std::uint64_t>(seconds * 1e9); }

}  // namespace

// ---- Retain

Retain::Retain(const Options& options)
    : options_(options),
      fleet_(options, *this),
      publisher_{&fleet_.add(Role::kPublisher, 0), InFlight(options.window)} {}

void Retain::on_answer(Connection& /*connection*/, const Ack& ack) {
  if (!publisher_.in_flight.end(ack.packet_id).has_value()) {
    return;
  }
  ++answered_;
  if (ack.reason >= 0x80) {
    ++refused_;
  }
}

void Retain::publish(std::uint64_t now) {
  const std::string topic = options_.prefix + '/' + std::to_string(sent_ / kTopicsPerLevel) + '/' +
                            std::to_string(sent_ % kTopicsPerLevel);
  PublishFields fields;
  fields.protocol = options_.protocol;
  fields.qos = static_cast<std::uint8_t>(options_.qos);
  fields.retain = true;
  fields.packet_id = options_.qos > 0 ? publisher_.in_flight.begin(now) : std::uint16_t{0};
  fields.topic = topic;
  fields.payload_bytes = options_.payload_bytes;
  Stamp stamp;
  stamp.stream = static_cast<std::uint32_t>(sent_++);
  stamp.sent_ns = now;
  write_stamp(append_publish(publisher_.connection->output, fields), stamp);
}

void Retain::publish_some() {
  Connection& connection = *publisher_.connection;
  if (connection.blocked) {
    return;
  }
  const std::uint64_t now = now_ns();
  while (sent_ < options_.count && connection.output.size() < kGatheredBytesMax) {
    if (options_.qos > 0 && publisher_.in_flight.full(connection.receive_maximum)) {
      break;
    }
    publish(now);
  }
  // Nothing answers a QoS 0 publish; the answer to a ping behind the last one does.
  if (sent_ == options_.count && !pinged_) {
    append_empty(connection.output, PacketType::kPingreq);
    pinged_ = true;
  }
  fleet_.mark_dirty(connection);
  fleet_.flush();
}

bool Retain::run() {
  const std::uint64_t deadline = now_ns() + to_ns(options_.limit_seconds);
  const bool up = fleet_.start_all(deadline);
  const double cpu_before = process_cpu_seconds(options_.broker_pids);
  const std::uint64_t began = now_ns();
  const auto done = [this] { return pong_ && (options_.qos == 0 || answered_ == options_.count); };
  while (up && !lost_ && !done() && now_ns() < deadline) {
    publish_some();
    const bool more = sent_ < options_.count && options_.qos == 0;
    fleet_.poll(more && !publisher_.connection->blocked ? 0 : kTurnNs);
  }
  const double seconds = static_cast<double>(now_ns() - began) / 1e9;
  const double cpu_us = (process_cpu_seconds(options_.broker_pids) - cpu_before) * 1e6;
  fleet_.stop_all();

  JsonLine line;
  line.text("mode", options_.mode_name).count("qos", options_.qos);
  line.count("sent", sent_).count("answered", answered_).count("refused", refused_);
  line.flag("complete", done()).number("elapsed_s", seconds);
  line.number("broker_cpu_us_per_publish", sent_ > 0 ? cpu_us / static_cast<double>(sent_) : 0);
  line.print();
  return done();
}

// ---- Fetch

Fetch::Fetch(const Options& options) : options_(options), fleet_(options, *this) {
  fleet_.add(Role::kSubscriber, 0);
}

std::vector<std::string> Fetch::filters_of(const Connection& /*connection*/) {
  last_ns_ = now_ns();
  return {options_.filter};
}

void Fetch::on_publish(Connection& /*connection*/, const Publish& publish) {
  last_ns_ = fleet_.transport().read_time_ns();
  Stamp stamp;
  if (!publish.retain || !read_stamp(publish.payload, stamp)) {
    ++damaged_;
    return;
  }
  if (stamp.stream >= seen_.size()) {
    seen_.resize(std::size_t{stamp.stream} * 2 + 1024);
  }
  if (seen_[stamp.stream]) {
    ++duplicates_;
    return;
  }
  seen_[stamp.stream] = true;
  ++distinct_;
}

bool Fetch::run() {
  const std::uint64_t deadline = now_ns() + to_ns(options_.limit_seconds);
  const double cpu_before = process_cpu_seconds(options_.broker_pids);
  const std::uint64_t began = now_ns();
  last_ns_ = began;
  const bool up = fleet_.start_all(deadline);
  while (up && fleet_.counters().disconnects == 0 && now_ns() < deadline) {
    const std::uint64_t silence = now_ns() - last_ns_;
    const bool complete = options_.expect > 0 && distinct_ >= options_.expect;
    if (silence > (complete ? kQuietNs : to_ns(options_.drain_seconds))) {
      break;
    }
    fleet_.poll(kTurnNs);
    fleet_.flush();
  }
  const double cpu_us = (process_cpu_seconds(options_.broker_pids) - cpu_before) * 1e6;
  fleet_.stop_all();
  const std::uint64_t lost = options_.expect > distinct_ ? options_.expect - distinct_ : 0;

  JsonLine line;
  line.text("mode", options_.mode_name).count("received", distinct_).count("lost", lost);
  line.count("duplicates", duplicates_).count("damaged", damaged_);
  line.number("elapsed_s", static_cast<double>(last_ns_ - began) / 1e9);
  line.number("broker_cpu_ms", cpu_us / 1e3);
  line.number("broker_cpu_us_per_delivery",
              distinct_ > 0 ? cpu_us / static_cast<double>(distinct_) : 0);
  line.print();
  return up && lost == 0;
}

}  // namespace godwit::bench
