// What the administrator's side may ask of a node, and the state that only exists for it.
//
// Owner: the node. Thread: `set_phase` the owner's, the rest the service thread's.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

#include "broker/admin/operations.h"

namespace godwit::app {

class NodeOperations final : public admin::Operations {
 public:
  enum class Phase : std::uint8_t { kStarting, kReady, kStopping };

  // The sheets outlive it.
  explicit NodeOperations(std::vector<const MetricSheet*> sheets) : sheets_(std::move(sheets)) {}

  void set_phase(Phase phase) { phase_.store(phase, std::memory_order_release); }

  [[nodiscard]] admin::Readiness readiness() const override;
  [[nodiscard]] admin::Version version() const override;
  [[nodiscard]] const std::vector<const MetricSheet*>& sheets() const override { return sheets_; }

 private:
  const std::vector<const MetricSheet*> sheets_;
  std::atomic<Phase> phase_{Phase::kStarting};
};

}  // namespace godwit::app
