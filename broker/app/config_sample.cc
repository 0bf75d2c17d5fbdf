#include "broker/app/config_sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "broker/app/config_table.h"

namespace godwit::app {
namespace {

constexpr std::size_t kColumns = 100;

constexpr std::string_view kIntroduction =
    "A configuration of godwit with every option and its default. Take the `#` away from those "
    "that you change, and from the `[section]` above them. What the environment or a flag says "
    "goes before this file: docs/operations/configuration.md.";

// Comment lines of kColumns at most; words are not parted.
std::string comment(std::string_view text) {
  std::string lines;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    if (column == 0 || column + 1 + word.size() > kColumns) {
      lines += column == 0 ? "#" : "\n#";
      column = 1;
    }
    fmt::format_to(std::back_inserter(lines), " {}", word);
    column += 1 + word.size();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines + '\n';
}

std::string sample_of(const Option& option) {
  return fmt::format("\n{}{}#{} = {}\n", comment(option.help),
                     comment(fmt::format("{}: {}", type_text(option.type), bounds_text(option))),
                     key_of(option), default_text(option));
}

}  // namespace

std::string config_sample() {
  std::string text = comment(kIntroduction);
  for (const Section& section : sections()) {
    fmt::format_to(std::back_inserter(text), "\n{}", comment(section.help));
    if (section.repeatable()) {
      fmt::format_to(std::back_inserter(text), "#[[{}]]\n", section.name);
    } else if (!section.name.empty()) {
      fmt::format_to(std::back_inserter(text), "#[{}]\n", section.name);
    }
    for (const Option& option : options()) {
      if (&section_of(option) == &section) {
        text += sample_of(option);
      }
    }
  }
  return text;
}

}  // namespace godwit::app
