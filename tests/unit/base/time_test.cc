#include "base/time.h"

#include <gtest/gtest.h>

namespace godwit {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr Instant at(Duration since_origin) { return Instant(since_origin); }

TEST(AddSaturating, adds) {
  EXPECT_EQ(add_saturating(at(seconds(5)), seconds(7)), at(seconds(12)));
  EXPECT_EQ(add_saturating(at(seconds(5)), Duration::zero()), at(seconds(5)));
}

TEST(AddSaturating, never_wraps) {
  // The longest interval a client can ask for, 2^32 - 1 seconds, repeated.
  const Duration longest = seconds(4'294'967'295);
  Instant later = at(hours(1));
  for (int i = 0; i < 4; ++i) {
    const Instant next = add_saturating(later, longest);
    EXPECT_GE(next, later);
    later = next;
  }
  EXPECT_EQ(later, kNever);
}

TEST(AddSaturating, what_is_never_stays_never) {
  EXPECT_EQ(add_saturating(kNever, Duration::zero()), kNever);
  EXPECT_EQ(add_saturating(kNever, seconds(1)), kNever);
  EXPECT_EQ(add_saturating(at(Duration::zero()), Duration::max()), kNever);
}

TEST(AddSaturating, the_last_real_instant_can_be_reached) {
  const Instant last = kNever - Duration(1);
  EXPECT_EQ(add_saturating(last - seconds(1), seconds(1)), last);
  EXPECT_EQ(add_saturating(last, Duration(1)), kNever);
}

}  // namespace
}  // namespace godwit
