#include "broker/routing/retained_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "broker/routing/topic_order.h"
#include "tests/unit/routing/small_topics.h"

namespace godwit::routing {
namespace {

using ::testing::ElementsAre;
using testing::filter;
using ::testing::IsEmpty;
using testing::name;

constexpr TenantId kTenant{0};
constexpr RetainedLimits kNoLimits;

Instant at_seconds(int seconds) { return Instant{} + std::chrono::seconds(seconds); }

mqtt::MessageRef message(std::string_view topic, std::string_view payload = "x",
                         std::optional<std::uint32_t> expiry_seconds = {}, int received = 0) {
  mqtt::Publish publish;
  publish.topic = name(topic);
  publish.payload = as_bytes(payload);
  publish.retain = true;
  publish.message_expiry_interval = expiry_seconds;
  return mqtt::MessageRef::make(publish, at_seconds(received));
}

// Everything that matches, read in slices.
std::vector<std::string> read_all(RetainedStore& store, std::string_view text,
                                  std::size_t slice = 1000, Instant now = {}) {
  std::vector<std::string> topics;
  std::string after;
  bool more = true;
  while (more) {
    std::vector<mqtt::MessageRef> out;
    more = store.read(kTenant, filter(text), now, slice, after, out);
    EXPECT_LE(out.size(), slice);
    for (const mqtt::MessageRef& ref : out) {
      topics.emplace_back(ref->topic().text());
    }
  }
  return topics;
}

// MQTT-3.3.1-5
TEST(RetainedStore, a_message_replaces_the_one_of_its_topic) {
  RetainedStore store(kNoLimits);
  EXPECT_EQ(store.set(kTenant, message("a", "first")), RetainOutcome::kStored);
  EXPECT_EQ(store.set(kTenant, message("a", "second")), RetainOutcome::kReplaced);
  EXPECT_EQ(store.size(), 1U);
  std::vector<mqtt::MessageRef> out;
  std::string after;
  store.read(kTenant, filter("a"), {}, 10, after, out);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(as_text(out[0]->payload()), "second");
}

// MQTT-3.3.1-6, MQTT-3.3.1-7
TEST(RetainedStore, an_empty_payload_removes_and_is_never_kept) {
  RetainedStore store(kNoLimits);
  EXPECT_EQ(store.set(kTenant, message("a", "")), RetainOutcome::kNothing);
  store.set(kTenant, message("a"));
  store.set(kTenant, message("b"));
  EXPECT_EQ(store.set(kTenant, message("a", "")), RetainOutcome::kRemoved);
  EXPECT_THAT(read_all(store, "#"), ElementsAre("b"));
  EXPECT_EQ(store.size(), 1U);
}

// E-076
TEST(RetainedStore, an_interval_of_0_is_over_at_once_and_counts_as_empty) {
  RetainedStore store(kNoLimits);
  EXPECT_EQ(store.set(kTenant, message("a", "x", 0)), RetainOutcome::kNothing);
  store.set(kTenant, message("a"));
  EXPECT_EQ(store.set(kTenant, message("a", "x", 0)), RetainOutcome::kRemoved);
  EXPECT_EQ(store.size(), 0U);
}

TEST(RetainedStore, a_subtree_is_one_range_in_its_order) {
  RetainedStore store(kNoLimits);
  for (const char* topic : {"ab", "a!", "a/b", "a", "b", "a//", "a/", "a/b/c", "a/b!", "a/c"}) {
    store.set(kTenant, message(topic));
  }
  EXPECT_THAT(read_all(store, "#"),
              ElementsAre("a", "a/", "a//", "a/b", "a/b/c", "a/b!", "a/c", "a!", "ab", "b"));
  EXPECT_THAT(read_all(store, "a/#"), ElementsAre("a", "a/", "a//", "a/b", "a/b/c", "a/b!", "a/c"));
}

TEST(RetainedStore, a_slice_goes_on_where_the_last_one_ended_although_topics_change) {
  RetainedStore store(kNoLimits);
  for (const char* topic : {"a/1", "a/2", "a/3", "a/4"}) {
    store.set(kTenant, message(topic));
  }
  std::vector<mqtt::MessageRef> out;
  std::string after;
  EXPECT_TRUE(store.read(kTenant, filter("a/+"), {}, 2, after, out));
  EXPECT_EQ(after, "a/2");
  store.set(kTenant, message("a/2", ""));
  store.set(kTenant, message("a/3", ""));
  store.set(kTenant, message("a/22"));
  store.set(kTenant, message("a/11"));
  EXPECT_FALSE(store.read(kTenant, filter("a/+"), {}, 10, after, out));
  ASSERT_EQ(out.size(), 4U);
  EXPECT_EQ(out[2]->topic().text(), "a/22");
  EXPECT_EQ(out[3]->topic().text(), "a/4");
}

TEST(RetainedStore, what_a_reader_holds_outlives_its_replacement) {
  RetainedStore store(kNoLimits);
  store.set(kTenant, message("a", "old"));
  std::vector<mqtt::MessageRef> out;
  std::string after;
  store.read(kTenant, filter("a"), {}, 1, after, out);
  store.set(kTenant, message("a", "new"));
  EXPECT_EQ(as_text(out[0]->payload()), "old");
}

TEST(RetainedStore, tenants_do_not_see_each_other) {
  RetainedStore store(kNoLimits);
  store.set(TenantId{1}, message("a"));
  EXPECT_THAT(read_all(store, "#"), IsEmpty());
  EXPECT_EQ(store.set(TenantId{2}, message("a", "")), RetainOutcome::kNothing);
  EXPECT_EQ(store.size(), 1U);
}

// E-039
TEST(RetainedStore, an_expired_message_is_removed_by_the_read_that_meets_it) {
  RetainedStore store(kNoLimits);
  store.set(kTenant, message("a", "x", 10, 5));
  store.set(kTenant, message("b"));
  EXPECT_THAT(read_all(store, "#", 10, at_seconds(14)), ElementsAre("a", "b"));
  EXPECT_THAT(read_all(store, "#", 10, at_seconds(15)), ElementsAre("b"));
  EXPECT_EQ(store.size(), 1U);
  EXPECT_EQ(store.bytes(), message("b")->size_bytes());
}

TEST(RetainedStore, expired_messages_that_nobody_reads_are_swept_in_slices) {
  RetainedStore store(kNoLimits);
  for (int i = 0; i < 100; ++i) {
    const TenantId tenant{i < 50 ? 0U : 7U};
    store.set(tenant, message("t/" + std::to_string(i), "x", i % 2 == 0 ? 10 : 1000));
  }
  EXPECT_EQ(store.remove_expired(at_seconds(9), 1000), 0U);
  std::size_t removed = 0;
  for (int call = 0; call < 8; ++call) {
    const std::size_t now_removed = store.remove_expired(at_seconds(10), 15);
    EXPECT_LE(now_removed, 15U);
    removed += now_removed;
  }
  EXPECT_EQ(removed, 50U);
  EXPECT_EQ(store.size(), 50U);
  // Round again, and to the end.
  EXPECT_EQ(
      store.remove_expired(at_seconds(2000), 1000) + store.remove_expired(at_seconds(2000), 1000),
      50U);
  EXPECT_EQ(store.bytes(), 0U);
}

TEST(RetainedStore, a_new_topic_over_the_number_of_messages_is_refused) {
  RetainedStore store({.messages_max = 2, .bytes_max = 1'000'000});
  store.set(kTenant, message("a"));
  store.set(TenantId{1}, message("a"));
  EXPECT_EQ(store.set(kTenant, message("b")), RetainOutcome::kRefused);
  EXPECT_EQ(store.set(kTenant, message("a", "y")), RetainOutcome::kReplaced);
  EXPECT_EQ(store.set(kTenant, message("b", "")), RetainOutcome::kNothing);
  EXPECT_EQ(store.set(kTenant, message("a", "")), RetainOutcome::kRemoved);
  EXPECT_EQ(store.set(kTenant, message("b")), RetainOutcome::kStored);
}

// E-041
TEST(RetainedStore, over_the_bytes_new_and_old_topics_are_refused_and_nothing_changes) {
  const std::size_t small = message("a", "x")->size_bytes();
  RetainedStore store({.messages_max = 10, .bytes_max = 2 * small + 5});
  EXPECT_EQ(store.set(kTenant, message("a", "x")), RetainOutcome::kStored);
  EXPECT_EQ(store.set(kTenant, message("b", "1234567")), RetainOutcome::kRefused);
  EXPECT_EQ(store.set(kTenant, message("b", "123456")), RetainOutcome::kStored);
  EXPECT_EQ(store.bytes(), 2 * small + 5);
  EXPECT_EQ(store.set(kTenant, message("a", "xy")), RetainOutcome::kRefused);
  std::vector<mqtt::MessageRef> out;
  std::string after;
  store.read(kTenant, filter("a"), {}, 1, after, out);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(as_text(out[0]->payload()), "x");
  EXPECT_EQ(store.set(kTenant, message("b", "1")), RetainOutcome::kReplaced);
  EXPECT_EQ(store.bytes(), 2 * small);
}

// A slice has a bound even if nothing matches.
TEST(RetainedStore, a_slice_looks_at_64_entries_for_each_it_may_return) {
  RetainedStore store(kNoLimits);
  for (int i = 0; i < 1000; ++i) {
    store.set(kTenant, message("a/" + std::to_string(i) + "/x"));
  }
  std::vector<mqtt::MessageRef> out;
  std::string after;
  int calls = 1;
  while (store.read(kTenant, filter("a/+/y"), {}, 1, after, out)) {
    ++calls;
  }
  EXPECT_THAT(out, IsEmpty());
  EXPECT_GE(calls, 1000 / 64);
  EXPECT_LE(calls, 1000 / 64 + 1);
}

TEST(RetainedStore, a_filter_reads_only_the_ranges_that_can_match) {
  RetainedStore store(kNoLimits);
  for (int i = 0; i < 10'000; ++i) {
    store.set(kTenant, message("a/" + std::to_string(i % 10) + "/deep/" + std::to_string(i)));
    store.set(kTenant, message("$SYS/" + std::to_string(i)));
  }
  store.set(kTenant, message("a/7/state"));
  store.set(kTenant, message("b/state"));
  // Each within one slice of 64 entries, among 20,000.
  for (const char* text : {"b/#", "a/+/state", "+/+/state", "b/+", "+", "a/7/state", "c", "/#"}) {
    std::vector<mqtt::MessageRef> out;
    std::string after;
    EXPECT_FALSE(store.read(kTenant, filter(text), {}, 2, after, out)) << text;
    EXPECT_LE(out.size(), 1U) << text;
  }
}

}  // namespace
}  // namespace godwit::routing
