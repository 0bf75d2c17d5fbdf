// What the administrator's side may ask of the running broker. The application implements it.
//
// Thread: all calls come from the service thread and return at once.
#pragma once

#include <string>
#include <vector>

#include "base/metrics.h"

namespace godwit::admin {

struct Readiness {
  bool ready = false;
  std::string reason;  // Why not: "starting", "stopping".
};

struct Version {
  std::string version;   // "0.1.0"
  std::string revision;  // Of the source; "unknown" outside a repository.
  std::string build;     // "release", "debug".
};

class Operations {
 public:
  virtual ~Operations() = default;
  // Ready once all listeners take connections, until a stop begins.
  [[nodiscard]] virtual Readiness readiness() const = 0;
  [[nodiscard]] virtual Version version() const = 0;
  // All sheets of the process; they live as long as this port.
  [[nodiscard]] virtual const std::vector<const MetricSheet*>& sheets() const = 0;
};

}  // namespace godwit::admin
