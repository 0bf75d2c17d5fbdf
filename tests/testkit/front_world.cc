#include "tests/testkit/front_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>

namespace godwit::testkit {

FrontWorld::FrontWorld(const WorldOptions& options)
    : chance_(options.seed.value_or(0)),
      in_order_(!options.seed.has_value()),
      threads_(options.thread_count) {
  authenticate = [](const access::Credentials& credentials) {
    return access::AuthenticationResult{
        .verdict = access::AuthenticationVerdict::kAccepted,
        .principal = {.tenant = TenantId(0), .user_name = credentials.user_name.value_or("")}};
  };
  const auto policy = options.policy != nullptr ? options.policy : access::Policy::allow_all();
  for (std::uint16_t i = 0; i < options.thread_count; ++i) {
    const front::FrontSettings settings{.self = ThreadIndex(i),
                                        .thread_count = options.thread_count,
                                        .hash_key = {1, 2},
                                        .limits = options.limits,
                                        .turn = options.turn,
                                        .offers = options.offers,
                                        .share_strategy = options.share_strategy,
                                        .retained = options.retained,
                                        .memory_budget_bytes = options.memory_budget_bytes};
    Thread& thread = threads_[i];
    thread.front = std::make_unique<front::Front>(settings, policy, random_, *thread.metrics,
                                                  Log(log_sink), now_);
  }
}

TestClient& FrontWorld::open(std::size_t thread) {
  front::Turn turn{now_};
  const auto index = threads_[thread].front->accept({"test", "tcp"}, turn);
  if (!index) {
    throw std::runtime_error("the connection was not taken");
  }
  clients_.push_back(std::make_unique<TestClient>(*this, thread, *index));
  threads_[thread].clients[*index] = clients_.back().get();
  return *clients_.back();
}

mqtt::Connect FrontWorld::plain_connect() {
  mqtt::Connect connect;
  connect.version = mqtt::ProtocolVersion::k3_1_1;
  connect.clean_start = true;
  return connect;
}

mqtt::Connect FrontWorld::v5_connect(bool clean_start) {
  mqtt::Connect connect;
  connect.clean_start = clean_start;
  return connect;
}

TestClient& FrontWorld::connect(std::string_view client_id, const mqtt::Connect& options,
                                std::size_t thread) {
  TestClient& client = open(thread);
  mqtt::Connect connect = options;
  connect.client_id = client_id;
  client.send(connect);
  EXPECT_EQ(client.expect<mqtt::Connack>().reason_code, mqtt::ReasonCode::kSuccess);
  return client;
}

TestClient& FrontWorld::connect(std::string_view client_id, const ConnectSpec& spec,
                                std::size_t thread) {
  TestClient& client = open(thread);
  client.send_connect(client_id, spec);
  EXPECT_EQ(client.expect<mqtt::Connack>().reason_code, mqtt::ReasonCode::kSuccess);
  return client;
}

void FrontWorld::settle() {
  constexpr int kEndless = 1'000'000;
  int steps = 0;
  while (step()) {
    if (++steps == kEndless) {
      ADD_FAILURE() << "the fronts keep themselves busy";
      throw std::runtime_error("the fronts keep themselves busy");
    }
  }
}

void FrontWorld::advance(Duration duration) {
  const Instant end = now_ + duration;
  settle();
  while (now_ < end) {
    Instant next = end;
    for (const Thread& thread : threads_) {
      next = std::min(next, std::max(thread.front->next_deadline(), now_ + Duration(1)));
    }
    now_ = next;
    settle();
  }
}

void FrontWorld::stop() {
  for (Thread& thread : threads_) {
    thread.stop_asked = true;
  }
  settle();
}

void FrontWorld::identify(TestClient& client, front::PeerIdentity identity) {
  front(client.thread_).identified(client.index_, std::move(identity));
}

void FrontWorld::set_policy(const access::Policy& policy) {
  for (Thread& thread : threads_) {
    front::Turn turn{now_};
    thread.front->set_policy(policy, turn);
  }
}

void FrontWorld::publish_internal(std::string_view topic, std::string_view payload) {
  threads_[0].internal_publishes.emplace_back(topic, payload);
  settle();
}

access::AuthenticationResult FrontWorld::answer(access::AuthenticationQuestion question) const {
  if (auto* step = std::get_if<access::ExchangeStep>(&question)) {
    return methods.step(std::move(*step));
  }
  return authenticate(std::get<access::Credentials>(question));
}

void FrontWorld::answer_authentications() {
  for (Thread& thread : threads_) {
    for (front::Authenticate& asked : std::exchange(thread.held_authentications, {})) {
      thread.authentications.push_back({asked.connection, answer(std::move(asked.question))});
    }
  }
  settle();
}

std::size_t FrontWorld::connection_count() const {
  std::size_t sum = 0;
  for (const Thread& thread : threads_) {
    sum += thread.front->connection_count();
  }
  return sum;
}

std::size_t FrontWorld::outbox_bytes() const {
  std::size_t sum = 0;
  for (const Thread& thread : threads_) {
    for (const auto& [index, client] : thread.clients) {
      sum += thread.front->outbox(index).size();
    }
  }
  return sum;
}

FrontWorld::Reading FrontWorld::reading(std::string_view name) const {
  Reading reading;
  for (const Thread& thread : threads_) {
    for (const MetricSheet::Row& row : thread.metrics->rows()) {
      if (row.name.name == name) {
        reading.metrics_.push_back(&row.metric);
      }
    }
  }
  EXPECT_FALSE(reading.metrics_.empty()) << "no metric " << name;
  return reading;
}

std::int64_t FrontWorld::metric(std::string_view name, std::string_view label_value) const {
  std::int64_t sum = 0;
  bool found = false;
  for (const Thread& thread : threads_) {
    for (const MetricSheet::Row& row : thread.metrics->rows()) {
      if (row.name.name != name) {
        continue;
      }
      if (!label_value.empty() && row.name.label_value != label_value) {
        continue;
      }
      sum += row.metric.read();
      found = true;
    }
  }
  EXPECT_TRUE(found) << "no metric " << name << " " << label_value;
  return sum;
}

}  // namespace godwit::testkit
