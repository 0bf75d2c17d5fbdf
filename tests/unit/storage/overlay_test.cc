#include "storage/overlay.h"

#include <gtest/gtest.h>

#include <random>

#include "storage/memory_store.h"
#include "tests/testkit/store_files.h"
#include "tests/testkit/store_script.h"

namespace godwit::storage {
namespace {

// A store whose rows reach the base late: each write becomes a layer, and at most `lag` of them
// wait.
class LaggingStore final : public Store {
 public:
  explicit LaggingStore(std::size_t lag) : lag_(lag) {}

  void write(const Batch& batch, Sync sync) override {
    waiting_.push_back(&overlay_.push(batch));
    while (waiting_.size() > lag_) {
      base_.write(*waiting_.front(), sync);
      waiting_.pop_front();
      overlay_.drop_oldest();
    }
  }
  Result<std::optional<Bytes>, StorageError> get(Table table, ByteView key) const override {
    return overlay_.get(table, key);
  }
  std::unique_ptr<Cursor> scan(Table table, KeyRange range) const override {
    return overlay_.scan(table, std::move(range));
  }
  // A copy of all that can be seen; an overlay has no snapshots of its own.
  std::unique_ptr<Reader> snapshot() const override {
    MemoryStore copy;
    for (std::size_t table = 0; table < kTables; ++table) {
      const auto cursor = overlay_.scan(static_cast<Table>(table), {});
      Batch batch;
      while (const auto row = cursor->next().value()) {
        batch.put(static_cast<Table>(table), row->key, row->value);
      }
      copy.write(batch, Sync::kNo);
    }
    return copy.snapshot();
  }

 private:
  std::size_t lag_;
  MemoryStore base_;
  Overlay overlay_{base_};
  std::deque<const Batch*> waiting_;
};

class OverlayScripts : public testing::TestWithParam<std::string> {};

TEST_P(OverlayScripts, are_answered_as_by_the_store_itself) {
  const std::string script = testkit::read_script(GetParam());
  for (const std::size_t lag : {0, 1, 2, 5, 100}) {
    LaggingStore store(lag);
    EXPECT_EQ(testkit::play(script, store), testkit::expected_answers(script)) << "lag " << lag;
  }
}

INSTANTIATE_TEST_SUITE_P(Files, OverlayScripts, testing::ValuesIn(testkit::script_files()));

TEST(Overlay, cannot_be_told_from_the_store_by_random_scripts) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const std::string script = testkit::random_script(seed, 120);
    MemoryStore plain;
    LaggingStore lagging(seed % 7);
    ASSERT_EQ(testkit::play(script, lagging), testkit::play(script, plain)) << "seed " << seed;
  }
}

TEST(Overlay, counts_the_bytes_that_wait) {
  MemoryStore base;
  Overlay overlay(base);
  EXPECT_EQ(overlay.size_bytes(), 0);
  Batch batch;
  batch.put(Table::kQueue, as_bytes("key"), as_bytes("value"));
  const std::size_t bytes = batch.size_bytes();
  overlay.push(batch);
  overlay.push(batch);
  EXPECT_EQ(overlay.size_bytes(), 2 * bytes);
  overlay.drop_oldest();
  EXPECT_EQ(overlay.size_bytes(), bytes);
  EXPECT_EQ(overlay.layers(), 1);
}

// A base whose files are damaged.
class Damaged final : public Reader {
 public:
  Result<std::optional<Bytes>, StorageError> get(Table /*table*/, ByteView /*key*/) const override {
    return fail(StorageError{ErrorKind::kDamaged, "bad block"});
  }
  std::unique_ptr<Cursor> scan(Table /*table*/, KeyRange /*range*/) const override {
    class Broken final : public Cursor {
      Result<std::optional<Row>, StorageError> next() override {
        return fail(StorageError{ErrorKind::kDamaged, "bad block"});
      }
    };
    return std::make_unique<Broken>();
  }
};

TEST(Overlay, hides_no_error_of_its_base) {
  const Damaged base;
  Overlay overlay(base);
  Batch batch;
  batch.put(Table::kQueue, as_bytes("key"), as_bytes("value"));
  overlay.push(batch);
  EXPECT_EQ(overlay.get(Table::kQueue, as_bytes("other")).error().kind, ErrorKind::kDamaged);
  EXPECT_TRUE(overlay.get(Table::kQueue, as_bytes("key")).value());
  EXPECT_EQ(overlay.scan(Table::kQueue, {})->next().error().kind, ErrorKind::kDamaged);
}

}  // namespace
}  // namespace godwit::storage
