#include "broker/app/operations.h"

#include <string>

#include "broker/app/version.h"

namespace godwit::app {

admin::Readiness NodeOperations::readiness() const {
  switch (phase_.load(std::memory_order_acquire)) {
    case Phase::kReady:
      return {.ready = true, .reason = {}};
    case Phase::kStopping:
      return {.ready = false, .reason = "stopping"};
    case Phase::kStarting:
      break;
  }
  return {.ready = false, .reason = "starting"};
}

admin::Version NodeOperations::version() const {
  return {.version = std::string(kVersion),
          .revision = std::string(kRevision),
          .build = std::string(kBuild)};
}

}  // namespace godwit::app
