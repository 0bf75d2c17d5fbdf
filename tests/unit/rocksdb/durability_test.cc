// What is on disk when the process is killed, and what happens when the disk says no.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>

#include "storage/rocksdb/node_directory.h"
#include "tests/unit/rocksdb/child.h"
#include "tests/unit/rocksdb/damage.h"
#include "tests/unit/rocksdb/rows.h"

namespace godwit::storage::rocks {
namespace {

using testing::HasSubstr;

// A store that children open.
class Durability : public testing::Test {
 protected:
  Durability() {
    auto directory = NodeDirectory::open(path(), options_).value();
    EXPECT_TRUE(directory.found({}, fatal_));
  }
  [[nodiscard]] std::string path() const { return folder_.file("node"); }

  // The rows as the next start finds them; all of them from 0 on, without a hole.
  std::size_t rows_found() {
    const auto directory = NodeDirectory::open(path(), options_).value();
    const auto opened = directory.open_store({}, {}, fatal_).value();
    const std::size_t count = count_rows(*opened.rows.store).value();
    if (count > 0) {
      EXPECT_TRUE(opened.rows.store->get(Table::kQueue, as_bytes(key_of(count - 1))).value());
    }
    return count;
  }
  // The child, having hit an error, has ended itself and said why.
  void expect_aborted(Child& child, const std::string& why) {
    while (child.read_line()) {
    }
    const int status = child.wait();
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT) << status;
    const std::string errors = child.errors();
    EXPECT_THAT(errors, HasSubstr("The disk failed; the node stops"));
    EXPECT_THAT(errors, HasSubstr(why));
  }

  TemporaryFolder folder_;
  DirectoryOptions options_{.ballast = {.bytes = 0}};
  AbortOnFailure fatal_;
};

TEST_F(Durability, of_a_killed_process_nothing_that_it_told_is_lost) {
  std::size_t told = 0;
  for (int round = 0; round < 5; ++round) {
    Child child("write", path());
    ASSERT_EQ(child.read_line(), "open");
    const std::size_t until = told + 100;
    bool killed = false;
    // What is in the pipe when it dies was told too.
    while (const auto line = child.read_line()) {
      told = std::stoul(*line) + 1;
      if (told >= until && !killed) {
        child.kill();
        killed = true;
      }
    }
    child.wait();
    const std::size_t found = rows_found();
    EXPECT_GE(found, told);
    EXPECT_LE(found, told + 1);  // One may have been written and not told.
    told = found;
  }
}

TEST_F(Durability, a_write_that_fails_ends_the_process) {
  Child child("fill", path());
  expect_aborted(child, "File too large");
  EXPECT_GT(rows_found(), 100);
}

TEST_F(Durability, a_flush_that_fails_on_a_thread_of_rocksdb_ends_the_process) {
  Child child("block", path());
  expect_aborted(child, ".sst: Is a directory");
  for (const std::string& table : files_of(path() + "/rows", "", ".sst")) {
    std::filesystem::remove(table);
  }
  // The second row's write set the flush off, and may not have come to its end itself.
  EXPECT_GE(rows_found(), 1);
}

TEST_F(Durability, a_marker_that_cannot_be_written_ends_the_process) {
  Child child("mark", path());
  expect_aborted(child, "markers: cannot write: File too large");
}

TEST_F(Durability, a_second_process_is_told_who_has_the_store) {
  Child first("hold", path());
  ASSERT_EQ(first.read_line(), "open");
  Child second("hold", path());
  const std::string pid = std::to_string(first.pid());
  EXPECT_FALSE(second.read_line());
  EXPECT_EQ(WEXITSTATUS(second.wait()), 2);
  EXPECT_THAT(second.errors(), HasSubstr("in use by process " + pid + "."));
  EXPECT_EQ(first.wait(), 0);
  // A process that is gone locks nobody out.
  EXPECT_TRUE(NodeDirectory::open(path(), options_));
}

TEST_F(Durability, the_same_process_cannot_open_it_twice_either) {
  const auto first = NodeDirectory::open(path(), options_).value();
  const auto second = NodeDirectory::open(path(), options_);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().text, HasSubstr(std::to_string(::getpid())));
}

}  // namespace
}  // namespace godwit::storage::rocks
