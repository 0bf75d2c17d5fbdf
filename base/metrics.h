// Metric handles: plain counters that one thread writes and any thread reads.
//
// A `MetricSheet` belongs to one thread (or to one object used under one thread). Its counters are
// bumped with a load and a store, never with a locked instruction, so a metric on the publish path
// costs about a nanosecond. Whoever exposes metrics (broker/admin) reads all sheets and adds up
// what has the same name and labels. No client ids, topics or addresses as labels.
//
// Each room's `probe.h` wraps its handles in methods that are named as events.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace godwit {

enum class MetricKind : std::uint8_t { kCounter, kGauge };

// Written by the sheet's thread only. Gauges may go down; the sum over threads is what is shown,
// so each thread counts its own share.
class Metric {
 public:
  void add(std::int64_t delta) {
    value_.store(value_.load(std::memory_order_relaxed) + delta, std::memory_order_relaxed);
  }
  void increment() { add(1); }
  void decrement() { add(-1); }
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t read() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

// What a metric is called. Texts are literals: they outlive every sheet.
struct MetricName {
  MetricKind kind;
  std::string_view name;        // "godwit_publish_received_total"
  std::string_view help;        // one sentence
  std::string_view label = {};  // "qos", or empty
  std::string_view label_value = {};
  // What is counted, in units of the name: 1e-9 where nanoseconds are counted and seconds shown.
  double scale = 1;
};

// The metrics of one thread. Created before the thread starts and filled by constructors only, so
// that readers may walk `rows` while the owner counts.
class MetricSheet {
 public:
  struct Row {
    explicit Row(const MetricName& its_name) : name(its_name) {}
    MetricName name;
    Metric metric;
  };

  MetricSheet() = default;
  MetricSheet(const MetricSheet&) = delete;
  MetricSheet& operator=(const MetricSheet&) = delete;

  // The handle lives as long as the sheet.
  [[nodiscard]] Metric& add(const MetricName& name) { return rows_.emplace_back(name).metric; }
  [[nodiscard]] const std::deque<Row>& rows() const { return rows_; }

 private:
  // Not a vector: handles keep their address.
  std::deque<Row> rows_;
};

}  // namespace godwit
