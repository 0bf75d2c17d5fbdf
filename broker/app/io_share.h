// Everything that belongs to one I/O thread: its chance, its metrics, its front, its loop.
//
// Owner: the node. Thread: built and destroyed by the owner's; in between the I/O thread's.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/metrics.h"
#include "broker/access/policy.h"
#include "broker/crypto/kernel_random.h"
#include "broker/front/front.h"
#include "broker/net/io_thread.h"

namespace godwit::app {

struct IoShareSettings {
  front::FrontSettings front;
  net::IoThreadSettings thread;
};

class IoShare {
 public:
  struct Needs {
    std::shared_ptr<const access::Policy> policy;
    net::AuthenticationService& authentication;
    const Clock& clock;
    const Log& log;
  };

  IoShare(const IoShareSettings& settings, const Needs& needs)
      : log_(needs.log.with("thread", std::to_string(settings.thread.self.value()))),
        front_(settings.front, needs.policy, random_, metrics_, log_, needs.clock.now()),
        thread_(settings.thread, {.front = front_,
                                  .authentication = needs.authentication,
                                  .clock = needs.clock,
                                  .metrics = metrics_,
                                  .log = needs.log}) {}

  [[nodiscard]] net::IoThread& thread() { return thread_; }
  [[nodiscard]] const MetricSheet& metrics() const { return metrics_; }

 private:
  MetricSheet metrics_;
  crypto::KernelRandom random_;
  Log log_;
  front::Front front_;
  net::IoThread thread_;
};

}  // namespace godwit::app
