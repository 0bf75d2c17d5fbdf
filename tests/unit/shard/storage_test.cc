// What becomes rows, what does not, and what is left when all is over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/shard/shard_kit.h"

namespace godwit::shard {
namespace {

using records::Acks;
using records::Close;
using records::Owned;
using records::Subscribe;
using storage::Table;
using testing::ElementsAre;
using testing::IsEmpty;

Owned subscriber(ShardKit& kit, const std::string& client) {
  const Owned by = kit.open(client);
  kit.apply(Subscribe{by, {{"t", {.qos = mqtt::Qos::kAtLeastOnce}}}});
  return by;
}

std::vector<Said> many(int count) {
  std::vector<Said> messages;
  for (int number = 0; number < count; ++number) {
    messages.push_back({"t", std::to_string(number)});
  }
  return messages;
}

// P-15: a row put and deleted meanwhile is never written.
TEST(Rows, are_not_made_of_what_is_over_before_the_state_is_written) {
  ShardKit kit;
  kit.attach();
  const Owned by = subscriber(kit, "a");
  kit.publish({{"t", "1"}, {"t", "2"}});
  kit.apply(Acks{by,
                 {{records::AckKind::kPuback, mqtt::PacketId(1)},
                  {records::AckKind::kPuback, mqtt::PacketId(2)}}});
  kit.flush();
  EXPECT_EQ(kit.rows(Table::kMessage), 0);
  EXPECT_EQ(kit.rows(Table::kQueue), 0);
}

TEST(Rows, share_a_body_among_all_who_wait_for_it) {
  ShardKit kit;
  kit.attach();
  for (int client = 0; client < 10; ++client) {
    kit.apply(Close{.by = subscriber(kit, std::to_string(client))});
  }
  kit.publish({{"t", "x"}, {"t", "y"}});
  kit.flush();
  EXPECT_EQ(kit.rows(Table::kMessage), 2);  // One block, and its counts.
  EXPECT_EQ(kit.rows(Table::kQueue), 10);
}

TEST(Rows, of_a_long_queue_are_pages_and_are_read_one_by_one) {
  ShardKit kit(0);
  kit.attach();
  const Owned by = subscriber(kit, "a");
  kit.apply(Close{.by = by});
  kit.publish(many(200));
  kit.flush();
  EXPECT_EQ(kit.rows(Table::kQueue), 4);
  kit.restart();
  const auto words = kit.apply(kit.open_command("a"));
  ASSERT_EQ(words.size(), 101);
  EXPECT_EQ(words.back(), "deliver 1 id 100 t:99 q1");
  kit.flush();
  EXPECT_EQ(kit.rows(Table::kQueue), 3 + 100);  // The second page is half read.
  kit.restart();
  records::Acks acks{{records::SessionNumber(1), records::Epoch(2)}, {}};
  for (std::uint16_t id = 1; id <= 100; ++id) {
    acks.acks.push_back({records::AckKind::kPuback, mqtt::PacketId(id)});
  }
  EXPECT_EQ(kit.apply(acks).back(), "deliver 1 id 200 t:199 q1");
}

TEST(Rows, are_gone_when_the_session_is) {
  ShardKit kit(0);
  kit.attach();
  const Owned by = subscriber(kit, "a");
  kit.publish(many(30));
  kit.apply(records::Qos2Receive{by, mqtt::PacketId(4), record({"t", "x"}), {{kShard}, {}, {}}});
  kit.apply(Close{.by = by});
  kit.publish(many(30));
  kit.flush();
  EXPECT_GT(kit.rows(Table::kMessage), 10);
  kit.apply(kit.open_command("a", {.clean_start = true}));
  kit.apply(
      Close{.by = {records::SessionNumber(2), records::Epoch(2)}, .expiry_interval_seconds = 0});
  // A few messages with each entry.
  int entries = 0;
  for (; kit.shard().next_deadline(); ++entries) {
    kit.pass(std::chrono::milliseconds(0));
    if (entries == 5) {
      kit.flush();
      kit.restart();
    }
  }
  EXPECT_GT(entries, 10);
  kit.flush();
  EXPECT_EQ(kit.rows(Table::kMessage), 0);
  EXPECT_EQ(kit.rows(Table::kQueue), 0);
  EXPECT_EQ(kit.rows(Table::kSession), 0);
}

TEST(Rows, are_read_from_what_is_not_written_yet) {
  ShardKit kit(0);
  kit.attach();
  kit.apply(Close{.by = subscriber(kit, "a")});
  kit.publish(many(3));
  kit.flush_late();
  EXPECT_THAT(kit.apply(kit.open_command("a")),
              ElementsAre("opened 1 epoch 2 present", "deliver 1 id 1 t:0 q1",
                          "deliver 1 id 2 t:1 q1", "deliver 1 id 3 t:2 q1"));
}

// What a replica says that finds its rows of a table as `spoil` has left them.
std::string error_with(Table table, void (*spoil)(storage::Batch&, Table, const storage::Row&)) {
  ShardKit kit(0);
  kit.attach();
  kit.apply(Close{.by = subscriber(kit, "a")});
  kit.publish(many(3));
  kit.flush();
  storage::Batch damage;
  const auto cursor = kit.store().scan(table, {});
  while (const auto row = cursor->next().value()) {
    spoil(damage, table, *row);
  }
  kit.damage().write(damage, storage::Sync::kNo);
  kit.restart();
  kit.apply(kit.open_command("a"));
  return kit.error();
}

TEST(Rows, that_are_damaged_stop_the_replica) {
  const auto flip = [](storage::Batch& damage, Table table, const storage::Row& row) {
    Bytes value(row.value.begin(), row.value.end());
    value[value.size() / 2] ^= std::byte{1};
    damage.put(table, row.key, value);
  };
  for (const Table table : {Table::kQueue, Table::kMessage, Table::kSession, Table::kShard}) {
    EXPECT_NE(error_with(table, flip).find("damaged"), std::string::npos) << name(table);
  }
}

TEST(Rows, that_are_missing_stop_the_replica) {
  const auto remove = [](storage::Batch& damage, Table table, const storage::Row& row) {
    damage.remove(table, row.key);
  };
  for (const Table table : {Table::kQueue, Table::kMessage}) {
    EXPECT_NE(error_with(table, remove).find("missing"), std::string::npos) << name(table);
  }
}

TEST(Rows, say_how_much_is_not_written) {
  ShardKit kit;
  kit.attach();
  kit.flush();
  EXPECT_EQ(kit.shard().unwritten_bytes(), 0);
  kit.apply(Close{.by = subscriber(kit, "a")});
  const std::size_t before = kit.shard().unwritten_bytes();
  kit.publish({{"t", std::string(10'000, 'x')}});
  EXPECT_GE(kit.shard().unwritten_bytes(), before + 10'000);
}

}  // namespace
}  // namespace godwit::shard
