#include "broker/access/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace godwit::access {
namespace {

using ::testing::ElementsAre;

const Principal kAda{TenantId{}, "ada"};
const Principal kNobody;

std::shared_ptr<const Policy> parsed(std::string_view text) {
  auto policy = Policy::parse(text, "rules");
  EXPECT_TRUE(policy.has_value()) << (policy ? "" : policy.error()[0].text);
  return policy ? *policy : nullptr;
}

bool may(const Policy& policy, const Subject& subject, Action action, std::string_view topic) {
  return policy.authorize(subject, action, mqtt::TopicName::from_checked(topic));
}

bool may_publish(std::string_view rules, const Subject& subject, std::string_view topic) {
  return may(*parsed(rules), subject, Action::kPublish, topic);
}

FilterAccess access(std::string_view rules, const Subject& subject, std::string_view filter) {
  return parsed(rules)->authorize_filter(subject, mqtt::TopicFilter::from_checked(filter));
}

std::vector<std::string> mistakes(std::string_view text) {
  const auto policy = Policy::parse(text, "rules");
  std::vector<std::string> texts;
  if (!policy) {
    for (const Error& error : policy.error()) {
      texts.push_back(error.text);
    }
  }
  return texts;
}

TEST(Policy, an_empty_one_denies_everything) {
  for (const char* text : {"", "\n\n", "# nothing\n   \n"}) {
    const auto policy = parsed(text);
    EXPECT_FALSE(may(*policy, {kAda, "c"}, Action::kPublish, "a"));
    EXPECT_FALSE(may(*policy, {kAda, "c"}, Action::kSubscribe, "a"));
    EXPECT_EQ(access(text, {kAda, "c"}, "#"), FilterAccess::kNone);
  }
}

TEST(Policy, allow_all_allows_the_servers_own_topics_too) {
  const auto policy = Policy::allow_all();
  EXPECT_TRUE(may(*policy, {kNobody, "c"}, Action::kPublish, "a/b"));
  EXPECT_TRUE(may(*policy, {kNobody, "c"}, Action::kSubscribe, "$SYS/x"));
  EXPECT_EQ(policy->authorize_filter({kNobody, "c"}, mqtt::TopicFilter::from_checked("$SYS/#")),
            FilterAccess::kAll);
}

TEST(Policy, the_first_rule_that_applies_decides) {
  const char* rules =
      "deny everyone publish a/secret\n"
      "allow everyone publish a/#\n"
      "deny everyone publish a/late\n";
  EXPECT_FALSE(may_publish(rules, {kAda, "c"}, "a/secret"));
  EXPECT_TRUE(may_publish(rules, {kAda, "c"}, "a/late"));
  EXPECT_TRUE(may_publish(rules, {kAda, "c"}, "a"));
  EXPECT_FALSE(may_publish(rules, {kAda, "c"}, "b"));
}

// Rules of a user, of a client and of all are kept apart; their order is still that of the file.
TEST(Policy, the_order_of_the_file_holds_across_kinds_of_subjects) {
  const Subject subject{kAda, "probe"};
  EXPECT_FALSE(may_publish("deny client probe any x\nallow user ada any x\nallow everyone any x\n",
                           subject, "x"));
  EXPECT_TRUE(may_publish("allow user ada any x\ndeny client probe any x\ndeny everyone any x\n",
                          subject, "x"));
  EXPECT_FALSE(may_publish("deny everyone any x\nallow client probe any x\nallow user ada any x\n",
                           subject, "x"));
}

TEST(Policy, who_is_meant) {
  const Subject ada{kAda, "probe"};
  const Subject anonymous{kNobody, "probe"};
  EXPECT_TRUE(may_publish("allow user ada any x", ada, "x"));
  EXPECT_FALSE(may_publish("allow user ada any x", anonymous, "x"));
  EXPECT_FALSE(may_publish("allow user Ada any x", ada, "x"));
  EXPECT_FALSE(may_publish("allow user probe any x", ada, "x"));
  EXPECT_TRUE(may_publish("allow client probe any x", anonymous, "x"));
  EXPECT_FALSE(may_publish("allow client ada any x", ada, "x"));
  EXPECT_TRUE(may_publish("allow anonymous any x", anonymous, "x"));
  EXPECT_FALSE(may_publish("allow anonymous any x", ada, "x"));
  EXPECT_TRUE(may_publish("allow authenticated any x", ada, "x"));
  EXPECT_FALSE(may_publish("allow authenticated any x", anonymous, "x"));
  EXPECT_TRUE(may_publish("allow everyone any x", anonymous, "x"));
}

TEST(Policy, what_is_meant) {
  const auto publish = parsed("allow everyone publish x");
  EXPECT_TRUE(may(*publish, {kAda, "c"}, Action::kPublish, "x"));
  EXPECT_FALSE(may(*publish, {kAda, "c"}, Action::kSubscribe, "x"));
  EXPECT_EQ(access("allow everyone publish #", {kAda, "c"}, "x"), FilterAccess::kNone);
  const auto subscribe = parsed("allow everyone subscribe x");
  EXPECT_FALSE(may(*subscribe, {kAda, "c"}, Action::kPublish, "x"));
  EXPECT_TRUE(may(*subscribe, {kAda, "c"}, Action::kSubscribe, "x"));
}

TEST(Policy, client_id_and_user_name_stand_for_whole_levels) {
  const char* rules = "allow everyone any devices/%c/#\nallow everyone any users/%u\n";
  EXPECT_TRUE(may_publish(rules, {kAda, "probe"}, "devices/probe/state"));
  EXPECT_TRUE(may_publish(rules, {kAda, "probe"}, "devices/probe"));
  EXPECT_FALSE(may_publish(rules, {kAda, "probe"}, "devices/other/state"));
  EXPECT_TRUE(may_publish(rules, {kAda, "probe"}, "users/ada"));
  EXPECT_FALSE(may_publish(rules, {kAda, "probe"}, "users/probe"));
}

// Otherwise a client would gain topics by the choice of its name.
TEST(Policy, a_name_that_is_no_level_never_matches_one) {
  const char* rules = "allow everyone any devices/%c/#\nallow everyone any users/%u/#\n";
  for (const char* id : {"a/b", "+", "#", "a+", "a#", "/", ""}) {
    const Subject subject{kNobody, id};
    EXPECT_FALSE(may_publish(rules, subject, "devices/a/b/c")) << id;
    EXPECT_FALSE(may_publish(rules, subject, "devices/a")) << id;
    EXPECT_FALSE(may_publish(rules, subject, "devices//")) << id;
    EXPECT_EQ(access(rules, subject, "devices/#"), FilterAccess::kNone) << id;
    EXPECT_EQ(access(rules, subject, "devices/+/x"), FilterAccess::kNone) << id;
  }
  // An anonymous user has no name, not an empty one.
  EXPECT_FALSE(may_publish(rules, {kNobody, "c"}, "users//x"));
}

TEST(Policy, a_name_does_not_reach_the_servers_own_topics) {
  EXPECT_FALSE(may_publish("allow everyone any %c/#", {kAda, "$SYS"}, "$SYS/x"));
  EXPECT_TRUE(may_publish("allow everyone any a/%c/#", {kAda, "$SYS"}, "a/$SYS/x"));
}

// MQTT-4.7.2-1
TEST(Policy, leading_wildcards_do_not_take_topics_that_begin_with_dollar) {
  EXPECT_FALSE(may_publish("allow everyone any #", {kAda, "c"}, "$SYS/x"));
  EXPECT_FALSE(may_publish("allow everyone any +/x", {kAda, "c"}, "$SYS/x"));
  EXPECT_TRUE(may_publish("allow everyone any $SYS/#", {kAda, "c"}, "$SYS/x"));
  EXPECT_EQ(access("allow everyone any #", {kAda, "c"}, "$SYS/#"), FilterAccess::kNone);
  EXPECT_EQ(access("allow everyone any #\nallow everyone any $SYS/info", {kAda, "c"}, "$SYS/+"),
            FilterAccess::kSome);
  // And need not be allowed for a filter that does not take them either.
  EXPECT_EQ(access("deny everyone any $SYS/#\nallow everyone any #", {kAda, "c"}, "#"),
            FilterAccess::kAll);
}

TEST(Policy, what_it_says_of_a_filter) {
  struct Row {
    const char* rules;
    const char* filter;
    FilterAccess access;
  };
  const Row rows[] = {
      {"allow everyone any a/#", "a/#", FilterAccess::kAll},
      {"allow everyone any a/#", "a/+/c", FilterAccess::kAll},
      {"allow everyone any a/#", "a", FilterAccess::kAll},
      {"allow everyone any a/#", "#", FilterAccess::kSome},
      {"allow everyone any a/#", "+", FilterAccess::kSome},
      {"allow everyone any a/#", "+/b", FilterAccess::kSome},
      {"allow everyone any a/#", "b/#", FilterAccess::kNone},
      {"allow everyone any a", "a/#", FilterAccess::kSome},
      {"allow everyone any a", "+", FilterAccess::kSome},
      {"allow everyone any a/+", "a/#", FilterAccess::kSome},
      {"allow everyone any a/+", "a/b", FilterAccess::kAll},
      {"allow everyone any a/+", "a/b/c", FilterAccess::kNone},
      // What is denied first.
      {"deny everyone any a/x\nallow everyone any a/#", "a/#", FilterAccess::kSome},
      {"deny everyone any a/x\nallow everyone any a/#", "a/y", FilterAccess::kAll},
      {"deny everyone any a/x\nallow everyone any a/#", "a/x", FilterAccess::kNone},
      {"deny everyone any a/x\nallow everyone any a/#", "a/+/x", FilterAccess::kAll},
      {"allow everyone any a/#\ndeny everyone any a/x", "a/#", FilterAccess::kAll},
      {"deny everyone any #\nallow everyone any a", "#", FilterAccess::kNone},
      // A later rule that cannot be reached makes no difference.
      {"deny everyone any a/x\nallow everyone any a/x\n", "a/+", FilterAccess::kNone},
      {"allow everyone any +/x\ndeny everyone any a/x\nallow everyone any +/+", "+/+",
       FilterAccess::kAll},
      // Several rules that cover the filter only together.
      {"allow everyone any a\nallow everyone any a/+/#", "a/#", FilterAccess::kAll},
      {"allow everyone any a\nallow everyone any a/+\nallow everyone any a/+/+/#", "a/#",
       FilterAccess::kAll},
      {"allow everyone any a\nallow everyone any a/+/+/#", "a/#", FilterAccess::kSome},
      // `/#` takes no topic of one level, because that would be empty.
      {"allow everyone any /+/#", "/#", FilterAccess::kAll},
      // Names.
      {"allow everyone any d/%c/#", "d/probe/#", FilterAccess::kAll},
      {"allow everyone any d/%c/#", "d/+/x", FilterAccess::kSome},
      {"allow everyone any d/%c/#", "d/other/#", FilterAccess::kNone},
      // A share counts as its topics.
      {"allow everyone any a/#", "$share/g/a/+", FilterAccess::kAll},
      {"allow everyone any a/#", "$share/a/b/+", FilterAccess::kNone},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(access(row.rules, {kAda, "probe"}, row.filter), row.access)
        << row.rules << "\nfilter " << row.filter;
  }
}

TEST(Policy, blanks_quotes_and_line_ends_are_read) {
  const char* rules =
      "  # indented comment\r\n"
      "\tallow \t user  \"Ada \\\"L\\\\\"   publish\t\"a b/+\" \r\n";
  const Principal principal{TenantId{}, "Ada \"L\\"};
  EXPECT_TRUE(may_publish(rules, {principal, "c"}, "a b/c"));
}

TEST(Policy, all_mistakes_are_listed_with_file_and_line) {
  EXPECT_THAT(
      mistakes("alow everyone any #\n"
               "# fine\n"
               "allow all any #\n"
               "allow user\n"
               "allow everyone read #\n"
               "allow everyone any\n"
               "allow everyone any a#\n"
               "allow everyone any dev-%c/#\n"
               "allow everyone any $share/g/a\n"
               "allow everyone any a b\n"
               "allow everyone any \"a\n"
               "allow everyone any ok\n"),
      ElementsAre("rules:1: a rule begins with allow or deny, not with \"alow\"",
                  "rules:3: expected user NAME, client ID, anonymous, authenticated or everyone, "
                  "not \"all\"",
                  "rules:4: \"user\" needs a name behind it (with spaces: in double quotes)",
                  "rules:5: expected publish, subscribe or any, not \"read\"",
                  "rules:6: the topics are missing, or a quote is not closed",
                  "rules:7: \"a#\" is not a topic filter: + and # stand for whole levels, and # "
                  "comes last",
                  "rules:8: \"dev-%c\": %c and %u stand for whole levels",
                  "rules:9: \"$share/g/a\" names a share: write the topics alone, they count for "
                  "every share",
                  "rules:10: there is more behind the topics (topics with spaces stand in double "
                  "quotes)",
                  "rules:11: the topics are missing, or a quote is not closed"));
}

}  // namespace
}  // namespace godwit::access
