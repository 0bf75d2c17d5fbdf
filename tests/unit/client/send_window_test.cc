// Against a naive twin, by chance.
#include "broker/client/send_window.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>

#include "tests/unit/client/fixture.h"

namespace godwit::client::test {
namespace {

// MQTT-4.6.0-1: nothing new overtakes what is to be sent again.
TEST(SendWindow, has_no_room_while_older_ones_wait) {
  SendWindow window;
  window.begin_connection(10);
  window.make_room();
  window.add(mqtt::PacketId(1), kQos1, as_bytes("x"));
  EXPECT_TRUE(window.has_room());
  window.begin_connection(10);
  EXPECT_FALSE(window.has_room());
  EXPECT_NE(window.next_resend(), nullptr);
  EXPECT_TRUE(window.has_room());
}

struct Twin {
  mqtt::PacketId id;
  mqtt::Qos qos;
  bool released = false;
};

class SendWindowTwin : public testing::TestWithParam<unsigned> {
 protected:
  mqtt::PacketId free_id() {
    window_.make_room();
    mqtt::PacketId id;
    do {
      id = mqtt::PacketId(static_cast<std::uint16_t>(chance_()));
    } while (!window_.is_free(id));
    return id;
  }

  void add() {
    if (!window_.has_room()) {
      return;
    }
    const mqtt::Qos qos = chance_() % 2 == 0 ? kQos1 : kQos2;
    const mqtt::PacketId id = free_id();
    window_.add(id, qos, as_bytes("0123456789"));
    twin_.push_back({id, qos});
  }

  void acknowledge() {
    if (twin_.empty()) {
      return;
    }
    const auto at = twin_.begin() + static_cast<std::ptrdiff_t>(chance_() % twin_.size());
    if (at->qos == kQos1) {
      EXPECT_EQ(window_.pubcomp(at->id), AckOutcome::kWrongPacket);
      EXPECT_EQ(window_.puback(at->id), AckOutcome::kFinished);
      twin_.erase(at);
    } else if (at->released) {
      EXPECT_EQ(window_.puback(at->id), AckOutcome::kWrongPacket);
      EXPECT_EQ(window_.pubcomp(at->id), AckOutcome::kFinished);
      twin_.erase(at);
    } else {
      EXPECT_EQ(window_.pubrec(at->id, false), AckOutcome::kSendPubrel);
      Twin moved = *at;
      moved.released = true;
      twin_.erase(at);
      twin_.push_back(moved);
    }
  }

  void reconnect() {
    window_.begin_connection(60'000);
    for (const Twin& expected : twin_) {
      const InFlight* entry = window_.next_resend();
      ASSERT_NE(entry, nullptr);
      EXPECT_EQ(entry->packet_id, expected.id);
      EXPECT_EQ(entry->packet.empty(), expected.released);
    }
    EXPECT_EQ(window_.next_resend(), nullptr);
  }

  std::mt19937 chance_{GetParam()};
  SendWindow window_;
  std::deque<Twin> twin_;
};

TEST_P(SendWindowTwin, agrees) {
  window_.begin_connection(60'000);
  for (int step = 0; step < 3'000; ++step) {
    const auto choice = chance_() % 100;
    if (choice < 55) {
      add();
    } else if (choice < 99) {
      acknowledge();
    } else {
      reconnect();
    }
    ASSERT_EQ(window_.size(), twin_.size());
  }
  const auto released =
      std::count_if(twin_.begin(), twin_.end(), [](const Twin& entry) { return entry.released; });
  EXPECT_EQ(window_.bytes(), (twin_.size() - static_cast<std::size_t>(released)) * 10);
  const std::vector<mqtt::PacketId> discarded = window_.discard_all();
  ASSERT_EQ(discarded.size(), twin_.size());
  for (std::size_t i = 0; i < discarded.size(); ++i) {
    EXPECT_EQ(discarded[i], twin_[i].id);
  }
  EXPECT_EQ(window_.bytes(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SendWindowTwin, testing::Range(1U, 9U));

}  // namespace
}  // namespace godwit::client::test
