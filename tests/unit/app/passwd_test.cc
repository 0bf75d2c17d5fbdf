#include "broker/app/passwd.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

#include "broker/app/ask_password.h"
#include "broker/crypto/password_hasher.h"
#include "tests/unit/app/temporary_folder.h"

namespace godwit::app {
namespace {

using ::testing::HasSubstr;

struct PasswdTest : ::testing::Test {
  TemporaryFolder folder;
  std::string file = folder.path("users");
  // As cheap as it goes.
  crypto::Argon2PasswordHasher hasher{{.memory_kib = 8, .passes = 1, .lanes = 1}};
};

TEST_F(PasswdTest, sets_changes_and_removes_users) {
  ASSERT_TRUE(set_user(file, "ann", "one", hasher));
  ASSERT_TRUE(set_user(file, "bob", "two", hasher));
  ASSERT_TRUE(set_user(file, "ann", "three", hasher));

  const auto users = access::PasswordFile::parse(folder.read("users"), file);
  ASSERT_TRUE(users);
  EXPECT_EQ(users->size(), 2U);
  EXPECT_TRUE(hasher.verify(*users->find("ann"), "three"));
  EXPECT_FALSE(hasher.verify(*users->find("ann"), "one"));
  EXPECT_THAT(folder.read("users"), ::testing::Not(HasSubstr("three")));

  ASSERT_TRUE(erase_user(file, "ann"));
  const auto gone = erase_user(file, "ann");
  ASSERT_FALSE(gone);
  EXPECT_THAT(gone.error()[0].text, HasSubstr("no user `ann`"));
}

TEST_F(PasswdTest, refuses_names_and_passwords_that_cannot_be_used) {
  EXPECT_FALSE(set_user(file, "", "one", hasher));
  EXPECT_FALSE(set_user(file, "a:b", "one", hasher));
  EXPECT_FALSE(set_user(file, "a\nb", "one", hasher));
  EXPECT_FALSE(set_user(file, "ann", "", hasher));
  EXPECT_FALSE(set_user(file, "ann", std::string(65'536, 'x'), hasher));
  EXPECT_EQ(folder.file_count(), 0U);
}

TEST_F(PasswdTest, leaves_a_file_alone_that_it_cannot_read) {
  ASSERT_FALSE(folder.write("users", "not a line\n").empty());
  const auto refused = set_user(file, "ann", "one", hasher);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error()[0].text, HasSubstr("users:1"));
  EXPECT_EQ(folder.read("users"), "not a line\n");
}

TEST(ReadPasswordLine, takes_one_line_without_its_end) {
  for (const std::string_view input : {"secret\nrest", "secret\r\n", "secret"}) {
    std::array<int, 2> pipe_ends{};
    ASSERT_EQ(::pipe(pipe_ends.data()), 0);
    ASSERT_EQ(::write(pipe_ends[1], input.data(), input.size()),
              static_cast<ssize_t>(input.size()));
    ::close(pipe_ends[1]);
    const auto line = read_password_line(pipe_ends[0]);
    ASSERT_TRUE(line);
    EXPECT_EQ(as_text(line->view()), "secret");
    ::close(pipe_ends[0]);
  }
}

}  // namespace
}  // namespace godwit::app
