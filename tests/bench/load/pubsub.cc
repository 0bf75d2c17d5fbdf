#include "tests/bench/load/pubsub.h"

#include <algorithm>

#include "tests/bench/load/json_line.h"
#include "tests/bench/load/process_cpu.h"
#include "tests/bench/load/standard_input.h"

namespace godwit::bench {
namespace {

// How long a closed loop sleeps when it waits for deliveries: they wake it, so this only bounds
// how late the end of an interval is noticed.
constexpr std::uint64_t kIdleWaitNs = 20'000'000;
// After everything came, so long is listened for duplicates.
constexpr std::uint64_t kQuietNs = 20'000'000;
// A publisher of the open loop gives up its turn when so many answers are missing.
constexpr std::uint32_t kOpenLoopInFlight = 8192;

std::uint64_t to_ns(double seconds) { return static_cast<std::uint64_t>(seconds * 1e9); }

}  // namespace

PubSub::PubSub(const Options& options)
    : options_(options), plan_(options, ledger_), fleet_(options, *this) {
  const std::uint32_t window = options.rate_per_second > 0 ? kOpenLoopInFlight : options.window;
  // Subscribers first: nothing is published before everybody listens.
  for (std::uint32_t i = 0; i < options.subscribers; ++i) {
    fleet_.add(Role::kSubscriber, i);
  }
  for (std::uint32_t i = 0; i < options.publishers; ++i) {
    publishers_.push_back({&fleet_.add(Role::kPublisher, i), InFlight(window)});
  }
}

bool PubSub::run() {
  deadline_ns_ = now_ns() + to_ns(options_.limit_seconds);
  if (!fleet_.start_all(deadline_ns_)) {
    report();
    return false;
  }
  enter(Stage::kWarmup, now_ns());
  while (stage_ != Stage::kDone) {
    const std::uint64_t now = now_ns();
    advance(now);
    const bool publishing = stage_ == Stage::kWarmup || stage_ == Stage::kMeasure;
    const std::uint64_t wait = publishing ? publish_some(now) : kIdleWaitNs;
    fleet_.flush();
    fleet_.poll(std::min(wait, wait_until_edge(now)));
    watch_progress(now_ns());
  }
  fleet_.stop_all();
  report();
  return true;
}

// ---- Stages

void PubSub::enter(Stage stage, std::uint64_t now) {
  stage_ = stage;
  stage_began_ns_ = now;
  progress_ns_ = now;
  if (stage == Stage::kWarmup) {
    due_ns_ = static_cast<double>(now);
  }
  if (stage == Stage::kMeasure) {
    begin_ = sample();
    if (options_.until_input_ends != 0) {
      JsonLine().text("mode", options_.mode_name).flag("measuring", true).print();
    }
  }
  if (stage == Stage::kDrain) {
    end_ = sample();
  }
}

void PubSub::advance(std::uint64_t now) {
  const bool gone = lost_publishers_ == options_.publishers ||
                    lost_subscribers_ == options_.subscribers || now > deadline_ns_;
  if (gone) {
    if (stage_ == Stage::kWarmup) {
      enter(Stage::kMeasure, now);
    }
    if (stage_ == Stage::kMeasure) {
      enter(Stage::kDrain, now);
    }
    stage_ = Stage::kDone;
    return;
  }
  switch (stage_) {
    case Stage::kWarmup:
      if (options_.count > 0 || now - stage_began_ns_ >= to_ns(options_.warmup_seconds)) {
        enter(Stage::kMeasure, now);
      }
      break;
    case Stage::kMeasure:
      advance_measure(now);
      break;
    case Stage::kDrain: {
      const std::uint64_t silence = now - progress_ns_;
      if (everything_arrived() ? silence > kQuietNs : silence > to_ns(options_.drain_seconds)) {
        stage_ = Stage::kDone;
      }
      break;
    }
    case Stage::kDone:
      break;
  }
}

void PubSub::advance_measure(std::uint64_t now) {
  if (options_.count == 0) {
    const bool told = options_.until_input_ends != 0 && input_ended();
    if (told || now - stage_began_ns_ >= to_ns(options_.seconds)) {
      enter(Stage::kDrain, now);
    }
    return;
  }
  const bool silent = now - progress_ns_ > to_ns(options_.drain_seconds);
  if (totals_.sent >= options_.count && (everything_arrived() || silent)) {
    enter(Stage::kDrain, now);
  }
}

std::uint64_t PubSub::wait_until_edge(std::uint64_t now) const {
  std::uint64_t edge = now + kIdleWaitNs;
  if (stage_ == Stage::kWarmup) {
    edge = stage_began_ns_ + to_ns(options_.warmup_seconds);
  }
  if (stage_ == Stage::kMeasure && options_.count == 0) {
    edge = stage_began_ns_ + to_ns(options_.seconds);
  }
  return edge > now ? std::min(edge - now, kIdleWaitNs) : 0;
}

bool PubSub::everything_arrived() const {
  if (totals_.received < totals_.expected) {
    return false;
  }
  return std::all_of(publishers_.begin(), publishers_.end(), [](const Publisher& publisher) {
    return publisher.in_flight.size() == 0 && publisher.connection->everything_sent();
  });
}

void PubSub::watch_progress(std::uint64_t now) {
  const std::uint64_t progress = totals_.delivered + totals_.answered;
  if (progress != progress_) {
    progress_ = progress;
    progress_ns_ = now;
    return;
  }
  const bool closed_loop = options_.rate_per_second <= 0;
  const bool publishing = stage_ == Stage::kWarmup || stage_ == Stage::kMeasure;
  if (!closed_loop || !publishing) {
    return;
  }
  if (options_.count > 0 && totals_.sent >= options_.count) {
    return;
  }
  if (now - progress_ns_ < to_ns(options_.stall_seconds)) {
    return;
  }
  ++faults_.stalls;
  progress_ns_ = now;
  for (Publisher& publisher : publishers_) {
    publisher.forgiven += publisher.outstanding();
  }
}

PubSub::Sample PubSub::sample() const {
  Sample sample;
  sample.broker_cpu_s = process_cpu_seconds(options_.broker_pids);
  sample.own_cpu_s = own_cpu_seconds();
  sample.time_ns = now_ns();
  sample.totals = totals_;
  return sample;
}

// ---- What arrives

std::vector<std::string> PubSub::filters_of(const Connection& connection) {
  if (connection.role != Role::kSubscriber) {
    return {};
  }
  return plan_.filters_of(connection.index);
}

void PubSub::on_publish(Connection& connection, const Publish& publish) {
  ++totals_.delivered;
  totals_.payload_bytes += publish.payload.size();
  if (publish.duplicate) {
    ++faults_.duplicate_flags;
  }
  Stamp stamp;
  if (publish.payload.size() != options_.payload_bytes || publish.qos != options_.qos ||
      !read_stamp(publish.payload, stamp)) {
    ++faults_.damaged;
    return;
  }
  const auto arrival = ledger_.deliver(stamp.stream, connection.index, stamp.sequence);
  if (!arrival.has_value()) {
    return;
  }
  if (stage_ == Stage::kMeasure) {
    const std::uint64_t now = fleet_.transport().read_time_ns();
    latency_.add(now > stamp.sent_ns ? now - stamp.sent_ns : 0);
  }
  if (*arrival == Arrival::kDuplicate) {
    return;
  }
  ++totals_.received;
  ++publishers_[plan_.publisher_of(stamp.stream)].received;
}

void PubSub::on_answer(Connection& connection, const Ack& ack) {
  if (connection.role != Role::kPublisher) {
    ++faults_.unknown_answers;
    return;
  }
  const auto sent_ns = publishers_[connection.index].in_flight.end(ack.packet_id);
  if (!sent_ns.has_value()) {
    ++faults_.unknown_answers;
    return;
  }
  ++totals_.answered;
  if (ack.reason >= 0x80) {
    ++faults_.refused;
  }
  if (stage_ != Stage::kMeasure) {
    return;
  }
  const std::uint64_t now = fleet_.transport().read_time_ns();
  answer_time_.add(now > *sent_ns ? now - *sent_ns : 0);
}

void PubSub::on_lost(Connection& connection) {
  if (connection.phase != Phase::kUp) {
    return;
  }
  ++(connection.role == Role::kPublisher ? lost_publishers_ : lost_subscribers_);
}

}  // namespace godwit::bench
