#include "storage/rocksdb/space.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "storage/rocksdb/node_directory.h"
#include "tests/unit/rocksdb/rows.h"

namespace godwit::storage::rocks {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;

TEST(FreeSpace, is_low_below_the_watermark) {
  FreeSpace space{.total_bytes = 1000, .free_bytes = 100, .watermark_bytes = 100};
  EXPECT_FALSE(space.low());
  space.free_bytes = 99;
  EXPECT_TRUE(space.low());
}

TEST(Space, measures_a_file_system) {
  const TemporaryFolder folder;
  const FreeSpace space = Space(folder.path(), {.percent = 10, .bytes_max = 5}).measure().value();
  EXPECT_GT(space.total_bytes, 0);
  EXPECT_LE(space.free_bytes, space.total_bytes);
  EXPECT_EQ(space.watermark_bytes, 5);
  EXPECT_FALSE(Space(folder.file("missing"), {}).measure());
}

// A disk of 48 MiB of our own; needs the right to mount.
class SmallDisk : public testing::Test {
 protected:
  static constexpr std::uint64_t kBallast = 16 * kMiB;

  void SetUp() override {
    if (::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=48m") != 0) {
      GTEST_SKIP() << "cannot mount a small disk: " << std::strerror(errno);
    }
    mounted_ = true;
  }
  void TearDown() override {
    if (mounted_) {
      EXPECT_EQ(::umount2(folder_.path().c_str(), MNT_DETACH), 0);
    }
  }
  [[nodiscard]] NodeDirectory open() {
    return NodeDirectory::open(folder_.file("node"), options_).value();
  }
  // Somebody else takes what is left, but for `bytes`.
  void leave_free(std::uint64_t bytes) {
    const FreeSpace space = Space(folder_.path(), {}).measure().value();
    const Descriptor file(::open(neighbour().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    ASSERT_EQ(::posix_fallocate(file.get(), 0, static_cast<off_t>(space.free_bytes - bytes)), 0);
  }
  [[nodiscard]] std::string neighbour() const { return folder_.file("neighbour"); }

  TemporaryFolder folder_;
  DirectoryOptions options_{.ballast = {.bytes = kBallast, .release_below_bytes = 8 * kMiB},
                            .watermark = {.percent = 10, .bytes_max = 100 * kMiB}};
  AbortOnFailure fatal_;
  bool mounted_ = false;
};

TEST_F(SmallDisk, ballast_takes_space_when_there_is_room) {
  NodeDirectory directory = open();
  const FreeSpace before = directory.space().measure().value();
  EXPECT_EQ(directory.ballast().restore(before).value(), true);
  const FreeSpace after = directory.space().measure().value();
  EXPECT_GE(before.free_bytes - after.free_bytes, kBallast);
  EXPECT_EQ(std::filesystem::status(folder_.file("node/ballast")).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(SmallDisk, ballast_is_not_taken_below_the_watermark) {
  NodeDirectory directory = open();
  leave_free(kBallast + 2 * kMiB);
  EXPECT_EQ(directory.ballast().restore(directory.space().measure().value()).value(), false);
  EXPECT_FALSE(std::filesystem::exists(folder_.file("node/ballast")));
}

// The disk may fill up between the look and the step.
TEST_F(SmallDisk, ballast_that_does_not_fit_is_given_back) {
  NodeDirectory directory = open();
  const FreeSpace before = directory.space().measure().value();
  leave_free(4 * kMiB);
  EXPECT_EQ(directory.ballast().restore(before).value(), false);
  EXPECT_GE(directory.space().measure()->free_bytes, 4 * kMiB);
}

TEST_F(SmallDisk, a_full_one_without_ballast_is_refused_and_loses_nothing) {
  NodeDirectory directory = open();
  ASSERT_TRUE(directory.found({}, fatal_));
  put_rows(*directory.open_store({}, {}, fatal_)->rows.store, 0, 100, Sync::kYes);
  leave_free(0);
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto refused = directory.open_store({}, {}, fatal_);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().text, testing::HasSubstr("Make room on the disk"));
  }
  std::filesystem::remove(neighbour());
  const auto opened = directory.open_store({}, {}, fatal_).value();
  EXPECT_EQ(count_rows(*opened.rows.store).value(), 100);
}

TEST_F(SmallDisk, a_full_one_starts_with_the_ballast_and_gets_it_back) {
  {
    NodeDirectory directory = open();
    EXPECT_FALSE(directory.ballast_released());
    ASSERT_TRUE(directory.found({}, fatal_));
    ASSERT_TRUE(directory.ballast().restore(directory.space().measure().value()).value());
    const auto opened = directory.open_store({}, {}, fatal_).value();
    put_rows(*opened.rows.store, 0, 100, Sync::kYes);
  }
  leave_free(0);
  {
    NodeDirectory directory = open();
    EXPECT_TRUE(directory.ballast_released());
    EXPECT_FALSE(directory.ballast().held());
    const auto opened = directory.open_store({}, {}, fatal_).value();
    EXPECT_EQ(count_rows(*opened.rows.store).value(), 100);
    put_rows(*opened.rows.store, 100, 200, Sync::kYes);
    EXPECT_FALSE(directory.ballast().restore(directory.space().measure().value()).value());
    std::filesystem::remove(neighbour());
    EXPECT_TRUE(directory.ballast().restore(directory.space().measure().value()).value());
  }
  NodeDirectory directory = open();
  EXPECT_FALSE(directory.ballast_released());
  EXPECT_TRUE(directory.ballast().held());
}

}  // namespace
}  // namespace godwit::storage::rocks
