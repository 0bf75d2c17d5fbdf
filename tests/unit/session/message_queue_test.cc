// What waits for one session, and what goes when it is too much.

#include "broker/session/message_queue.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "tests/unit/session/messages.h"

namespace godwit::session {
namespace {

using testing::message;
using testing::message_of_size;

SessionLimits limits_of(std::uint32_t messages_max, std::size_t bytes_max) {
  SessionLimits limits;
  limits.queue_messages_max = messages_max;
  limits.queue_bytes_max = bytes_max;
  return limits;
}

std::string pop_text(MessageQueue& queue) {
  return std::string(as_text(queue.pop().message->payload()));
}

TEST(MessageQueue, gives_back_messages_in_the_order_they_came_with_what_was_noted_of_them) {
  MessageQueue queue;
  EXPECT_EQ(queue.push({message("1"), mqtt::Qos::kAtLeastOnce, false}, {}).size(), 0U);
  EXPECT_EQ(queue.push({message("2"), mqtt::Qos::kExactlyOnce, true}, {}).size(), 0U);
  EXPECT_EQ(queue.size(), 2U);

  EXPECT_EQ(as_text(queue.front().message->payload()), "1");
  const OutgoingMessage first = queue.pop();
  EXPECT_EQ(first.qos, mqtt::Qos::kAtLeastOnce);
  EXPECT_FALSE(first.retain);
  const OutgoingMessage second = queue.pop();
  EXPECT_EQ(second.qos, mqtt::Qos::kExactlyOnce);
  EXPECT_TRUE(second.retain);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.bytes(), 0U);
}

TEST(MessageQueue, drops_the_oldest_when_there_are_too_many) {
  MessageQueue queue;
  const SessionLimits limits = limits_of(3, 1'000'000);
  for (const char* text : {"1", "2", "3"}) {
    EXPECT_EQ(queue.push({message(text)}, limits).size(), 0U);
  }

  EXPECT_EQ(queue.push({message("4")}, limits).size(), 1U);
  EXPECT_EQ(queue.push({message("5")}, limits).size(), 1U);

  EXPECT_EQ(queue.size(), 3U);
  for (const char* text : {"3", "4", "5"}) {
    EXPECT_EQ(pop_text(queue), text);
  }
}

TEST(MessageQueue, drops_as_many_of_the_oldest_as_the_bytes_of_one_more_ask_for) {
  MessageQueue queue;
  const SessionLimits limits = limits_of(100, 1'000);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(queue.push({message_of_size(200)}, limits).size(), 0U);
  }
  EXPECT_EQ(queue.bytes(), 1'000U);

  EXPECT_EQ(queue.push({message_of_size(401)}, limits).size(), 3U);

  EXPECT_EQ(queue.size(), 3U);
  EXPECT_EQ(queue.bytes(), 200U + 200U + 401U);
}

TEST(MessageQueue, takes_one_message_of_exactly_the_limit_and_none_above_it) {
  MessageQueue queue;
  const SessionLimits limits = limits_of(100, 1'000);
  EXPECT_EQ(queue.push({message_of_size(300)}, limits).size(), 0U);

  // Nothing that waits would make room for it, so nothing has to go.
  EXPECT_EQ(queue.push({message_of_size(1'001)}, limits).size(), 1U);
  EXPECT_EQ(queue.size(), 1U);
  EXPECT_EQ(queue.bytes(), 300U);

  EXPECT_EQ(queue.push({message_of_size(1'000)}, limits).size(), 1U);
  EXPECT_EQ(queue.size(), 1U);
  EXPECT_EQ(queue.bytes(), 1'000U);
}

TEST(MessageQueue, of_no_messages_drops_all_of_them) {
  MessageQueue queue;
  EXPECT_EQ(queue.push({message("1")}, limits_of(0, 1'000)).size(), 1U);
  EXPECT_TRUE(queue.empty());
}

TEST(MessageQueue, keeps_the_order_while_its_ring_goes_round_and_grows) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const SessionLimits limits =
        limits_of(static_cast<std::uint32_t>(1 + random() % 200), 5'000 + random() % 5'000);
    MessageQueue queue;
    std::deque<std::string> model;
    std::size_t model_bytes = 0;
    const std::size_t empty = message("")->size_bytes();
    for (int i = 0; i < 2'000; ++i) {
      // Phases of filling and of emptying.
      if (random() % 10 < (i / 250 % 2 == 0 ? 8U : 3U)) {
        const std::string text = std::to_string(i) + std::string(random() % 60, '.');
        std::size_t dropped = 0;
        while (!model.empty() && (model.size() >= limits.queue_messages_max ||
                                  model_bytes + empty + text.size() > limits.queue_bytes_max)) {
          model_bytes -= empty + model.front().size();
          model.pop_front();
          ++dropped;
        }
        model.push_back(text);
        model_bytes += empty + text.size();
        EXPECT_EQ(queue.push({message(text)}, limits).size(), dropped);
      } else if (!model.empty()) {
        EXPECT_EQ(pop_text(queue), model.front());
        model_bytes -= empty + model.front().size();
        model.pop_front();
      }
      ASSERT_EQ(queue.size(), model.size());
      ASSERT_EQ(queue.bytes(), model_bytes);
    }
  }
}

}  // namespace
}  // namespace godwit::session
