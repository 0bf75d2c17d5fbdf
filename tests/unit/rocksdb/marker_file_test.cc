#include "storage/rocksdb/marker_file.h"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>

#include "tests/unit/rocksdb/temporary_folder.h"

namespace godwit::storage::rocks {
namespace {

constexpr std::uint32_t kSlot = 3;

class MarkerFiles : public testing::Test {
 protected:
  MarkerFiles() {
    EXPECT_TRUE(MarkerFile::make(path()));
    reopen();
  }
  [[nodiscard]] std::string path() const { return folder_.file("markers"); }
  void reopen() {
    opened_ = {};
    opened_ = MarkerFile::open(path(), fatal_).value();
  }
  void write(std::string_view text, Sync sync, std::uint32_t slot = kSlot) {
    const std::array markers = {Marker{slot, as_bytes(text)}};
    opened_.file->write(markers, sync);
  }
  [[nodiscard]] std::string read(std::uint32_t slot = kSlot) const {
    const auto bytes = opened_.file->read(slot);
    return bytes ? std::string(as_text(*bytes)) : "nothing";
  }
  // The bytes of one copy, as a loss of power may leave them.
  [[nodiscard]] static std::size_t offset_of(std::size_t copy, std::uint32_t slot = kSlot) {
    return (copy * kMarkerSlots + slot) * kMarkerCopyBytes;
  }
  void change_byte(std::size_t offset) {
    std::string content = read_file(path(), kMarkerFileBytes).value();
    content.at(offset) = static_cast<char>(content.at(offset) ^ 1);
    ASSERT_TRUE(write_file(path(), content));
  }
  // Copies `copy` of `from`, an older state of the file, back: this write never arrived.
  void take_back(std::size_t copy, const std::string& from) {
    std::string content = read_file(path(), kMarkerFileBytes).value();
    content.replace(offset_of(copy), kMarkerCopyBytes, from, offset_of(copy), kMarkerCopyBytes);
    ASSERT_TRUE(write_file(path(), content));
  }

  TemporaryFolder folder_;
  AbortOnFailure fatal_;
  OpenedMarkers opened_;
};

TEST_F(MarkerFiles, keep_the_last_of_each_slot) {
  EXPECT_EQ(read(), "nothing");
  write("one", Sync::kYes);
  write("two", Sync::kYes);
  write("three", Sync::kNo);
  write("other", Sync::kYes, kMarkerSlots - 1);
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(read(), "three");
    EXPECT_EQ(read(kMarkerSlots - 1), "other");
    EXPECT_EQ(read(0), "nothing");
    reopen();
    EXPECT_FALSE(opened_.missing);
    EXPECT_EQ(opened_.damaged_copies, 0);
  }
}

TEST_F(MarkerFiles, hold_an_empty_marker_and_the_largest) {
  write("", Sync::kYes);
  write(std::string(kMarkerBytesMax, 'm'), Sync::kYes, 4);
  reopen();
  EXPECT_EQ(read(), "");
  EXPECT_EQ(read(4), std::string(kMarkerBytesMax, 'm'));
}

TEST_F(MarkerFiles, keep_their_size) {
  write("one", Sync::kYes);
  EXPECT_EQ(std::filesystem::file_size(path()), kMarkerFileBytes);
  EXPECT_EQ(std::filesystem::status(path()).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

// Whatever byte of the newest copy is wrong, the older one is taken.
TEST_F(MarkerFiles, a_torn_copy_leaves_the_older_one) {
  write("one", Sync::kYes);  // Copy 0.
  write("two", Sync::kYes);  // Copy 1.
  for (const std::size_t byte : {0, 7, 15, 16, 20, 22, 300, 507, 508, 511}) {
    change_byte(offset_of(1) + byte);
    reopen();
    EXPECT_EQ(read(), "one") << byte;
    EXPECT_EQ(opened_.damaged_copies, 1) << byte;
    change_byte(offset_of(1) + byte);
  }
  reopen();
  EXPECT_EQ(read(), "two");
}

TEST_F(MarkerFiles, two_damaged_copies_leave_nothing) {
  write("one", Sync::kYes);
  write("two", Sync::kYes);
  write("neighbour", Sync::kYes, kSlot + 1);
  change_byte(offset_of(0) + 20);
  change_byte(offset_of(1) + 20);
  reopen();
  EXPECT_EQ(read(), "nothing");
  EXPECT_EQ(opened_.damaged_copies, 2);
  EXPECT_EQ(read(kSlot + 1), "neighbour");
  // And the slot can be used again.
  write("three", Sync::kYes);
  reopen();
  EXPECT_EQ(read(), "three");
}

// The unsynced writes behind a synced one may all be torn; it itself may not.
TEST_F(MarkerFiles, a_synced_copy_stays_however_many_unsynced_ones_follow) {
  write("one", Sync::kYes);     // Copy 0.
  write("synced", Sync::kYes);  // Copy 1.
  for (const std::string_view text : {"a", "b", "c"}) {
    write(text, Sync::kNo);
  }
  change_byte(offset_of(0) + 20);
  reopen();
  EXPECT_EQ(read(), "synced");
}

// The same across a restart: what was read may have been in memory only.
TEST_F(MarkerFiles, what_was_read_at_the_start_stays_too) {
  write("one", Sync::kYes);  // Copy 0.
  write("two", Sync::kNo);   // Copy 1.
  reopen();
  ASSERT_EQ(read(), "two");
  write("three", Sync::kNo);  // Copy 0.
  change_byte(offset_of(0) + 20);
  reopen();
  EXPECT_EQ(read(), "two");
}

TEST_F(MarkerFiles, a_write_that_never_arrived_leaves_what_was_there) {
  write("one", Sync::kYes);
  const std::string before = read_file(path(), kMarkerFileBytes).value();
  write("two", Sync::kNo);
  take_back(1, before);
  reopen();
  EXPECT_EQ(read(), "one");
  EXPECT_EQ(opened_.damaged_copies, 0);
}

TEST_F(MarkerFiles, a_copy_in_the_place_of_another_is_not_taken) {
  write("one", Sync::kYes);
  std::string content = read_file(path(), kMarkerFileBytes).value();
  content.replace(offset_of(0, 9), kMarkerCopyBytes, content, offset_of(0), kMarkerCopyBytes);
  ASSERT_TRUE(write_file(path(), content));
  reopen();
  EXPECT_EQ(read(9), "nothing");
  EXPECT_EQ(opened_.damaged_copies, 1);
}

TEST_F(MarkerFiles, a_cut_file_is_damage_and_grows_again) {
  write("one", Sync::kYes);
  std::filesystem::resize_file(path(), offset_of(0, kMarkerSlots - 1));
  reopen();
  EXPECT_EQ(read(), "one");
  // The last slot's first copy and all second ones.
  EXPECT_EQ(opened_.damaged_copies, kMarkerSlots + 1);
  EXPECT_EQ(std::filesystem::file_size(path()), kMarkerFileBytes);
}

TEST_F(MarkerFiles, a_missing_file_is_told) {
  write("one", Sync::kYes);
  opened_ = {};
  std::filesystem::remove(path());
  reopen();
  EXPECT_TRUE(opened_.missing);
  EXPECT_EQ(read(), "nothing");
}

}  // namespace
}  // namespace godwit::storage::rocks
