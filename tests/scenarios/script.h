// A script of commands and what they answer:
//
//   # What this shows.
//   cluster 1,2,3
//   ----
//   ok
//
//   campaign 1
//   …
//
// A comment belongs to what follows. Answers end at the next empty line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace godwit::scenarios {

struct Step {
  std::string before;  // Comments and empty lines, as they are.
  std::string command;
  std::string expected;  // Lines with their ends.
  std::size_t line = 0;
};

struct Script {
  std::vector<Step> steps;
  std::string after;
};

[[nodiscard]] Script parse(std::string_view text);
// The same text with other answers.
[[nodiscard]] std::string write(const Script& script);

// A command's words: a name, then plain words and key=value pairs.
class Words {
 public:
  explicit Words(std::string_view command);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::vector<std::string>& plain() const { return plain_; }
  // Empty: not given.
  [[nodiscard]] std::string value(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view word) const;

 private:
  std::string name_;
  std::vector<std::string> plain_;
  std::vector<std::pair<std::string, std::string>> values_;
};

[[nodiscard]] std::vector<std::string> split(std::string_view text, char at);
// A script with a mistake ends the program with a message.
[[nodiscard]] std::uint64_t number_of(std::string_view text);
[[noreturn]] void give_up(std::string_view why);

}  // namespace godwit::scenarios
