#include "broker/app/open_files.h"

#include <gtest/gtest.h>

namespace godwit::app {
namespace {

TEST(ConnectionsThatFit, are_what_is_wanted_while_the_limit_allows) {
  EXPECT_EQ(connections_that_fit(1000, 1'048'576), 1000U);
  EXPECT_EQ(connections_that_fit(1'000'000, UINT64_MAX), 1'000'000U);
}

TEST(ConnectionsThatFit, leave_files_for_the_process_itself) {
  EXPECT_EQ(connections_that_fit(1'000'000, 20'000), 19'744U);
  EXPECT_EQ(connections_that_fit(1'000'000, 256), 128U);
  EXPECT_EQ(connections_that_fit(1'000'000, 1), 1U);
}

TEST(RaiseOpenFilesLimit, never_lowers_it) {
  const std::uint64_t first = raise_open_files_limit();
  EXPECT_EQ(raise_open_files_limit(), first);
}

}  // namespace
}  // namespace godwit::app
