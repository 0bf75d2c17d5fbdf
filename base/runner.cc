#include "base/runner.h"

#include <pthread.h>

#include "base/check.h"

namespace godwit {

void ThreadRunner::start(const std::string& name, std::function<void()> body) {
  CHECK(!thread_.joinable());
  CHECK(name.size() <= 15);
  thread_ = std::thread(std::move(body));
  pthread_setname_np(thread_.native_handle(), name.c_str());
}

void ThreadRunner::join() {
  if (thread_.joinable()) {
    thread_.join();
  }
}

}  // namespace godwit
