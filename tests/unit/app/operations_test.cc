#include "broker/app/operations.h"

#include <gtest/gtest.h>

#include "broker/app/version.h"

namespace godwit::app {
namespace {

TEST(NodeOperations, is_ready_between_start_and_stop_and_says_why_not) {
  NodeOperations operations({});
  EXPECT_FALSE(operations.readiness().ready);
  EXPECT_EQ(operations.readiness().reason, "starting");
  operations.set_phase(NodeOperations::Phase::kReady);
  EXPECT_TRUE(operations.readiness().ready);
  operations.set_phase(NodeOperations::Phase::kStopping);
  EXPECT_FALSE(operations.readiness().ready);
  EXPECT_EQ(operations.readiness().reason, "stopping");
}

TEST(NodeOperations, names_the_build) {
  const NodeOperations operations({});
  EXPECT_EQ(operations.version().version, kVersion);
  EXPECT_FALSE(operations.version().revision.empty());
  EXPECT_FALSE(operations.version().build.empty());
}

}  // namespace
}  // namespace godwit::app
