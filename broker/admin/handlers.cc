#include "broker/admin/handlers.h"

#include <array>

#include "broker/admin/metrics_text.h"
#include "broker/admin/process_metrics.h"

namespace godwit::admin {
namespace {

constexpr const char* kText = "text/plain; charset=utf-8";

Response text(unsigned status, std::string body) { return {status, kText, std::move(body) + '\n'}; }

// The texts come from our own build and hold no control characters.
std::string json_string(std::string_view value) {
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
    }
    quoted += c;
  }
  return quoted + '"';
}

Response metrics(const Operations& operations) {
  // The version of the exposition format, as Prometheus asks for it.
  return {200, "text/plain; version=0.0.4; charset=utf-8",
          metrics_text(operations.sheets(), read_process_metrics(), operations.version())};
}

Response livez(const Operations& /*operations*/) { return text(200, "ok"); }

Response readyz(const Operations& operations) {
  const Readiness readiness = operations.readiness();
  return readiness.ready ? text(200, "ok") : text(503, "not ready: " + readiness.reason);
}

Response version(const Operations& operations) {
  const Version version = operations.version();
  return {200, "application/json",
          "{\"version\":" + json_string(version.version) + ",\"revision\":" +
              json_string(version.revision) + ",\"build\":" + json_string(version.build) + "}\n"};
}

Response index(const Operations& operations);

struct Page {
  std::string_view path;
  Response (*respond)(const Operations&);
  std::string_view what;
};

constexpr std::array kPages{
    Page{"/", index, "this list"},
    Page{"/metrics", metrics, "metrics for Prometheus; docs/operations/metrics.md explains them"},
    Page{"/livez", livez, "200 while the process works"},
    Page{"/readyz", readyz, "200 while clients are taken, else 503"},
    Page{"/version", version, "version and build"},
};

Response index(const Operations& operations) {
  std::string body = "Godwit " + operations.version().version + "\n";
  for (const Page& page : kPages) {
    body += '\n';
    body += page.path;
    body.append(12 - page.path.size(), ' ');
    body += page.what;
  }
  return text(200, std::move(body));
}

}  // namespace

Response Handlers::handle(const Request& request) const {
  const std::string_view path = request.target.substr(0, request.target.find('?'));
  for (const Page& page : kPages) {
    if (page.path == path) {
      return page.respond(operations_);
    }
  }
  return text(404, "there is no such page; / lists what there is");
}

}  // namespace godwit::admin
