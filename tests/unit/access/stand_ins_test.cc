#include "broker/access/stand_ins.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "broker/crypto/sha256.h"

namespace godwit::access {
namespace {

const crypto::OpensslSha256 kSha256;

ScramVerifier verifier(std::uint32_t iterations, std::size_t salt_size) {
  return {.iterations = iterations, .salt = Bytes(salt_size), .stored_key = {}, .server_key = {}};
}

TEST(StandIns, of_an_empty_file_have_the_usual_costs) {
  const StandIns stand_ins({}, kSha256);
  EXPECT_EQ(stand_ins.hash("eve"), PasswordFile::dummy_hash());
  EXPECT_EQ(stand_ins.verifier("eve").iterations, kScramIterationsMin);
  EXPECT_EQ(stand_ins.verifier("eve").salt.size(), 16U);
}

TEST(StandIns, are_always_the_same_for_a_name_while_the_file_is) {
  PasswordFile file;
  file.set("ada", verifier(4'096, 16).text());
  EXPECT_EQ(StandIns(file, kSha256).verifier("eve").text(),
            StandIns(file, kSha256).verifier("eve").text());
  EXPECT_NE(StandIns(file, kSha256).verifier("eve").salt,
            StandIns(file, kSha256).verifier("mallory").salt);
  PasswordFile other = file;
  other.set("bob", verifier(4'096, 16).text());
  EXPECT_NE(StandIns(file, kSha256).verifier("eve").salt,
            StandIns(other, kSha256).verifier("eve").salt);
}

TEST(StandIns, cost_what_the_entries_of_the_file_cost) {
  PasswordFile file;
  file.set("ada", verifier(4'096, 16).text());
  file.set("bob", verifier(9'999, 64).text());
  file.set("eva", std::string(PasswordFile::dummy_hash()));
  const StandIns stand_ins(file, kSha256);
  std::set<std::uint32_t> iterations;
  std::set<std::size_t> salt_sizes;
  std::set<std::string> hashes;
  for (int i = 0; i < 100; ++i) {
    const std::string name = "user-" + std::to_string(i);
    iterations.insert(stand_ins.verifier(name).iterations);
    salt_sizes.insert(stand_ins.verifier(name).salt.size());
    hashes.emplace(stand_ins.hash(name));
  }
  EXPECT_EQ(iterations, (std::set<std::uint32_t>{4'096, 9'999}));
  EXPECT_EQ(salt_sizes, (std::set<std::size_t>{16, 64}));
  EXPECT_EQ(hashes.size(), 3U);
}

}  // namespace
}  // namespace godwit::access
