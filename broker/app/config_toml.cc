// Turns a TOML file into settings. Only this file knows toml++.

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <filesystem>
#include <string>

#include "broker/app/config_table.h"
#include "broker/app/setting.h"

namespace godwit::app {
namespace {

// toml++ bounds how deep values nest, but not names: each level of `a.b.c` is a table inside the
// other, and so many as a hostile file can hold overrun the stack when they are freed.
constexpr std::size_t kKeyLevelsMax = 32;

// `at` is behind the opening quote; gives the place behind the closing one. Where the string is
// broken the parser stops too.
std::size_t skip_string(std::string_view text, std::size_t at, char quote) {
  const std::string multiline(3, quote);
  const bool lines = text.substr(at).starts_with(std::string_view(multiline).substr(1));
  at += lines ? 2 : 0;
  while (at < text.size()) {
    if (text[at] == '\\' && quote == '"') {
      ++at;
    } else if (lines && text.substr(at).starts_with(multiline)) {
      at += multiline.size();
      // Two more quotes may belong to the text.
      while (at < text.size() && text[at] == quote) {
        ++at;
      }
      return at;
    } else if (!lines && (text[at] == quote || text[at] == '\n')) {
      return at + 1;
    }
    ++at;
  }
  return text.size();
}

// The first line with a name of more than kKeyLevelsMax levels; 0 if there is none.
std::size_t line_of_deep_key(std::string_view text) {
  constexpr std::string_view kBetweenDots =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_- \t";
  std::size_t dots = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at++];
    if (c == '"' || c == '\'') {
      at = skip_string(text, at, c);
    } else if (c == '#') {
      at = std::min(text.find('\n', at), text.size());
    } else if (c == '.') {
      ++dots;
    } else if (kBetweenDots.find(c) == std::string_view::npos) {
      dots = 0;
    }
    if (dots >= kKeyLevelsMax) {
      return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, at), '\n'));
    }
  }
  return 0;
}

class TomlReader {
 public:
  TomlReader(const std::string& file_name, std::vector<Setting>& settings, Problems& problems)
      : file_name_(file_name),
        folder_(std::filesystem::path(file_name).parent_path().string()),
        settings_(settings),
        problems_(problems) {}

  // `path`: "listener.tcp." or "" of the table; `instance`: which one of a repeatable section.
  void read_table(const toml::table& table, const std::string& path, std::size_t instance) {
    for (const auto& [key, node] : table) {
      const std::string name = path + std::string(key.str());
      if (find_option(name) != nullptr) {
        read_option(node, name, instance);
      } else if (const Section* section = find_section(name); section != nullptr) {
        read_section(node, *section);
      } else if (node.is_table() && is_above_a_section(name)) {
        read_table(*node.as_table(), name + '.', 0);
      } else {
        report(node, unknown_option_text(name));
      }
    }
  }

 private:
  // "listener" is above "listener.tcp".
  static bool is_above_a_section(const std::string& name) {
    for (const Section& section : sections()) {
      if (section.name.starts_with(name + '.')) {
        return true;
      }
    }
    return false;
  }

  void read_section(const toml::node& node, const Section& section) {
    if (const toml::table* table = node.as_table()) {
      read_instance(*table, section, 0);
      return;
    }
    const toml::array* array = node.as_array();
    if (array == nullptr || !section.repeatable() || !array->is_array_of_tables()) {
      report(node, fmt::format("`{}` must be a table: [{}]", section.name, section.name));
      return;
    }
    if (array->size() > kSectionInstancesMax) {
      report(node,
             fmt::format("[[{}]] stands at most {} times", section.name, kSectionInstancesMax));
      return;
    }
    for (std::size_t instance = 0; instance < array->size(); ++instance) {
      read_instance(*array->get_as<toml::table>(instance), section, instance);
    }
  }

  void read_instance(const toml::table& table, const Section& section, std::size_t instance) {
    if (section.repeatable()) {
      settings_.push_back({.option = std::string(section.name),
                           .instance = instance,
                           .value = Stands{},
                           .origin = place(table),
                           .base_folder = {}});
    }
    read_table(table, std::string(section.name) + '.', instance);
  }

  void read_option(const toml::node& node, const std::string& name, std::size_t instance) {
    Setting setting{.option = name,
                    .instance = instance,
                    .value = {},
                    .origin = place(node),
                    .base_folder = folder_};
    if (const auto* truth = node.as_boolean()) {
      setting.value = truth->get();
    } else if (const auto* number = node.as_integer()) {
      setting.value = number->get();
    } else if (const auto* fraction = node.as_floating_point()) {
      setting.value = fraction->get();
    } else if (const auto* text = node.as_string()) {
      setting.value = text->get();
    } else {
      report(node, fmt::format("{} must be one value", name));
      return;
    }
    settings_.push_back(std::move(setting));
  }

  [[nodiscard]] std::string place(const toml::node& node) const {
    return fmt::format("{}:{}", file_name_, node.source().begin.line);
  }

  void report(const toml::node& node, const std::string& text) {
    problems_.push_back(Error{fmt::format("{}: {}", place(node), text)});
  }

  const std::string& file_name_;
  const std::string folder_;
  std::vector<Setting>& settings_;
  Problems& problems_;
};

}  // namespace

void read_toml(std::string_view text, const std::string& file_name, std::vector<Setting>& settings,
               Problems& problems) {
  if (const std::size_t line = line_of_deep_key(text); line > 0) {
    problems.push_back(Error{
        fmt::format("{}:{}: a name has more than {} levels", file_name, line, kKeyLevelsMax)});
    return;
  }
  try {
    const toml::table table = toml::parse(text, std::string_view(file_name));
    TomlReader(file_name, settings, problems).read_table(table, "", 0);
  } catch (const toml::parse_error& error) {
    problems.push_back(
        Error{fmt::format("{}:{}: {}", file_name, error.source().begin.line, error.description())});
  }
}

}  // namespace godwit::app
