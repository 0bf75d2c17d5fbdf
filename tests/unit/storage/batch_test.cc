#include "storage/batch.h"

#include <gtest/gtest.h>

#include <string>

namespace godwit::storage {
namespace {

std::string told(const Batch& batch) {
  std::string text;
  batch.for_each([&](const Change& change) {
    text += std::to_string(static_cast<int>(change.kind));
    text += std::string(name(change.table)) + ":" + std::string(as_text(change.key)) + "=" +
            std::string(as_text(change.value)) + ";";
  });
  return text;
}

TEST(Batch, tells_its_changes_in_order) {
  Batch batch;
  batch.put(Table::kQueue, as_bytes("key"), as_bytes("value"));
  batch.remove(Table::kLog, as_bytes("gone"));
  batch.remove_range(Table::kNode, as_bytes("a"), as_bytes("b"));
  batch.put(Table::kShard, {}, {});
  EXPECT_EQ(told(batch), "0queue:key=value;1log:gone=;2node:a=b;0shard:=;");
  EXPECT_EQ(batch.count(), 4);
}

TEST(Batch, takes_another_behind_its_own) {
  Batch first;
  first.put(Table::kQueue, as_bytes("a"), as_bytes("1"));
  Batch second;
  second.remove(Table::kQueue, as_bytes("a"));
  first.append(second);
  EXPECT_EQ(told(first), "0queue:a=1;1queue:a=;");
  EXPECT_EQ(first.count(), 2);
}

TEST(Batch, is_empty_after_clear) {
  Batch batch;
  EXPECT_TRUE(batch.empty());
  batch.put(Table::kQueue, as_bytes("a"), as_bytes("1"));
  EXPECT_FALSE(batch.empty());
  batch.clear();
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(told(batch), "");
}

}  // namespace
}  // namespace godwit::storage
