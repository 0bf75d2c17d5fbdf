// Runs one body on one named thread; the owner tells the body to stop and joins.
//
// The simulator runs the same bodies without threads; this is the production side only.
#pragma once

#include <functional>
#include <string>
#include <thread>

namespace godwit {

class ThreadRunner {
 public:
  ThreadRunner() = default;
  ThreadRunner(const ThreadRunner&) = delete;
  ThreadRunner& operator=(const ThreadRunner&) = delete;
  // Joins: whoever owns the runner has told the body to stop.
  ~ThreadRunner() { join(); }

  // `name`: at most 15 characters, as shown by top -H. The body returns when it was told to stop.
  void start(const std::string& name, std::function<void()> body);
  void join();

 private:
  std::thread thread_;
};

}  // namespace godwit
