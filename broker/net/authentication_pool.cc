#include "broker/net/authentication_pool.h"

#include <string>
#include <utility>

#include "base/check.h"

namespace godwit::net {

AuthenticationPool::AuthenticationPool(const AuthenticationPoolSettings& settings,
                                       const access::PasswordAuthenticator& authenticator,
                                       MetricSheet& metrics)
    : settings_(settings), authenticator_(authenticator), probe_(metrics) {
  CHECK(settings.threads > 0);
}

AuthenticationPool::~AuthenticationPool() { stop(); }

void AuthenticationPool::start() {
  for (std::uint16_t i = 0; i < settings_.threads; ++i) {
    threads_.push_back(std::make_unique<ThreadRunner>());
    threads_.back()->start("auth-" + std::to_string(i), [this] { work(); });
  }
}

void AuthenticationPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    queue_.clear();
    probe_.queued(0);
  }
  bell_.notify_all();
  threads_.clear();
}

std::optional<access::AuthenticationResult> AuthenticationPool::request(
    front::Authenticate&& question, AuthenticationReply& later) {
  const access::Credentials& credentials = question.credentials;
  const bool anonymous = !credentials.user_name || credentials.user_name->empty();
  // Without a user and a password there is no hash to compute.
  if (anonymous || !credentials.password) {
    return authenticator_.authenticate(credentials);
  }
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= settings_.queue_max) {
      probe_.refused_busy();
      return access::AuthenticationResult{access::AuthenticationVerdict::kBusy, {}};
    }
    queue_.push_back({std::move(question), &later});
    probe_.queued(queue_.size());
  }
  bell_.notify_one();
  return std::nullopt;
}

void AuthenticationPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    bell_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) {
      return;
    }
    const Question question = std::move(queue_.front());
    queue_.pop_front();
    probe_.queued(queue_.size());
    lock.unlock();
    question.later->authenticated(question.asked.connection,
                                  authenticator_.authenticate(question.asked.credentials));
    lock.lock();
  }
}

}  // namespace godwit::net
