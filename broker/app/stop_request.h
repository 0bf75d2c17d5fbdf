// How the process is told to stop: the first signal asks, the second one insists.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string_view>

namespace godwit::app {

// Thread: any.
class StopRequest {
 public:
  // True the first time.
  bool request(std::string_view why) {
    const std::lock_guard lock(mutex_);
    if (!why_.empty()) {
      return false;
    }
    why_ = why;
    bell_.notify_all();
    return true;
  }

  // Sleeps until somebody asks; why. Texts are literals.
  [[nodiscard]] std::string_view wait() {
    std::unique_lock lock(mutex_);
    bell_.wait(lock, [this] { return !why_.empty(); });
    return why_;
  }

 private:
  // Waiting for one event that happens once: no mailbox needed.
  std::mutex mutex_;
  std::condition_variable bell_;
  std::string_view why_;  // Guarded by mutex_.
};

}  // namespace godwit::app
