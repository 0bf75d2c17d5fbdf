// The JSON line of a pubsub run. The names are what the harness reads.
#include "tests/bench/load/json_line.h"
#include "tests/bench/load/pubsub.h"

namespace godwit::bench {
namespace {

double per(double value, double count) { return count > 0 ? value / count : 0; }

void add_times(JsonLine& line, const std::string& name, const Histogram& times) {
  line.number(name + "_p50_us", times.percentile_us(0.5));
  line.number(name + "_p99_us", times.percentile_us(0.99));
  line.number(name + "_p999_us", times.percentile_us(0.999));
  line.number(name + "_max_us", times.max_us());
}

}  // namespace

void PubSub::report() const {
  const double elapsed = static_cast<double>(end_.time_ns - begin_.time_ns) / 1e9;
  const auto sent = static_cast<double>(end_.totals.sent - begin_.totals.sent);
  const auto delivered = static_cast<double>(end_.totals.delivered - begin_.totals.delivered);
  const double turns = static_cast<double>(end_.totals.publishing_turns) -
                       static_cast<double>(begin_.totals.publishing_turns);
  const double broker_us = (end_.broker_cpu_s - begin_.broker_cpu_s) * 1e6;
  const double own_us = (end_.own_cpu_s - begin_.own_cpu_s) * 1e6;
  const Ledger::Verdict verdict = ledger_.verdict();

  JsonLine line;
  line.text("mode", options_.mode_name).text("topology", options_.topology_name);
  line.text("transport", options_.transport_name);
  line.text("subscriber_transport", options_.subscriber_transport_name);
  line.text("records", options_.records_name);
  line.count("protocol", options_.protocol).count("qos", options_.qos);
  line.count("payload_bytes", options_.payload_bytes);
  line.count("publishers", options_.publishers).count("subscribers", options_.subscribers);
  line.count("window", options_.window).number("paced_rate", options_.rate_per_second);
  line.number("elapsed_s", elapsed);
  line.number("sent_per_s", per(sent, elapsed));
  line.number("delivered_per_s", per(delivered, elapsed));
  line.number("broker_cpu_us_per_delivery", per(broker_us, delivered));
  line.number("broker_cpu_us_per_publish", per(broker_us, sent));
  line.number("broker_cores", per(broker_us / 1e6, elapsed));
  line.number("load_cpu_us_per_delivery", per(own_us, delivered));
  line.number("publishes_per_turn", per(sent, turns));
  add_times(line, "latency", latency_);
  if (options_.qos > 0) {
    add_times(line, "answer", answer_time_);
  }

  line.count("sent", totals_.sent).count("answered", totals_.answered);
  line.count("expected", totals_.expected).count("delivered", totals_.delivered);
  line.count("lost", verdict.lost).count("duplicates", verdict.duplicates);
  line.count("reordered", verdict.reordered).count("misrouted", verdict.misrouted);
  line.count("damaged", faults_.damaged).count("refused", faults_.refused);
  line.count("unknown_answers", faults_.unknown_answers);
  line.count("unanswered", options_.qos > 0 ? totals_.sent - totals_.answered : 0);
  line.count("duplicate_flags", faults_.duplicate_flags).count("stalls", faults_.stalls);
  line.count("missed_slots", faults_.missed_slots);
  line.count("connect_errors", fleet_.counters().connect_errors);
  line.count("refused_filters", fleet_.counters().refused_filters);
  line.count("disconnects", fleet_.counters().disconnects);
  line.count("reads", fleet_.transport().reads()).count("writes", fleet_.transport().writes());
  line.print();
}

}  // namespace godwit::bench
