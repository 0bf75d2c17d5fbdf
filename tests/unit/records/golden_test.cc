// Records of earlier versions are read, and today's are written as they were:
// tests/data/golden/records-1.txt. A record that changes gets a new file beside the old one.
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "base/hex.h"
#include "broker/records/command_codec.h"
#include "tests/unit/records/samples.h"

namespace godwit::records {
namespace {

std::map<std::string, std::string> golden() {
  std::ifstream file(GODWIT_TEST_DATA "/golden/records-1.txt");
  std::map<std::string, std::string> records;
  std::string name;
  std::string bytes;
  while (file >> name >> bytes) {
    records[name] = bytes;
  }
  return records;
}

// What reads them is seen by the codecs' own tests: the bytes are the same.
TEST(Golden, records_are_written_as_ever) {
  std::map<std::string, std::string> today;
  for (const auto& [name, bytes] : all_samples()) {
    today[name] = to_hex(bytes);
  }
  const auto expected = golden();
  EXPECT_FALSE(expected.empty());
  for (const auto& [name, bytes] : expected) {
    EXPECT_EQ(today[name], bytes) << name;
  }
  for (const auto& [name, bytes] : today) {
    EXPECT_TRUE(expected.contains(name)) << "new: " << name << " " << bytes;
  }
}

}  // namespace
}  // namespace godwit::records
