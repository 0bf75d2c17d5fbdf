// Numbers of slots.

#include "broker/front/ids.h"

#include <gtest/gtest.h>

namespace godwit::front {
namespace {

// A timer carries 31 bits of it. One more and its slot is not found again: a session would never
// expire once 2^31 sessions have been.
TEST(Generation, fits_beside_the_kind_of_a_timer) {
  EXPECT_EQ(next_generation(0), 1U);
  EXPECT_EQ(next_generation(0x7FFF'FFFFU), 0U);
  for (const std::uint32_t generation : {1U, 0x7FFF'FFFEU, 0x7FFF'FFFFU}) {
    EXPECT_EQ((next_generation(generation) << 1U | 1U) >> 1U, next_generation(generation));
  }
}

}  // namespace
}  // namespace godwit::front
