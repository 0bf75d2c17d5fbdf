// The pages of the administrator's HTTP listener, as a function from a request to a response. How
// they travel is broker/net's business; the application puts the two together.
//
//   /metrics   counters and gauges, for Prometheus
//   /livez     200 while the process turns; never depends on anything outside it
//   /readyz    200 while clients are taken; else 503 and why
//   /version   JSON
//   /          a list of these
//
// Owner: the application. Thread: the service thread.
#pragma once

#include <string>
#include <string_view>

#include "broker/admin/operations.h"

namespace godwit::admin {

// GET or HEAD: the difference is not seen here.
struct Request {
  std::string_view target;  // With its query, which is not looked at.
};

struct Response {
  unsigned status = 200;
  std::string content_type;
  std::string body;
};

class Handlers {
 public:
  // `operations` outlives the handlers.
  explicit Handlers(const Operations& operations) : operations_(operations) {}

  [[nodiscard]] Response handle(const Request& request) const;

 private:
  const Operations& operations_;
};

}  // namespace godwit::admin
