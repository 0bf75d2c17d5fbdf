#include "broker/host/host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/session_sim/node_kit.h"

namespace godwit::host {
namespace {

using records::Owned;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr ShardId kShard{1};
constexpr ThreadIndex kThread{2};

class HostTest : public testing::Test {
 protected:
  HostTest() { settle(); }

  void settle() {
    node_.settle();
    static_cast<void>(node_.answers());
  }
  static records::Open open(const std::string& client) {
    return {.client_id = client,
            .connection = connection_number(kThread, 5),
            .expiry_interval_seconds = 100,
            .receive_maximum = 10,
            .queue_messages_max = 100,
            .queue_bytes_max = 100'000};
  }
  void request(records::Command command, std::uint64_t token = 1) {
    node_.host().request({kThread, kShard, Token(token), std::move(command)});
  }
  void publish(std::string_view payload, std::uint64_t token, mqtt::Qos qos) {
    node_.host().publish({kThread, kShard, Token(token), make_record("t", payload, qos)});
  }
  // Opens the session and returns by what it is owned.
  Owned opened(records::Open command) {
    request(std::move(command));
    const auto answers = node_.round();
    const shard::Owner owner =
        std::get<shard::Opened>(std::get<Told>(answers.at(0).answer).event).owner;
    return {owner.session, owner.epoch};
  }
  Owned subscriber() {
    const Owned by = opened(open("a"));
    request(records::Subscribe{by, {{"t", {.qos = mqtt::Qos::kExactlyOnce}}}});
    static_cast<void>(node_.round());
    return by;
  }

  void subscriber_again() {
    publish("x", 9, mqtt::Qos::kAtLeastOnce);
    node_.turn();
  }

  Disk disk_;
  NodeKit node_{disk_, 1, Instant(std::chrono::hours(1))};
};

TEST_F(HostTest, answers_when_the_disk_has_it_and_not_before) {
  request(open("a"), 7);
  node_.turn();
  EXPECT_THAT(node_.answers(), IsEmpty());
  node_.cycle();
  EXPECT_THAT(node_.answers(), IsEmpty());
  node_.turn();
  const auto answers = node_.answers();
  ASSERT_THAT(answers, SizeIs(2));
  EXPECT_EQ(answers[0].to, kThread);
  EXPECT_TRUE(std::holds_alternative<Told>(answers[0].answer));
  EXPECT_EQ(std::get<Done>(answers[1].answer).token, Token(7));
}

TEST_F(HostTest, gathers_what_comes_while_the_disk_writes) {
  subscriber();
  publish("1", 1, mqtt::Qos::kAtLeastOnce);
  node_.turn();
  for (std::uint64_t token = 2; token <= 50; ++token) {
    publish("x", token, mqtt::Qos::kAtLeastOnce);
    node_.turn();
  }
  node_.cycle();
  node_.turn();
  // Two entries were on their way; the rest gathered behind them.
  EXPECT_THAT(node_.answers(), SizeIs(2 + 2));
  node_.cycle();
  node_.turn();
  std::size_t done = 0;
  for (const Answers::One& one : node_.answers()) {
    done += std::holds_alternative<Done>(one.answer) ? 1 : 0;
  }
  EXPECT_EQ(done, 48);
}

TEST_F(HostTest, delivers_to_the_thread_of_the_connection) {
  const Owned by = subscriber();
  publish("hello", 3, mqtt::Qos::kAtLeastOnce);
  const auto answers = node_.round();
  ASSERT_THAT(answers, SizeIs(2));
  const auto& delivered = std::get<Delivered>(answers[1].answer);
  EXPECT_EQ(answers[1].to, kThread);
  EXPECT_EQ(delivered.delivery.owner.session, by.session);
  EXPECT_EQ(payload_of(delivered.record), "hello");
}

TEST_F(HostTest, refuses_what_is_too_much) {
  Disk disk;
  NodeKit small(disk, 1, Instant(std::chrono::hours(1)),
                {.waiting_bytes_max = 100, .waiting_requests_max = 2});
  small.settle();
  static_cast<void>(small.answers());
  for (std::uint64_t token = 1; token <= 3; ++token) {
    small.host().publish({kThread, kShard, Token(token), std::string(60, 'x')});
  }
  std::vector<std::uint64_t> busy;
  for (const Answers::One& one : small.answers()) {
    EXPECT_EQ(std::get<Refused>(one.answer).reason, Refusal::kBusy);
    busy.push_back(std::get<Refused>(one.answer).token.value());
  }
  EXPECT_THAT(busy, ElementsAre(2, 3));
}

TEST_F(HostTest, refuses_what_no_entry_can_hold) {
  Disk disk;
  NodeKit small(disk, 1, Instant(std::chrono::hours(1)), {.record_bytes_max = 100});
  small.settle();
  static_cast<void>(small.answers());
  small.host().publish({kThread, kShard, Token(1), std::string(101, 'x')});
  small.host().request({kThread, kShard, Token(2),
                        records::Qos2Receive{{}, mqtt::PacketId(1), std::string(101, 'x'), {}}});
  for (const Answers::One& one : small.answers()) {
    EXPECT_EQ(std::get<Refused>(one.answer).reason, Refusal::kTooLarge);
  }
}

// Requests of several entries at once: in order, and none is left behind.
TEST_F(HostTest, makes_as_many_entries_as_requests_need) {
  Disk disk;
  NodeKit small(disk, 1, Instant(std::chrono::hours(1)), {.entry_bytes_max = 200});
  small.settle();
  static_cast<void>(small.answers());
  std::vector<std::uint64_t> expected;
  for (std::uint64_t token = 1; token <= 9; ++token) {
    small.host().request({kThread, kShard, Token(token),
                          records::Qos2Receive{{}, mqtt::PacketId(1), std::string(90, 'x'), {}}});
    expected.push_back(token);
  }
  std::vector<std::uint64_t> done;
  for (int round = 0; round < 8; ++round) {
    for (const Answers::One& one : small.round()) {
      done.push_back(std::get<Done>(one.answer).token.value());
    }
  }
  EXPECT_EQ(done, expected);
}

// An orderly end while the last save is on its way.
TEST_F(HostTest, saves_all_at_any_time) {
  subscriber();
  node_.host().save_all();
  node_.turn();
  subscriber_again();
  node_.host().save_all();
}

TEST_F(HostTest, refuses_before_the_shard_is_led) {
  Disk disk;
  NodeKit node(disk, 1, Instant(std::chrono::hours(1)));
  node.host().request({kThread, kShard, Token(4), open("a")});
  const auto answers = node.answers();
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_EQ(std::get<Refused>(answers[0].answer).reason, Refusal::kUnavailable);
}

TEST_F(HostTest, passes_on_qos_2_to_other_shards_and_completes_when_they_have_it) {
  const Owned by = opened(open("a"));
  request(records::Qos2Receive{by,
                               mqtt::PacketId(9),
                               make_record("t", "x", mqtt::Qos::kExactlyOnce),
                               {{ShardId(2)}, {}, {}}});
  request(records::Qos2Release{by, mqtt::PacketId(9)});
  std::vector<std::string> told;
  for (int round = 0; round < 5; ++round) {
    for (const Answers::One& one : node_.round()) {
      if (const auto* event = std::get_if<Told>(&one.answer)) {
        told.push_back(std::holds_alternative<shard::Qos2Received>(event->event) ? "pubrec"
                                                                                 : "pubcomp");
      }
    }
  }
  EXPECT_THAT(told, ElementsAre("pubrec", "pubcomp"));
  bool left = false;
  node_.host().seat(kShard).shard().outboxes().for_each(
      [&](const auto&, const auto&, const auto&) { left = true; });
  EXPECT_FALSE(left);
}

TEST_F(HostTest, asks_for_a_match_of_a_will_and_brings_it_to_clean_sessions) {
  records::Open with_will = open("a");
  with_will.will = records::Will{make_record("w", "gone", mqtt::Qos::kAtLeastOnce), 0};
  request(records::Close{.by = opened(with_will), .keeps_will = true});
  const auto closed = node_.round();
  ASSERT_THAT(closed, SizeIs(2));
  const auto& will = std::get<WillToMatch>(closed[0].answer);
  EXPECT_EQ(payload_of(will.record), "gone");
  request(records::WillFire{will.due.session, will.due.will, {{}, {NodeId(1)}, {}}});
  const auto fired = node_.round();
  ASSERT_THAT(fired, SizeIs(2));
  const auto& message = std::get<ForNode>(fired[0].answer);
  EXPECT_EQ(payload_of(message.record), "gone");
  request(records::OutboxDone{records::Destination(NodeId(1)), message.sequence});
  static_cast<void>(node_.round());
  EXPECT_EQ(node_.host().seat(kShard).shard().outboxes().bytes(), 0);
}

TEST_F(HostTest, writes_an_entry_when_a_session_expires) {
  const Owned by = subscriber();
  request(records::Close{.by = by});
  static_cast<void>(node_.round());
  node_.pass(std::chrono::seconds(99));
  settle();
  EXPECT_EQ(node_.host().seat(kShard).shard().sessions().size(), 1);
  EXPECT_LE(node_.host().next_deadline(), node_.now() + std::chrono::seconds(1));
  node_.pass(std::chrono::seconds(1));
  settle();
  EXPECT_EQ(node_.host().seat(kShard).shard().sessions().size(), 0);
}

// A process that starts again on the disk of the last one, whose connections had the same numbers.
TEST_F(HostTest, tells_nobody_what_it_reads_back_from_the_log) {
  subscriber();
  publish("hello", 3, mqtt::Qos::kAtLeastOnce);
  static_cast<void>(node_.round());
  NodeKit again(disk_, 2, node_.now() + std::chrono::seconds(5));
  EXPECT_EQ(again.problem(), "");
  again.settle();
  EXPECT_THAT(again.answers(), IsEmpty());
  EXPECT_EQ(again.host().seat(kShard).shard().sessions().size(), 1);
}

// What is in the saved state, so that no entry is read back that would send it.
TEST_F(HostTest, sends_on_after_a_start_what_other_shards_do_not_have) {
  const Owned by = opened(open("a"));
  request(records::Qos2Receive{by,
                               mqtt::PacketId(9),
                               make_record("t", "x", mqtt::Qos::kExactlyOnce),
                               {{ShardId(2)}, {}, {}}});
  static_cast<void>(node_.round());
  ASSERT_GT(node_.host().seat(kShard).shard().outboxes().bytes(), 0);
  node_.host().save_all();
  node_.turn();
  node_.cycle();
  NodeKit again(disk_, 2, node_.now() + std::chrono::seconds(5));
  EXPECT_EQ(again.problem(), "");
  again.settle();
  EXPECT_EQ(again.host().seat(kShard).shard().outboxes().bytes(), 0);
}

// P-15: state lags by a second, and rides along or is written without a sync.
TEST_F(HostTest, writes_state_a_second_later) {
  subscriber();
  static_cast<void>(node_.round());
  const raft::LogIndex before = node_.host().seat(kShard).saved_index();
  node_.pass(std::chrono::seconds(1));
  node_.turn();
  node_.cycle();
  node_.turn();
  EXPECT_GT(node_.host().seat(kShard).saved_index(), before);
}

}  // namespace
}  // namespace godwit::host
