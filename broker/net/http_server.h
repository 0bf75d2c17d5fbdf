// A small HTTP/1.1 server for the administrator's side: metrics, health, later the admin API.
//
// Everything has a bound: the header, the number of connections, the time without a request and the
// time a request and its answer may take. Not for the public; there is no TLS and no login yet.
//
// Owner: the application; destroyed after the service thread was stopped and before it is
// destroyed. Thread: constructor, listen and start the owner's, in this order; close any. The
// handler runs on the service thread and must not block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/metrics.h"
#include "base/result.h"
#include "base/time.h"
#include "broker/net/http_message.h"
#include "broker/net/listen_error.h"
#include "broker/net/service_thread.h"

namespace godwit::net {

struct HttpServerSettings {
  std::size_t head_bytes_max = std::size_t{8} << 10U;
  // Beyond it connections are closed at once.
  std::size_t connections_max = 100;
  // Without a request, from the end of the last one.
  Duration idle_deadline = std::chrono::seconds(10);
  // From the first byte of a request to its last, and again for the answer.
  Duration request_deadline = std::chrono::seconds(10);
};

using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

class HttpServer {
 public:
  // `service` and `metrics` outlive the server.
  HttpServer(const HttpServerSettings& settings, ServiceThread& service, HttpHandler handler,
             MetricSheet& metrics);
  ~HttpServer();

  // Binds one more address; returns it with the real port: "127.0.0.1:9883".
  [[nodiscard]] Result<std::string, ListenError> listen(const std::string& ip, std::uint16_t port);
  void start();
  // Cuts all connections. Also done when the service thread stops.
  void close();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace godwit::net
