// What the distributor makes of what the threads say of their load.
#include "broker/net/distributor.h"

#include <gtest/gtest.h>

#include <vector>

namespace godwit::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class SilentBell final : public Waker {
 public:
  void wake() override {}
};

constexpr std::size_t kMailboxItemsMax = 8;

class DistributorTest : public testing::Test {
 protected:
  [[nodiscard]] Distributor distributor(const PlacementSettings& settings) {
    return {{{&first_, &first_probe_}, {&second_, &second_probe_}}, settings, start_};
  }
  // How many sockets `mailbox` has been given; takes them out.
  [[nodiscard]] static std::size_t take(IoMailbox& mailbox) {
    std::vector<IoMail> mail;
    mailbox.drain(mail);
    return mail.size();
  }

  const Instant start_{seconds(100)};
  SilentBell bell_;
  IoMailbox first_{kMailboxItemsMax, bell_};
  IoMailbox second_{kMailboxItemsMax, bell_};
  MetricSheet metrics_;
  IoProbe first_probe_{metrics_, ThreadIndex(0)};
  IoProbe second_probe_{metrics_, ThreadIndex(1)};
};

TEST_F(DistributorTest, sockets_on_their_way_to_a_thread_count) {
  Distributor spread = distributor({.rule = PlacementRule::kSpread});
  for (int i = 0; i < 6; ++i) {
    NewSocket fresh;
    ASSERT_TRUE(spread.place(fresh));
  }
  EXPECT_EQ(take(first_), 3U);
  EXPECT_EQ(take(second_), 3U);
}

TEST_F(DistributorTest, a_socket_counts_once_until_it_is_closed) {
  Distributor spread = distributor({.rule = PlacementRule::kSpread});
  for (int i = 0; i < 4; ++i) {
    NewSocket fresh;
    ASSERT_TRUE(spread.place(fresh));
  }
  for (IoProbe* probe : {&first_probe_, &second_probe_}) {
    for (int i = 0; i < 2; ++i) {
      probe->socket_taken();
      probe->socket_opened();
    }
  }
  second_probe_.socket_closed();
  second_probe_.socket_closed();
  static_cast<void>(take(first_));
  static_cast<void>(take(second_));
  for (int i = 0; i < 2; ++i) {
    NewSocket fresh;
    ASSERT_TRUE(spread.place(fresh));
  }
  EXPECT_EQ(take(first_), 0U);
  EXPECT_EQ(take(second_), 2U);
}

TEST_F(DistributorTest, a_connection_that_moved_counts_where_it_is) {
  Distributor spread = distributor({.rule = PlacementRule::kSpread});
  // Two began on the first thread and were handed over to the second.
  for (int i = 0; i < 2; ++i) {
    NewSocket fresh;
    ASSERT_TRUE(spread.place(fresh));
    first_probe_.socket_taken();
    second_probe_.socket_opened();
  }
  static_cast<void>(take(first_));
  static_cast<void>(take(second_));
  first_probe_.socket_opened();
  NewSocket fresh;
  ASSERT_TRUE(spread.place(fresh));
  EXPECT_EQ(take(first_), 1U);
}

TEST_F(DistributorTest, a_thread_that_worked_most_of_the_last_second_is_busy) {
  Distributor gather = distributor({.rule = PlacementRule::kGather});
  const auto place_once = [&] {
    NewSocket fresh;
    EXPECT_TRUE(gather.place(fresh));
    first_probe_.socket_taken();
    first_probe_.socket_opened();
    second_probe_.socket_taken();
    return std::pair(take(first_), take(second_));
  };
  constexpr std::pair<std::size_t, std::size_t> kFirst{1, 0};
  constexpr std::pair<std::size_t, std::size_t> kSecond{0, 1};
  EXPECT_EQ(place_once(), kFirst);
  first_probe_.worked(milliseconds(699));
  gather.look(start_ + seconds(1));
  EXPECT_EQ(place_once(), kFirst);
  first_probe_.worked(milliseconds(700));
  gather.look(start_ + seconds(2));
  EXPECT_EQ(place_once(), kSecond);
  gather.look(start_ + seconds(2));
  EXPECT_EQ(place_once(), kSecond) << "no time has passed: what was seen holds";
  gather.look(start_ + seconds(3));
  EXPECT_EQ(place_once(), kFirst) << "that second was idle";
}

TEST_F(DistributorTest, a_full_mailbox_refuses_and_leaves_the_socket_alone) {
  Distributor gather = distributor({.rule = PlacementRule::kGather});
  for (std::size_t i = 0; i < kMailboxItemsMax; ++i) {
    NewSocket fresh;
    ASSERT_TRUE(gather.place(fresh));
  }
  NewSocket refused;
  refused.address = "somebody";
  EXPECT_FALSE(gather.place(refused));
  EXPECT_EQ(refused.address, "somebody");
  EXPECT_EQ(take(first_), kMailboxItemsMax);
  EXPECT_TRUE(gather.place(refused));
  EXPECT_EQ(take(first_), 1U);
}

}  // namespace
}  // namespace godwit::net
