// Answers who somebody is. Steps of enhanced authentication are quick and answered at once;
// passwords are checked on threads of its own, because a password hash takes about 20 ms and 19 MiB
// on purpose: memory is bounded by the number of threads, waiting by the length of the queue. When
// the queue is full the answer is kBusy at once, which a client may try again.
//
// Owner: the application. Started before the I/O threads ask and stopped before they are destroyed,
// since late answers go to their mailboxes. Thread: `request` any; the rest the owner's.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "base/metrics.h"
#include "base/runner.h"
#include "broker/access/authenticators.h"
#include "broker/net/authentication_service.h"
#include "broker/net/probe.h"

namespace godwit::net {

struct AuthenticationPoolSettings {
  std::uint16_t threads = 1;
  std::size_t queue_max = 1'000;
};

class AuthenticationPool final : public AuthenticationService {
 public:
  struct Needs {
    std::shared_ptr<const access::Authenticators> authenticators;
    MetricSheet& metrics;
  };
  // The metrics outlive the pool.
  AuthenticationPool(const AuthenticationPoolSettings& settings, const Needs& needs);
  // Stops.
  ~AuthenticationPool() override;

  void start();
  // Waits for the checks that have begun; what still waits is not answered.
  void stop();

  // For questions asked from now on.
  void replace(std::shared_ptr<const access::Authenticators> authenticators);

  [[nodiscard]] std::optional<access::AuthenticationResult> request(
      front::Authenticate&& question, AuthenticationReply& later) override;

 private:
  struct Question {
    front::ConnectionId connection;
    access::Credentials credentials;
    AuthenticationReply* later;
  };

  void work();
  [[nodiscard]] std::shared_ptr<const access::Authenticators> current();

  const AuthenticationPoolSettings settings_;

  // A mutex and a bell instead of a mailbox: several threads take from one queue, so that one slow
  // hash does not hold up those behind it.
  std::mutex mutex_;
  std::condition_variable bell_;
  std::shared_ptr<const access::Authenticators> authenticators_;  // Guarded by mutex_.
  std::deque<Question> queue_;                                    // Guarded by mutex_.
  bool stopping_ = false;                                         // Guarded by mutex_.
  AuthenticationProbe probe_;                                     // Guarded by mutex_.

  std::vector<std::unique_ptr<ThreadRunner>> threads_;
};

}  // namespace godwit::net
