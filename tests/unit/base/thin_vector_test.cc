#include "base/thin_vector.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

namespace godwit::test {
namespace {

TEST(ThinVector, is_a_pointer_and_owns_nothing_while_it_is_empty) {
  static_assert(sizeof(ThinVector<std::string>) == sizeof(void*));
  const ThinVector<int> none;
  EXPECT_EQ(none.size(), 0U);
  EXPECT_EQ(none.capacity(), 0U);
  EXPECT_EQ(none.begin(), none.end());
}

TEST(ThinVector, grows_by_half) {
  ThinVector<std::uint64_t> numbers;
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    numbers.push_back(i);
    EXPECT_LE(numbers.capacity(), std::max<std::size_t>(2, numbers.size() + numbers.size() / 2));
  }
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    EXPECT_EQ(numbers[i], i);
  }
}

TEST(ThinVector, holds_what_can_only_be_moved) {
  ThinVector<std::unique_ptr<int>> owners;
  for (int i = 0; i < 10; ++i) {
    owners.push_back(std::make_unique<int>(i));
  }
  owners.erase(owners.begin());
  ThinVector<std::unique_ptr<int>> moved = std::move(owners);
  EXPECT_EQ(*moved[0], 1);
  EXPECT_EQ(*moved.back(), 9);
  EXPECT_TRUE(owners.empty());  // NOLINT(bugprone-use-after-move): that is what is asked.
}

TEST(ThinVector, a_copy_is_its_own) {
  ThinVector<std::string> first;
  first.push_back("a");
  ThinVector<std::string> second = first;
  second[0] = "b";
  EXPECT_EQ(first[0], "a");
  first = second;
  EXPECT_EQ(first[0], "b");
  first.clear();
  EXPECT_EQ(first.capacity(), 0U);
}

TEST(ThinVector, a_resized_one_has_default_elements) {
  ThinVector<std::string> texts(3);
  EXPECT_EQ(texts[2], "");
  texts.resize(1);
  EXPECT_EQ(texts.size(), 1U);
  texts.shrink_to_fit();
  EXPECT_EQ(texts.capacity(), 1U);
  texts.pop_back();
  texts.shrink_to_fit();
  EXPECT_EQ(texts.capacity(), 0U);
}

// Against std::vector, by chance.
TEST(ThinVector, does_what_a_vector_does) {
  std::mt19937 random(1);
  const auto below = [&](std::size_t bound) { return random() % bound; };
  ThinVector<std::string> thin;
  std::vector<std::string> plain;
  for (int step = 0; step < 20'000; ++step) {
    const auto at = static_cast<std::ptrdiff_t>(below(plain.size() + 1));
    const std::string text = std::to_string(step) + std::string(below(30), 'x');
    const bool full = plain.size() > 40;
    if (!full && below(2) == 0) {
      thin.insert(thin.begin() + at, text);
      plain.insert(plain.begin() + at, text);
    } else if (!full && below(3) == 0) {
      thin.push_back(text);
      plain.push_back(text);
    } else if (at < static_cast<std::ptrdiff_t>(plain.size())) {
      thin.erase(thin.begin() + at);
      plain.erase(plain.begin() + at);
    }
    ASSERT_TRUE(std::equal(thin.begin(), thin.end(), plain.begin(), plain.end()));
  }
}

}  // namespace
}  // namespace godwit::test
