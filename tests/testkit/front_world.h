// A whole process of fronts in one thread, with hand-moved time: what `net` does, turn by turn as
// in broker/net/io_thread.h. Clients talk bytes; nothing is mocked but the sockets.
//
// A front gets a turn only when something is due for it: input, mail, a socket that takes bytes
// again, or its own next_deadline(). So a front that forgets to ask for a turn hangs here too.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"
#include "broker/access/authentication_methods.h"
#include "broker/access/policy.h"
#include "broker/front/front.h"
#include "broker/front/pending_connect.h"
#include "tests/testkit/test_client.h"

namespace godwit::testkit {

// Counts; good enough for made-up client ids.
class CountingRandom : public Random {
 public:
  std::uint64_t next_u64() override { return next_ += 0x9E3779B97F4A7C15U; }

 private:
  std::uint64_t next_ = 0;
};

class QuietLogSink : public LogSink {
 public:
  void write(LogLevel, std::string_view line, std::string_view, bool) override { last_line = line; }
  [[nodiscard]] LogLevel level() const override { return LogLevel::kTrace; }
  std::string last_line;
};

struct WorldOptions {
  std::uint16_t thread_count = 1;
  session::SessionLimits limits = {};
  front::TurnLimits turn = {};
  routing::RetainedLimits retained = {};
  std::size_t memory_budget_bytes = std::size_t{1} << 30U;
  front::Offers offers = {};
  routing::ShareStrategy share_strategy = routing::ShareStrategy::kRoundRobin;
  // Null: everything is allowed.
  std::shared_ptr<const access::Policy> policy = nullptr;
  // If set, threads take turns in an order drawn from it, and may stand still between any two
  // posts of one turn's mail. Else they go round in order and post at once.
  std::optional<std::uint64_t> seed = std::nullopt;
};

class FrontWorld {
 public:
  explicit FrontWorld(const WorldOptions& options = {});

  // A network connection to one of the fronts; nothing has been sent on it.
  TestClient& open(std::size_t thread = 0);
  // Opens, sends CONNECT, and expects a CONNACK with success.
  TestClient& connect(std::string_view client_id, const mqtt::Connect& options = plain_connect(),
                      std::size_t thread = 0);
  TestClient& connect(std::string_view client_id, const ConnectSpec& spec, std::size_t thread = 0);
  // 3.1.1, clean session, no keep alive.
  [[nodiscard]] static mqtt::Connect plain_connect();
  [[nodiscard]] static mqtt::Connect v5_connect(bool clean_start = true);

  // Runs turns until nothing is due any more.
  void settle();
  // One turn, or one post of mail, of one thread that has something due; false if none has.
  bool step();
  // Time passes; timers fire on the way.
  void advance(Duration duration);
  // The clock moves on, and nothing happens yet.
  void pass_time(Duration duration) { now_ += duration; }
  // Every front is told to stop, in its next turn.
  void stop();
  void publish_internal(std::string_view topic, std::string_view payload);
  // As the layers between socket and packets tell it, before the client has sent anything.
  void identify(TestClient& client, front::PeerIdentity identity);
  // Of every front.
  void set_policy(const access::Policy& policy);

  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] std::size_t thread_count() const { return threads_.size(); }
  [[nodiscard]] front::Front& front(std::size_t thread) { return *threads_[thread].front; }
  // Open connections of all fronts.
  [[nodiscard]] std::size_t connection_count() const;
  // Bytes that wait in all outboxes.
  [[nodiscard]] std::size_t outbox_bytes() const;
  // Batches of mail that the fronts have sent each other.
  [[nodiscard]] std::size_t mail_batches() const { return mail_batches_; }
  // The value of a metric over all threads, with one label value or none.
  [[nodiscard]] std::int64_t metric(std::string_view name, std::string_view label_value = {}) const;

  // The same, to be read often. Without a label.
  class Reading {
   public:
    [[nodiscard]] std::int64_t now() const {
      std::int64_t sum = 0;
      for (const Metric* metric : metrics_) {
        sum += metric->read();
      }
      return sum;
    }

   private:
    friend class FrontWorld;
    std::vector<const Metric*> metrics_;
  };
  [[nodiscard]] Reading reading(std::string_view name) const;

  // What authentication answers; everybody is let in under the given user name by default.
  std::function<access::AuthenticationResult(const access::Credentials&)> authenticate;
  // The methods of enhanced authentication; none by default.
  access::AuthenticationMethods methods;
  // True: answers wait until answer_authentications().
  bool hold_authentications = false;
  void answer_authentications();
  QuietLogSink log_sink;

 private:
  friend class TestClient;

  // A batch, or a socket on its way to another thread.
  struct Mail {
    front::MailBatch batch;
    TestClient* client = nullptr;
    std::unique_ptr<front::PendingConnect> connect;
  };
  struct Authentication {
    front::ConnectionId connection;
    access::AuthenticationResult result;
  };
  struct Thread {
    std::unique_ptr<MetricSheet> metrics = std::make_unique<MetricSheet>();
    std::unique_ptr<front::Front> front;
    std::map<front::ConnectionIndex, TestClient*> clients;
    std::deque<Mail> inbox;
    std::deque<std::pair<std::size_t, front::MailBatch>> unposted;
    std::deque<Authentication> authentications;
    std::vector<front::Authenticate> held_authentications;
    std::vector<std::pair<std::string, std::string>> internal_publishes;
    bool stop_asked = false;
  };

  [[nodiscard]] access::AuthenticationResult answer(access::AuthenticationQuestion question) const;
  [[nodiscard]] bool due(const Thread& thread) const;
  [[nodiscard]] static bool due(const TestClient& client);
  void run_turn(Thread& thread);
  void take_mail(Thread& thread, front::Turn& turn);
  void finish_turn(Thread& thread, front::Turn& turn);
  void collect_mail(Thread& thread);
  void flush_turn(Thread& thread, front::Turn& turn);
  void post(Thread& thread);
  void post_next(Thread& thread);
  bool carry_out_effects(Thread& thread, front::Turn& turn);
  void carry_out(Thread& thread, front::Effect& effect, front::Turn& turn);
  void hand_over(Thread& thread, front::HandOver& effect);
  bool settle_lost(Thread& thread, front::Turn& turn);
  void feed(TestClient& client, front::Turn& turn);
  bool flush(TestClient& client, std::size_t bytes_max, front::Turn& turn);
  bool flush_all(Thread& thread, front::Turn& turn);
  void forget(TestClient& client);

  CountingRandom random_;
  std::mt19937_64 chance_;
  bool in_order_ = true;
  Instant now_ = Instant(std::chrono::hours(1));
  std::vector<Thread> threads_;
  std::size_t next_thread_ = 0;
  std::size_t mail_batches_ = 0;
  std::vector<std::unique_ptr<TestClient>> clients_;
};

}  // namespace godwit::testkit
