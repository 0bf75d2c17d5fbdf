#include "storage/rocksdb/node_directory.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>

#include "base/crc32c.h"
#include "tests/unit/rocksdb/damage.h"
#include "tests/unit/rocksdb/rows.h"

namespace godwit::storage::rocks {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

Id id_of(unsigned char byte) {
  Id id;
  id.bytes.fill(static_cast<std::byte>(byte));
  return id;
}

class Directory : public testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return folder_.file("node"); }
  [[nodiscard]] std::string file(const std::string& name) const { return path() + "/" + name; }
  [[nodiscard]] Result<NodeDirectory> open() const { return NodeDirectory::open(path(), options_); }
  void found() { ASSERT_TRUE(open().value().found(identity_, fatal_)); }
  [[nodiscard]] std::string error_of_open() const {
    const auto directory = open();
    return directory ? "" : directory.error().text;
  }
  // The text with which a store of other ids is refused.
  [[nodiscard]] std::string error_expecting(const ExpectedIdentity& expected) {
    const auto directory = open().value();
    const auto opened = directory.open_store(expected, {}, fatal_);
    return opened ? "" : opened.error().text;
  }

  TemporaryFolder folder_;
  DirectoryOptions options_{.ballast = {.bytes = 0}};
  AbortOnFailure fatal_;
  Identity identity_{id_of(0xc1), id_of(0x0e), id_of(0xd5)};
};

TEST_F(Directory, is_founded_once_and_keeps_its_identity) {
  EXPECT_FALSE(open().value().identity());
  found();
  EXPECT_EQ(open().value().identity(), identity_);
}

TEST_F(Directory, says_whose_it_is_in_plain_text) {
  found();
  EXPECT_THAT(content_of(file("FORMAT")), AllOf(HasSubstr("version 1\n"), HasSubstr("cluster c1c1"),
                                                HasSubstr("node 0e0e"), HasSubstr("disk d5d5")));
}

TEST_F(Directory, keeps_others_out) {
  found();
  EXPECT_EQ(fs::status(path()).permissions(), fs::perms::owner_all);
  EXPECT_EQ(fs::status(file("rows")).permissions(), fs::perms::owner_all);
  for (const std::string name : {"FORMAT", "LOCK", "markers"}) {
    EXPECT_EQ(fs::status(file(name)).permissions(), fs::perms::owner_read | fs::perms::owner_write)
        << name;
  }
}

TEST_F(Directory, keeps_rows_and_markers) {
  found();
  const auto write = [&] {
    const auto directory = open().value();
    const auto opened = directory.open_store({}, {}, fatal_).value();
    put_rows(*opened.rows.store, 0, 5, Sync::kYes);
    const std::array markers = {Marker{1, as_bytes("marker")}};
    opened.markers.file->write(markers, Sync::kYes);
  };
  write();
  const auto directory = open().value();
  const auto opened = directory.open_store({}, {}, fatal_).value();
  EXPECT_EQ(count_rows(*opened.rows.store).value(), 5);
  EXPECT_EQ(as_text(opened.markers.file->read(1).value()), "marker");
}

// The mark is found among the markers: rows that end before it are told as dropped.
TEST_F(Directory, finds_the_mark_of_what_was_synced) {
  found();
  const auto write = [&](bool with_mark) {
    const auto directory = open().value();
    const auto opened = directory.open_store({}, {}, fatal_).value();
    put_rows(*opened.rows.store, 0, 5, Sync::kYes);
    const Bytes mark = encode(opened.rows.store->synced_end());
    const std::array markers = {Marker{kSyncedEndSlot, mark}};
    if (with_mark) {
      opened.markers.file->write(markers, Sync::kYes);
    }
  };
  const auto dropped_without_log = [&] {
    fs::remove(files_of(file("rows"), "", ".log").back());
    const auto directory = open().value();
    return directory.open_store({}, {}, fatal_).value().rows.recovery.dropped;
  };
  write(false);
  EXPECT_FALSE(dropped_without_log());
  write(true);
  EXPECT_TRUE(dropped_without_log());
}

TEST(SyncedEnd, is_24_bytes) {
  const SyncedEnd end{1, 0x0203, 4};
  const Bytes bytes = encode(end);
  EXPECT_EQ(as_text(bytes),
            std::string_view("\0\0\0\0\0\0\0\1\0\0\0\0\0\0\2\3\0\0\0\0\0\0\0\4", 24));
  EXPECT_EQ(decode_synced_end(bytes), end);
  EXPECT_FALSE(decode_synced_end(ByteView(bytes).first(23)));
}

TEST_F(Directory, of_others_is_refused) {
  found();
  EXPECT_EQ(error_expecting({.cluster = id_of(0xc1), .node = id_of(0x0e), .disk = id_of(0xd5)}),
            "");
  EXPECT_THAT(error_expecting({.cluster = id_of(2)}),
              AllOf(HasSubstr("of the cluster c1c1"), HasSubstr("0202")));
  EXPECT_THAT(error_expecting({.node = id_of(3)}), HasSubstr("of the node 0e0e"));
  EXPECT_THAT(error_expecting({.disk = id_of(4)}), HasSubstr("of the disk d5d5"));
}

TEST_F(Directory, of_another_version_is_refused) {
  found();
  const std::string text = "godwit store\nversion 2\nsomething new\n";
  set_content(file("FORMAT"), text + fmt::format("crc32c {:08x}\n", crc32c(as_bytes(text))));
  EXPECT_THAT(error_of_open(), AllOf(HasSubstr("format version 2"), HasSubstr("version 1 only")));
}

TEST_F(Directory, with_a_damaged_format_is_refused) {
  found();
  const std::string whole = content_of(file("FORMAT"));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    flip_bit(file("FORMAT"), at, at % 8);
    EXPECT_THAT(error_of_open(), HasSubstr("FORMAT: the file is damaged")) << at;
    set_content(file("FORMAT"), whole.substr(0, at));
    EXPECT_THAT(error_of_open(), HasSubstr("FORMAT: the file is damaged")) << at;
    set_content(file("FORMAT"), whole);
  }
  EXPECT_EQ(error_of_open(), "");
}

TEST_F(Directory, with_data_and_no_format_is_refused) {
  found();
  fs::remove(file("FORMAT"));
  EXPECT_THAT(error_of_open(),
              AllOf(HasSubstr("not empty"), HasSubstr("FORMAT"), HasSubstr("missing")));
}

TEST_F(Directory, of_something_else_is_refused) {
  fs::create_directory(path());
  set_content(file("holiday.jpg"), "sun");
  EXPECT_THAT(error_of_open(), HasSubstr("it has \"holiday.jpg\""));
}

TEST_F(Directory, of_a_fresh_volume_is_taken) {
  fs::create_directory(path());
  fs::create_directory(file("lost+found"));
  found();
  EXPECT_EQ(open().value().identity(), identity_);
}

TEST_F(Directory, whose_parent_is_missing_is_an_error) {
  const auto opened = NodeDirectory::open(folder_.file("no/node"), options_);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().text, HasSubstr("cannot make the folder: No such file"));
}

// As a crash leaves it: FORMAT has not got its name, and what lies beside it may be anything.
TEST_F(Directory, whose_founding_was_cut_off_is_founded_anew) {
  found();
  fs::rename(file("FORMAT"), file("FORMAT.new"));
  set_content(file("rows/CURRENT"), "half");
  set_content(file("markers"), "half");
  EXPECT_FALSE(open().value().identity());
  found();
  const auto directory = open().value();
  const auto opened = directory.open_store({}, {}, fatal_).value();
  EXPECT_EQ(count_rows(*opened.rows.store).value(), 0);
  EXPECT_EQ(opened.markers.damaged_copies, 0);
}

TEST_F(Directory, without_its_rows_is_refused) {
  found();
  fs::remove_all(file("rows"));
  EXPECT_THAT(error_expecting({}), AllOf(HasSubstr("rows"), HasSubstr("missing")));
}

TEST_F(Directory, without_its_markers_says_so) {
  found();
  fs::remove(file("markers"));
  const auto directory = open().value();
  EXPECT_TRUE(directory.open_store({}, {}, fatal_).value().markers.missing);
}

}  // namespace
}  // namespace godwit::storage::rocks
