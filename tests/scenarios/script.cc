#include "tests/scenarios/script.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <sstream>

namespace godwit::scenarios {

Script parse(std::string_view text) {
  Script script;
  std::istringstream lines{std::string(text)};
  Step step;
  bool answering = false;
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (answering && !line.empty()) {
      step.expected += line + "\n";
    } else if (answering) {
      script.steps.push_back(std::move(step));
      step = {};
      answering = false;
    } else if (line == "----") {
      answering = true;
    } else if (line.empty() || line[0] == '#') {
      step.before += line + "\n";
    } else {
      if (!step.command.empty()) {
        give_up(fmt::format("line {}: `{}` has no answer", step.line, step.command));
      }
      step.command = line;
      step.line = number;
    }
  }
  if (answering) {
    script.steps.push_back(std::move(step));
    step = {};
  }
  script.after = step.before;
  return script;
}

std::string write(const Script& script) {
  std::string text;
  for (const Step& step : script.steps) {
    text += step.before + step.command + "\n----\n" + step.expected + "\n";
  }
  text += script.after;
  while (text.size() > 1 && text.ends_with("\n\n")) {
    text.pop_back();
  }
  return text;
}

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  std::istringstream stream{std::string(text)};
  for (std::string part; std::getline(stream, part, at);) {
    if (!part.empty()) {
      parts.push_back(part);
    }
  }
  return parts;
}

std::uint64_t number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    give_up(fmt::format("`{}` is not a number", text));
  }
  return number;
}

void give_up(std::string_view why) {
  fmt::print("a mistake in the script: {}\n", why);
  std::exit(2);  // NOLINT(concurrency-mt-unsafe): one thread
}

Words::Words(std::string_view command) {
  for (const std::string& word : split(command, ' ')) {
    const std::size_t equals = word.find('=');
    if (name_.empty()) {
      name_ = word;
    } else if (equals == std::string::npos) {
      plain_.push_back(word);
    } else {
      values_.emplace_back(word.substr(0, equals), word.substr(equals + 1));
    }
  }
}

std::string Words::value(std::string_view key) const {
  for (const auto& [name, value] : values_) {
    if (name == key) {
      return value;
    }
  }
  return {};
}

bool Words::has(std::string_view word) const {
  for (const std::string& one : plain_) {
    if (one == word) {
      return true;
    }
  }
  return false;
}

}  // namespace godwit::scenarios
