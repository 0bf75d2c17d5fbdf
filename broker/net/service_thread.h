// The one thread for everything that is not a client's bytes: accepting, signals, periodic calls,
// HTTP. Asio runs here and nowhere else, and so do coroutines.
//
// Owner: the application. What is attached to it (listeners, HTTP servers) is made after it,
// outlives its stop(), which waits until every coroutine has come to its end, and is destroyed
// before it. Thread: on_signals, every, start and stop the owner's, the first two before start; the
// rest any. All callbacks run on the service thread and must not block.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/time.h"

namespace asio {
class io_context;
}  // namespace asio

namespace godwit::net {

class ServiceThread {
 public:
  ServiceThread();
  // Stops.
  ~ServiceThread();
  ServiceThread(const ServiceThread&) = delete;
  ServiceThread& operator=(const ServiceThread&) = delete;

  // For the room's own files.
  [[nodiscard]] asio::io_context& context();

  // Calls `call` whenever the process gets one of `signals`.
  void on_signals(const std::vector<int>& signals, std::function<void(int)> call);
  // Calls `call` every `period`, for the first time after one; late calls are left out, not made up
  // for.
  void every(Duration period, std::function<void()> call);
  // Called at stop, the last one first; ends what else would keep the thread going.
  void at_stop(std::function<void()> call);
  void post(std::function<void()> call);

  void start();
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace godwit::net
