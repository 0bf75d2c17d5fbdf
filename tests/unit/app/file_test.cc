#include "broker/app/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/unit/app/temporary_folder.h"

namespace godwit::app {
namespace {

using ::testing::HasSubstr;

TEST(ReplaceFile, writes_a_private_file_and_leaves_nothing_beside_it) {
  const TemporaryFolder folder;
  ASSERT_TRUE(replace_file(folder.path("users"), "one\n"));
  ASSERT_TRUE(replace_file(folder.path("users"), "two\n"));
  EXPECT_EQ(folder.read("users"), "two\n");
  EXPECT_EQ(folder.file_count(), 1U);
  struct stat state {};
  ASSERT_EQ(::stat(folder.path("users").c_str(), &state), 0);
  EXPECT_EQ(state.st_mode & 0777U, 0600U);
  EXPECT_FALSE(readable_by_others(folder.path("users")));
}

TEST(ReplaceFile, follows_a_symbolic_link) {
  const TemporaryFolder folder;
  const std::string real = folder.write("real", "old\n");
  std::filesystem::create_symlink(real, folder.path("link"));
  ASSERT_TRUE(replace_file(folder.path("link"), "new\n"));
  EXPECT_EQ(folder.read("real"), "new\n");
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path("link")));
}

TEST(ReplaceFile, says_what_failed_and_changes_nothing) {
  const TemporaryFolder folder;
  const auto no_folder = replace_file(folder.path("none/users"), "text");
  ASSERT_FALSE(no_folder);
  EXPECT_THAT(no_folder.error().text, HasSubstr("none/users"));

  std::filesystem::create_directory(folder.path("taken"));
  EXPECT_FALSE(replace_file(folder.path("taken"), "text"));
  EXPECT_EQ(folder.file_count(), 1U) << "the new file was taken back";
}

TEST(ReadWholeFile, has_a_bound) {
  const TemporaryFolder folder;
  const std::string file = folder.write("text", "12345");
  ASSERT_TRUE(read_whole_file(file, 5));
  EXPECT_EQ(*read_whole_file(file, 5), "12345");
  const auto refused = read_whole_file(file, 4);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text, HasSubstr("larger than 4 bytes"));
}

}  // namespace
}  // namespace godwit::app
