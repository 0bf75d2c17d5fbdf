#include "broker/net/authentication_pool.h"

#include <string>
#include <utility>

#include "base/check.h"

namespace godwit::net {

AuthenticationPool::AuthenticationPool(const AuthenticationPoolSettings& settings,
                                       const Needs& needs)
    : settings_(settings), authenticators_(needs.authenticators), probe_(needs.metrics) {
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

void AuthenticationPool::replace(std::shared_ptr<const access::Authenticators> authenticators) {
  const std::lock_guard lock(mutex_);
  authenticators_.swap(authenticators);
}

std::shared_ptr<const access::Authenticators> AuthenticationPool::current() {
  const std::lock_guard lock(mutex_);
  return authenticators_;
}

std::optional<access::AuthenticationResult> AuthenticationPool::request(
    front::Authenticate&& question, AuthenticationReply& later) {
  if (auto* step = std::get_if<access::ExchangeStep>(&question.question)) {
    return current()->methods.step(std::move(*step));
  }
  auto& credentials = std::get<access::Credentials>(question.question);
  if (!access::PasswordAuthenticator::is_slow(credentials)) {
    return current()->passwords.authenticate(credentials);
  }
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= settings_.queue_max) {
      probe_.refused_busy();
      return access::AuthenticationResult{.verdict = access::AuthenticationVerdict::kBusy};
    }
    queue_.push_back({question.connection, std::move(credentials), &later});
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
    const auto authenticators = authenticators_;
    lock.unlock();
    question.later->authenticated(question.connection,
                                  authenticators->passwords.authenticate(question.credentials));
    lock.lock();
  }
}

}  // namespace godwit::net
