#include "broker/access/password_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace godwit::access {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kHash =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
    "RdescudvJCsgt3ub+b/dWRWJTmaaJObGRdescudvJCs";

std::vector<std::string> mistakes(std::string_view text) {
  const auto file = PasswordFile::parse(text, "users");
  std::vector<std::string> texts;
  if (!file) {
    for (const Error& error : file.error()) {
      texts.push_back(error.text);
    }
  }
  return texts;
}

TEST(PasswordFile, finds_the_hash_of_a_user) {
  const auto file = PasswordFile::parse("ada:" + kHash + "\r\n\nbob smith:" + kHash, "users");
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(file->size(), 2U);
  ASSERT_NE(file->find("ada"), nullptr);
  EXPECT_EQ(*file->find("ada"), kHash);
  EXPECT_NE(file->find("bob smith"), nullptr);
  EXPECT_EQ(file->find("Ada"), nullptr);
  EXPECT_EQ(file->find(""), nullptr);
}

TEST(PasswordFile, an_empty_file_has_no_users) {
  const auto file = PasswordFile::parse("", "users");
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(file->size(), 0U);
}

TEST(PasswordFile, is_written_sorted_and_read_back) {
  PasswordFile file;
  file.set("zoe", kHash);
  file.set("ada", "old");
  file.set("ada", kHash);
  file.set("gone", kHash);
  EXPECT_TRUE(file.erase("gone"));
  EXPECT_FALSE(file.erase("gone"));
  EXPECT_EQ(file.text(), "ada:" + kHash + "\nzoe:" + kHash + "\n");
  const auto again = PasswordFile::parse(file.text(), "users");
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->text(), file.text());
}

TEST(PasswordFile, all_mistakes_are_listed_with_file_and_line) {
  const std::string text = "no colon\nada:" + kHash + "\n:" + kHash + "\nbob:plain\nada:" + kHash +
                           "\n# a comment: would be lost\n";
  EXPECT_THAT(
      mistakes(text),
      ElementsAre("users:1: a line is name:hash, and nothing else",
                  "users:3: the user name is empty, over 256 bytes long, or has a control "
                  "character",
                  HasSubstr("users:4: the password hash of \"bob\" is neither a valid $argon2id$"),
                  "users:5: \"ada\" stands in line 2 already",
                  HasSubstr("users:6: the password hash of \"# a comment\"")));
}

// What was meant as a password must not end up in a log.
TEST(PasswordFile, mistakes_do_not_repeat_the_hash) {
  for (const std::string& text : mistakes("ada:hunter2\nbob\x01:hunter2\n")) {
    EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
  }
}

TEST(PasswordFile, a_hash_has_the_form_and_a_bounded_cost) {
  const std::string tail = "$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b/dWRWJTmaaJObGRdescudvJCs";
  EXPECT_TRUE(mistakes("a:$argon2id$v=19$m=8,t=1,p=1" + tail).empty());
  EXPECT_TRUE(mistakes("a:$argon2id$v=19$m=1048576,t=64,p=16" + tail).empty());
  for (std::string head : {
           "",
           "$argon2i$v=19$m=19456,t=2,p=1",
           "$argon2id$v=16$m=19456,t=2,p=1",
           "$argon2id$m=19456,t=2,p=1",
           "$argon2id$v=19$m=7,t=2,p=1",
           "$argon2id$v=19$m=1048577,t=2,p=1",
           "$argon2id$v=19$m=99999999999999,t=2,p=1",
           "$argon2id$v=19$m=-8,t=2,p=1",
           "$argon2id$v=19$m=19456,t=0,p=1",
           "$argon2id$v=19$m=19456,t=65,p=1",
           "$argon2id$v=19$m=19456,t=2,p=0",
           "$argon2id$v=19$m=19456,t=2,p=17",
           "$argon2id$v=19$t=2,m=19456,p=1",
       }) {
    EXPECT_EQ(mistakes("a:" + head.append(tail)).size(), 1U) << head;
  }
  const std::string too_long(87, 'A');
  for (const std::string& wrong_tail :
       {std::string(), std::string("$c29tZXNhbHRzb21lc2FsdA"), "$short" + tail.substr(23),
        tail.substr(0, 24) + "short", tail + "=", tail + " ", tail.substr(0, 24) + too_long}) {
    std::string line = "a:$argon2id$v=19$m=19456,t=2,p=1";
    EXPECT_EQ(mistakes(line.append(wrong_tail)).size(), 1U) << line;
  }
}

TEST(PasswordFile, the_dummy_hash_could_stand_in_a_file) {
  EXPECT_TRUE(mistakes("a:" + std::string(PasswordFile::dummy_hash())).empty());
}

TEST(PasswordFile, user_names_that_can_stand_in_the_file) {
  EXPECT_TRUE(PasswordFile::valid_user_name("ada"));
  EXPECT_TRUE(PasswordFile::valid_user_name("Ada Lovelace / \xC3\xA9"));
  EXPECT_TRUE(PasswordFile::valid_user_name(std::string(256, 'a')));
  EXPECT_FALSE(PasswordFile::valid_user_name(""));
  EXPECT_FALSE(PasswordFile::valid_user_name(std::string(257, 'a')));
  EXPECT_FALSE(PasswordFile::valid_user_name("a:b"));
  EXPECT_FALSE(PasswordFile::valid_user_name("a\nb"));
  EXPECT_FALSE(PasswordFile::valid_user_name("a\x7F"));
  EXPECT_FALSE(PasswordFile::valid_user_name(std::string_view("a\0", 2)));
}

}  // namespace
}  // namespace godwit::access
