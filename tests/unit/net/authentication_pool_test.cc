#include "broker/net/authentication_pool.h"

#include <gtest/gtest.h>

#include <mutex>
#include <semaphore>
#include <set>
#include <string>
#include <vector>

#include "broker/crypto/sha256.h"
#include "tests/testkit/two_step_method.h"
#include "tests/unit/net/broker_loop.h"

namespace godwit::net::test {
namespace {

using access::AuthenticationVerdict;

// A hash that takes as long as the test wants.
class HeldHasher final : public access::PasswordHasher {
 public:
  [[nodiscard]] Result<std::string> hash(std::string_view password) const override {
    return std::string(password);
  }
  [[nodiscard]] bool verify(std::string_view encoded_hash,
                            std::string_view password) const override {
    begun.release();
    go.acquire();
    return encoded_hash == password;
  }
  mutable std::counting_semaphore<> begun{0};
  mutable std::counting_semaphore<> go{0};
};

class CollectingReply final : public AuthenticationReply {
 public:
  void authenticated(front::ConnectionId connection, access::AuthenticationResult result) override {
    {
      const std::lock_guard lock(mutex_);
      answers_.push_back({connection, std::move(result)});
    }
    answered.release();
  }
  struct Answer {
    front::ConnectionId connection;
    access::AuthenticationResult result;
  };
  [[nodiscard]] std::vector<Answer> answers() {
    const std::lock_guard lock(mutex_);
    return std::exchange(answers_, {});
  }
  std::counting_semaphore<> answered{0};

 private:
  std::mutex mutex_;
  std::vector<Answer> answers_;
};

front::Authenticate question(std::uint32_t index, const std::string& user,
                             const std::string& password) {
  return {.connection = {front::ConnectionIndex(index), 9},
          .question = access::Credentials{.client_id = "c",
                                          .user_name = user,
                                          .password = access::SecretBytes(as_bytes(password))}};
}

class AuthenticationPoolTest : public testing::Test {
 protected:
  std::shared_ptr<const access::Authenticators> authenticators(bool allow_anonymous = true) const {
    return std::make_shared<const access::Authenticators>(
        access::Authenticators{.passwords = {file(), {hasher_, sha256_}, allow_anonymous},
                               .methods = testkit::TwoStepMethod::alone()});
  }

  static access::PasswordFile file() {
    access::PasswordFile file;
    file.set("ann", "secret");
    return file;
  }

  HeldHasher hasher_;
  crypto::OpensslSha256 sha256_;
  MetricSheet metrics_;
  CollectingReply reply_;
};

TEST_F(AuthenticationPoolTest, answers_later_from_a_thread_of_its_own) {
  AuthenticationPool pool({}, {authenticators(), metrics_});
  pool.start();
  EXPECT_FALSE(pool.request(question(1, "ann", "secret"), reply_));
  EXPECT_FALSE(pool.request(question(2, "ann", "wrong"), reply_));
  hasher_.go.release(2);
  reply_.answered.acquire();
  reply_.answered.acquire();
  const auto answers = reply_.answers();
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].connection, (front::ConnectionId{front::ConnectionIndex(1), 9}));
  EXPECT_EQ(answers[0].result.verdict, AuthenticationVerdict::kAccepted);
  EXPECT_EQ(answers[0].result.principal.user_name, "ann");
  EXPECT_EQ(answers[1].result.verdict, AuthenticationVerdict::kBadCredentials);
}

TEST_F(AuthenticationPoolTest, what_needs_no_hash_is_answered_at_once) {
  AuthenticationPool pool({}, {authenticators(), metrics_});
  const auto anonymous =
      pool.request({.connection = {}, .question = access::Credentials{}}, reply_);
  ASSERT_TRUE(anonymous);
  EXPECT_EQ(anonymous->verdict, AuthenticationVerdict::kAccepted);

  front::Authenticate no_password{.connection = {}, .question = access::Credentials{}};
  std::get<access::Credentials>(no_password.question).user_name = "ann";
  const auto refused = pool.request(std::move(no_password), reply_);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->verdict, AuthenticationVerdict::kBadCredentials);
}

TEST_F(AuthenticationPoolTest, new_authenticators_answer_from_then_on) {
  AuthenticationPool pool({}, {authenticators(), metrics_});
  pool.replace(authenticators(false));
  const auto anonymous =
      pool.request({.connection = {}, .question = access::Credentials{}}, reply_);
  ASSERT_TRUE(anonymous);
  EXPECT_EQ(anonymous->verdict, AuthenticationVerdict::kNotAuthorized);
}

TEST_F(AuthenticationPoolTest, a_client_with_a_certificate_needs_no_hash) {
  AuthenticationPool pool({}, {authenticators(), metrics_});
  const auto ask = [&](const char* user_name) {
    return pool.request(
        {.connection = {},
         .question = access::Credentials{.client_id = "c",
                                         .user_name = user_name,
                                         .password = access::SecretBytes(as_bytes("x")),
                                         .certificate_name = "probe-7"}},
        reply_);
  };
  for (const char* const same : {"", "probe-7"}) {
    const auto answer = ask(same);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->verdict, AuthenticationVerdict::kAccepted);
    EXPECT_EQ(answer->principal.user_name, "probe-7");
  }
  const auto other = ask("ann");
  ASSERT_TRUE(other);
  EXPECT_EQ(other->verdict, AuthenticationVerdict::kBadCredentials);
}

TEST_F(AuthenticationPoolTest, steps_of_an_exchange_are_answered_at_once) {
  AuthenticationPool pool({}, {authenticators(), metrics_});
  const auto answer = pool.request(
      {.connection = {}, .question = access::ExchangeStep{.method = "two-step", .data = {}}},
      reply_);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->verdict, AuthenticationVerdict::kContinue);
  EXPECT_NE(answer->exchange, nullptr);
}

TEST_F(AuthenticationPoolTest, says_busy_when_too_many_wait) {
  AuthenticationPool pool({.threads = 1, .queue_max = 2}, {authenticators(), metrics_});
  pool.start();
  EXPECT_FALSE(pool.request(question(0, "ann", "secret"), reply_));
  hasher_.begun.acquire();  // In work, no longer in the queue.
  EXPECT_FALSE(pool.request(question(1, "ann", "secret"), reply_));
  EXPECT_FALSE(pool.request(question(2, "ann", "secret"), reply_));
  EXPECT_EQ(metric_of(metrics_, "godwit_authentication_waiting"), 2);
  const auto busy = pool.request(question(3, "ann", "secret"), reply_);
  ASSERT_TRUE(busy);
  EXPECT_EQ(busy->verdict, AuthenticationVerdict::kBusy);
  EXPECT_EQ(metric_of(metrics_, "godwit_authentication_busy_total"), 1);
  hasher_.go.release(3);
  for (int i = 0; i < 3; ++i) {
    reply_.answered.acquire();
  }
  EXPECT_EQ(metric_of(metrics_, "godwit_authentication_waiting"), 0);
}

TEST_F(AuthenticationPoolTest, several_threads_check_at_the_same_time) {
  AuthenticationPool pool({.threads = 2}, {authenticators(), metrics_});
  pool.start();
  EXPECT_FALSE(pool.request(question(0, "ann", "secret"), reply_));
  EXPECT_FALSE(pool.request(question(1, "ann", "secret"), reply_));
  hasher_.begun.acquire();
  hasher_.begun.acquire();
  hasher_.go.release(2);
  reply_.answered.acquire();
  reply_.answered.acquire();
}

TEST_F(AuthenticationPoolTest, stop_finishes_what_has_begun_and_drops_the_rest) {
  AuthenticationPool pool({}, {authenticators(), metrics_});
  pool.start();
  EXPECT_FALSE(pool.request(question(0, "ann", "secret"), reply_));
  EXPECT_FALSE(pool.request(question(1, "ann", "secret"), reply_));
  hasher_.begun.acquire();
  hasher_.go.release(2);
  pool.stop();
  EXPECT_GE(reply_.answers().size(), 1U);
  const auto after = pool.request(question(2, "ann", "secret"), reply_);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->verdict, AuthenticationVerdict::kBusy);
}

}  // namespace
}  // namespace godwit::net::test
