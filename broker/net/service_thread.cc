#include "broker/net/service_thread.h"

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <deque>
#include <utility>

#include "base/check.h"
#include "base/runner.h"

namespace godwit::net {
namespace {

using Guard = asio::executor_work_guard<asio::io_context::executor_type>;

// Both end when ServiceThread::stop sets `over` and cancels their object. The first is needed too:
// what has just fired, and waits to be told so, is not cancelled any more.
asio::awaitable<void> wait_for_signals(const bool* over, asio::signal_set* signals,
                                       std::function<void(int)> call) {
  while (!*over) {
    asio::error_code error;
    const int signal =
        co_await signals->async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (error || *over) {
      co_return;
    }
    call(signal);
  }
}

asio::awaitable<void> repeat(const bool* over, asio::steady_timer* timer, Duration period,
                             std::function<void()> call) {
  while (!*over) {
    asio::error_code error;
    timer->expires_after(period);
    co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (error || *over) {
      co_return;
    }
    call();
  }
}

}  // namespace

struct ServiceThread::Parts {
  asio::io_context context{1};
  Guard guard = asio::make_work_guard(context);
  // Deques: coroutines hold references.
  std::deque<asio::signal_set> signals;
  std::deque<asio::steady_timer> timers;
  std::vector<std::function<void()>> at_stop;
  bool over = false;     // The service thread's.
  bool stopped = false;  // The owner's.
  ThreadRunner runner;
};

ServiceThread::ServiceThread() : parts_(std::make_unique<Parts>()) {}

ServiceThread::~ServiceThread() { stop(); }

asio::io_context& ServiceThread::context() { return parts_->context; }

void ServiceThread::on_signals(const std::vector<int>& signals, std::function<void(int)> call) {
  asio::signal_set& set = parts_->signals.emplace_back(parts_->context);
  for (const int signal : signals) {
    set.add(signal);
  }
  asio::co_spawn(parts_->context, wait_for_signals(&parts_->over, &set, std::move(call)),
                 asio::detached);
}

void ServiceThread::every(Duration period, std::function<void()> call) {
  CHECK(period > Duration::zero());
  asio::steady_timer& timer = parts_->timers.emplace_back(parts_->context);
  asio::co_spawn(parts_->context, repeat(&parts_->over, &timer, period, std::move(call)),
                 asio::detached);
}

void ServiceThread::at_stop(std::function<void()> call) {
  post([parts = parts_.get(), call = std::move(call)]() mutable {
    parts->at_stop.push_back(std::move(call));
  });
}

void ServiceThread::post(std::function<void()> call) {
  asio::post(parts_->context, std::move(call));
}

void ServiceThread::start() {
  parts_->runner.start("service", [this] { parts_->context.run(); });
}

void ServiceThread::stop() {
  if (std::exchange(parts_->stopped, true)) {
    return;
  }
  asio::post(parts_->context, [this] {
    parts_->over = true;
    while (!parts_->at_stop.empty()) {
      parts_->at_stop.back()();
      parts_->at_stop.pop_back();
    }
    for (asio::signal_set& signals : parts_->signals) {
      signals.cancel();
    }
    for (asio::steady_timer& timer : parts_->timers) {
      timer.cancel();
    }
    parts_->guard.reset();
  });
  parts_->runner.join();
}

}  // namespace godwit::net
