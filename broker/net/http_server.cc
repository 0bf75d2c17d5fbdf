#include "broker/net/http_server.h"

#include <algorithm>
#include <array>
#include <asio/awaitable.hpp>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <deque>
#include <list>
#include <utility>

#include "base/check.h"
#include "broker/net/acceptor.h"
#include "broker/net/probe.h"

// g++ 12 says this falsely of Asio's coroutine frames once it inlines their allocation.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace godwit::net {
namespace {

using asio::ip::tcp;
using SteadyTime = std::chrono::steady_clock::time_point;

// What a refused client may still send before its connection is cut.
constexpr std::size_t kDiscardMax = std::size_t{64} << 10U;
// After accept() has failed for want of descriptors.
constexpr auto kExhaustedPause = std::chrono::milliseconds(100);
constexpr Duration kSweepMax = std::chrono::seconds(1);

}  // namespace

// Deadlines are a moment in each connection, looked at by one sweep, instead of a timer each: a
// timer that fires while its connection ends would need shared ownership to be safe.
struct HttpServer::Parts {
  struct Connection {
    explicit Connection(tcp::socket its_socket) : socket(std::move(its_socket)) {}
    tcp::socket socket;
    SteadyTime deadline;
    std::string received;  // Not yet parsed; at most head_bytes_max.
  };
  using Place = std::list<Connection>::iterator;

  Parts(const HttpServerSettings& its_settings, ServiceThread& its_service, HttpHandler its_handler,
        MetricSheet& metrics)
      : settings(its_settings),
        service(its_service),
        handler(std::move(its_handler)),
        probe(metrics),
        sweep_timer(its_service.context()) {}

  asio::awaitable<void> accept_from(tcp::acceptor* acceptor);
  asio::awaitable<void> sweep();
  asio::awaitable<void> serve(Place place);
  // False when the connection is to end.
  asio::awaitable<bool> serve_one(Connection* connection);
  asio::awaitable<bool> read_more(Connection* connection);
  asio::awaitable<bool> answer(Connection* connection, HttpResponse response, bool with_body,
                               bool keep_alive);
  // Lets the client read the answer before its unread input resets the connection.
  asio::awaitable<void> discard_rest(Connection* connection);
  void add(tcp::socket socket);
  void close();

  const HttpServerSettings settings;
  ServiceThread& service;
  const HttpHandler handler;
  HttpProbe probe;
  std::deque<tcp::acceptor> acceptors;
  std::list<Connection> connections;
  asio::steady_timer sweep_timer;
  bool closed = false;
};

asio::awaitable<void> HttpServer::Parts::accept_from(tcp::acceptor* acceptor) {
  asio::steady_timer pause(service.context());
  while (!closed) {
    asio::error_code error;
    tcp::socket socket =
        co_await acceptor->async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (closed) {
      break;
    }
    if (!error) {
      add(std::move(socket));
      continue;
    }
    pause.expires_after(kExhaustedPause);
    co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
}

void HttpServer::Parts::add(tcp::socket socket) {
  if (connections.size() >= settings.connections_max) {
    probe.connection_refused();
    return;
  }
  probe.connection_opened();
  const Place place = connections.emplace(connections.end(), std::move(socket));
  asio::co_spawn(service.context(), serve(place), asio::detached);
}

asio::awaitable<void> HttpServer::Parts::sweep() {
  const Duration period =
      std::min({kSweepMax, settings.idle_deadline / 4, settings.request_deadline / 4});
  while (!closed) {
    asio::error_code error;
    sweep_timer.expires_after(period);
    co_await sweep_timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    const SteadyTime now = std::chrono::steady_clock::now();
    for (Connection& connection : connections) {
      // Whatever it waits for fails, and its coroutine ends.
      if (connection.deadline <= now) {
        connection.socket.close(error);
      }
    }
  }
}

asio::awaitable<void> HttpServer::Parts::serve(Place place) {
  bool goes_on = true;
  while (goes_on && !closed) {
    goes_on = co_await serve_one(&*place);
  }
  connections.erase(place);
  probe.connection_closed();
}

asio::awaitable<bool> HttpServer::Parts::serve_one(Connection* connection) {
  connection->deadline = std::chrono::steady_clock::now() + settings.idle_deadline;
  if (connection->received.empty() && !co_await read_more(connection)) {
    co_return false;
  }
  connection->deadline = std::chrono::steady_clock::now() + settings.request_deadline;
  while (true) {
    auto head = parse_http_head(connection->received, settings.head_bytes_max);
    if (!head) {
      if (co_await answer(connection, response_to(head.error()), true, false)) {
        co_await discard_rest(connection);
      }
      co_return false;
    }
    if (head->has_value()) {
      const HttpHead& parsed = **head;
      connection->received.erase(0, parsed.size);
      const bool sent = co_await answer(connection, handler(parsed.request),
                                        parsed.request.method != "HEAD", parsed.keep_alive);
      co_return sent&& parsed.keep_alive;
    }
    if (!co_await read_more(connection)) {
      co_return false;
    }
  }
}

asio::awaitable<bool> HttpServer::Parts::read_more(Connection* connection) {
  const std::size_t before = connection->received.size();
  connection->received.resize(settings.head_bytes_max);
  asio::error_code error;
  const std::size_t count = co_await connection->socket.async_read_some(
      asio::buffer(connection->received.data() + before, settings.head_bytes_max - before),
      asio::redirect_error(asio::use_awaitable, error));
  connection->received.resize(before + count);
  co_return !error;
}

asio::awaitable<bool> HttpServer::Parts::answer(Connection* connection, HttpResponse response,
                                                bool with_body, bool keep_alive) {
  probe.answered(response.status);
  const std::string text = format_http(response, with_body, keep_alive);
  connection->deadline = std::chrono::steady_clock::now() + settings.request_deadline;
  asio::error_code error;
  co_await asio::async_write(connection->socket, asio::buffer(text),
                             asio::redirect_error(asio::use_awaitable, error));
  co_return !error;
}

asio::awaitable<void> HttpServer::Parts::discard_rest(Connection* connection) {
  asio::error_code error;
  connection->socket.shutdown(tcp::socket::shutdown_send, error);
  std::array<char, 4096> discarded{};
  std::size_t total = 0;
  while (!error && total < kDiscardMax) {
    total += co_await connection->socket.async_read_some(
        asio::buffer(discarded), asio::redirect_error(asio::use_awaitable, error));
  }
}

void HttpServer::Parts::close() {
  if (std::exchange(closed, true)) {
    return;
  }
  asio::error_code ignored;
  for (tcp::acceptor& acceptor : acceptors) {
    acceptor.close(ignored);
  }
  for (Connection& connection : connections) {
    connection.socket.close(ignored);
  }
  sweep_timer.cancel();
}

HttpServer::HttpServer(const HttpServerSettings& settings, ServiceThread& service,
                       HttpHandler handler, MetricSheet& metrics)
    : parts_(std::make_unique<Parts>(settings, service, std::move(handler), metrics)) {}

HttpServer::~HttpServer() { CHECK(parts_->connections.empty()); }

Result<std::string, ListenError> HttpServer::listen(const std::string& ip, std::uint16_t port) {
  auto acceptor = open_acceptor(parts_->service.context(), ip, port);
  if (!acceptor) {
    return fail(std::move(acceptor.error()));
  }
  asio::error_code error;
  const auto endpoint = acceptor->local_endpoint(error);
  parts_->acceptors.push_back(std::move(*acceptor));
  return endpoint_text(endpoint);
}

void HttpServer::start() {
  parts_->service.at_stop([parts = parts_.get()] { parts->close(); });
  // Spawned on the service thread, so that `listen` and `start` may be called while it runs.
  parts_->service.post([parts = parts_.get()] {
    asio::io_context& context = parts->service.context();
    asio::co_spawn(context, parts->sweep(), asio::detached);
    for (tcp::acceptor& acceptor : parts->acceptors) {
      asio::co_spawn(context, parts->accept_from(&acceptor), asio::detached);
    }
  });
}

void HttpServer::close() {
  parts_->service.post([parts = parts_.get()] { parts->close(); });
}

}  // namespace godwit::net
