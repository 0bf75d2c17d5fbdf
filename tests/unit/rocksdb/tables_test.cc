// A store whose tables are not those of this program; made with RocksDB itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include "tests/unit/rocksdb/rows.h"

namespace godwit::storage::rocks {
namespace {

using testing::HasSubstr;

// Opens the store without our rules, for `change`.
template <class Change>
void with_rocksdb(const std::string& path, Change change) {
  std::vector<std::string> names;
  ASSERT_TRUE(rocksdb::DB::ListColumnFamilies({}, path, &names).ok());
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : names) {
    families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open({}, path, families, &handles, &opened).ok());
  const std::unique_ptr<rocksdb::DB> db(opened);
  change(*db, handles);
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    ASSERT_TRUE(db->DestroyColumnFamilyHandle(handle).ok());
  }
}

TEST(Tables, that_are_not_known_are_refused) {
  Rows rows;
  rows.close();
  with_rocksdb(rows.path(), [](rocksdb::DB& db, auto& handles) {
    handles.push_back(nullptr);
    ASSERT_TRUE(db.CreateColumnFamily({}, "tomorrow", &handles.back()).ok());
  });
  EXPECT_THAT(rows.try_reopen(), HasSubstr("a table \"tomorrow\" that this program does not know"));
}

TEST(Tables, that_are_missing_are_refused) {
  Rows rows;
  rows.close();
  with_rocksdb(rows.path(), [](rocksdb::DB& db, const auto& handles) {
    ASSERT_TRUE(db.DropColumnFamily(handles.back()).ok());
  });
  EXPECT_THAT(rows.try_reopen(), HasSubstr("has 7 tables and should have 8"));
}

}  // namespace
}  // namespace godwit::storage::rocks
