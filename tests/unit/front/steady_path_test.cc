// On the steady path nothing is allocated for a message, at no QoS, to one or to many: a Front is
// driven as broker/net drives it, and operator new is counted.

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "broker/front/front.h"
#include "tests/testkit/front_world.h"
#include "tests/testkit/shorthand.h"
#include "tests/unit/routing/allocation_count.h"

namespace godwit {
namespace {

using front::ConnectionIndex;
using mqtt::PacketId;
using mqtt::PacketType;
using mqtt::ProtocolVersion;
using mqtt::Qos;
using routing::testing::allocation_count;
using testkit::make_ack;
using testkit::make_publish;

constexpr std::uint16_t kMessages = 20;

class SteadyPath : public testing::TestWithParam<int> {
 protected:
  SteadyPath()
      : front_({.hash_key = {1, 2}}, access::Policy::allow_all(), random_, metrics_, Log(log_sink_),
               Instant{}) {}

  ConnectionIndex connect(const std::string& client_id) {
    front::Turn turn{now_};
    const ConnectionIndex index = *front_.accept({"test", "tcp"}, turn);
    say(index, testkit::connect_bytes(client_id, {.version = ProtocolVersion::k3_1_1}));
    for (front::Effect& effect : std::exchange(front_.effects(), {})) {
      if (const auto* asked = std::get_if<front::Authenticate>(&effect)) {
        front_.authenticated(asked->connection,
                             {.verdict = access::AuthenticationVerdict::kAccepted}, turn);
      }
    }
    end_turn();
    return index;
  }
  void subscribe(ConnectionIndex client, Qos qos) {
    Bytes raw;
    Bytes packet;
    mqtt::encode(testkit::make_subscribe(raw, "t", {.qos = qos}, 1), ProtocolVersion::k3_1_1,
                 packet);
    say(client, packet);
    end_turn();
  }
  void say(ConnectionIndex client, ByteView bytes) {
    front::Turn turn{now_};
    EXPECT_EQ(front_.receive(client, bytes, turn), bytes.size());
  }
  // What subscribers answer to kMessages messages from `first_id` on.
  void acknowledge(const std::vector<ConnectionIndex>& clients, PacketType type,
                   std::uint16_t first_id) {
    acks_.clear();
    for (std::uint16_t i = 0; i < kMessages; ++i) {
      mqtt::encode(make_ack(type, PacketId(static_cast<std::uint16_t>(first_id + i))),
                   ProtocolVersion::k3_1_1, acks_);
    }
    for (const ConnectionIndex client : clients) {
      say(client, acks_);
    }
    end_turn();
  }
  // The sockets take everything.
  void end_turn() {
    front::Turn turn{now_};
    front_.tick(turn);
    dirty_.clear();
    front_.take_dirty(dirty_);
    for (const ConnectionIndex client : dirty_) {
      std::array<ByteView, 16> chunks;
      while (const std::size_t count = front_.outbox(client).gather(chunks)) {
        std::size_t bytes = 0;
        for (std::size_t i = 0; i < count; ++i) {
          bytes += chunks[i].size();
        }
        written_ += bytes;
        front_.written(client, bytes, turn);
      }
    }
  }

  Instant now_{};
  testkit::CountingRandom random_;
  MetricSheet metrics_;
  testkit::QuietLogSink log_sink_;
  front::Front front_;
  std::vector<ConnectionIndex> dirty_;
  Bytes acks_;
  std::size_t written_ = 0;
};

// What a publisher says in a turn, then its PUBRELs; and what each subscriber answers.
TEST_P(SteadyPath, allocates_nothing) {
  const auto qos = static_cast<Qos>(GetParam());
  for (const int receivers : {1, 30}) {
    const ConnectionIndex publisher = connect("p" + std::to_string(receivers));
    std::vector<ConnectionIndex> subscribers;
    for (int i = 0; i < receivers; ++i) {
      subscribers.push_back(connect("s" + std::to_string(receivers) + "-" + std::to_string(i)));
      subscribe(subscribers.back(), qos);
    }
    Bytes publishes;
    Bytes releases;
    for (std::uint16_t id = 1; id <= kMessages; ++id) {
      const bool has_id = qos != Qos::kAtMostOnce;
      mqtt::encode(make_publish("t", std::string(100, 'x'), qos, has_id ? id : 0),
                   ProtocolVersion::k3_1_1, publishes);
      mqtt::encode(make_ack(PacketType::kPubrel, PacketId(id)), ProtocolVersion::k3_1_1, releases);
    }
    std::uint16_t next_id = 1;
    const auto round = [&] {
      say(publisher, publishes);
      end_turn();
      if (qos == Qos::kExactlyOnce) {
        say(publisher, releases);
      }
      if (qos == Qos::kAtLeastOnce) {
        acknowledge(subscribers, PacketType::kPuback, next_id);
      } else if (qos == Qos::kExactlyOnce) {
        acknowledge(subscribers, PacketType::kPubrec, next_id);
        acknowledge(subscribers, PacketType::kPubcomp, next_id);
      }
      next_id = static_cast<std::uint16_t>(next_id + kMessages);
    };
    for (int i = 0; i < 20; ++i) {
      round();  // Buffers grow to what they need.
    }
    const std::size_t before = allocation_count();
    const std::size_t written_before = written_;
    round();
    EXPECT_EQ(allocation_count(), before) << receivers << " receivers";
    EXPECT_GT(written_, written_before + static_cast<std::size_t>(receivers) * kMessages * 100);
    for (const ConnectionIndex client : subscribers) {
      front::Turn turn{now_};
      front_.lost(client, turn);
      front_.release(client);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Qos, SteadyPath, testing::Values(0, 1, 2));

}  // namespace
}  // namespace godwit
