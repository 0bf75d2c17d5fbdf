#include "broker/app/config_show.h"

#include <fmt/format.h>

#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <vector>

#include "broker/app/config_table.h"
#include "broker/app/profile.h"

namespace godwit::app {
namespace {

// One option of one instance, ready to be shown.
struct Row {
  const Option* option;
  std::size_t instance;
  OptionValue value;
  std::string_view origin;

  [[nodiscard]] bool changed() const { return origin != kDefaultOrigin; }
  [[nodiscard]] bool masked() const {
    return option->secret && !std::get<std::string>(value).empty();
  }
};

// One table of the file.
struct Table {
  const Section* section;
  std::vector<Row> rows;
};

OptionValue shown_value(const Option& option, OptionValue value) {
  if (option.type != OptionType::kPath || std::get<std::string>(value).empty()) {
    return value;
  }
  std::error_code error;
  const auto path = std::filesystem::absolute(std::get<std::string>(value), error);
  return error ? value : path.lexically_normal().string();
}

Table table_of(const LoadedConfig& loaded, const Section& section, std::size_t instance,
               Shown shown) {
  Table table{&section, {}};
  for (const Option& option : options()) {
    if (&section_of(option) == &section) {
      table.rows.push_back({&option, instance,
                            shown_value(option, option.field.read(loaded.config, instance)),
                            loaded.origins.of(option.name, instance)});
    }
  }
  if (shown == Shown::kChanged) {
    std::erase_if(table.rows, [](const Row& row) { return !row.changed(); });
  }
  return table;
}

// Whether somebody named an instance of the section: then all of them have to be shown, since the
// file that is made of them must have as many.
bool is_named(const LoadedConfig& loaded, const Section& section, std::size_t count) {
  for (std::size_t instance = 0; instance < count; ++instance) {
    if (loaded.origins.of(section.name, instance) != kDefaultOrigin ||
        !table_of(loaded, section, instance, Shown::kChanged).rows.empty()) {
      return true;
    }
  }
  return false;
}

std::vector<Table> tables_of(const LoadedConfig& loaded, Shown shown) {
  std::vector<Table> tables;
  for (const Section& section : sections()) {
    const std::size_t count = section.repeatable() ? section.size(loaded.config) : 1;
    if (shown == Shown::kChanged && !is_named(loaded, section, count)) {
      continue;
    }
    for (std::size_t instance = 0; instance < count; ++instance) {
      tables.push_back(table_of(loaded, section, instance, shown));
    }
  }
  return tables;
}

std::string line_of(const Row& row) {
  if (row.masked()) {
    return fmt::format("# {} = \"***\"  # {}", key_of(*row.option), row.origin);
  }
  return fmt::format("{} = {}  # {}", key_of(*row.option), value_text(*row.option, row.value),
                     row.origin);
}

// A comment ends at a line's end, and a file's name may hold one.
std::string in_one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') {
      c = '?';
    }
  }
  return text;
}

nlohmann::ordered_json json_of(const Row& row, bool repeatable) {
  nlohmann::ordered_json entry;
  entry["name"] = row.option->name;
  if (repeatable) {
    entry["instance"] = row.instance;
  }
  if (row.masked()) {
    entry["value"] = "***";
  } else {
    std::visit([&](const auto& value) { entry["value"] = value; }, row.value);
  }
  entry["origin"] = row.origin;
  return entry;
}

}  // namespace

std::string show_toml(const LoadedConfig& loaded, Shown shown) {
  std::string text =
      fmt::format("# The profile is `{}`.\n", description_of(loaded.config.profile).name);
  for (const Table& table : tables_of(loaded, shown)) {
    if (table.section->repeatable()) {
      fmt::format_to(std::back_inserter(text), "\n[[{}]]\n", table.section->name);
    } else if (!table.section->name.empty()) {
      fmt::format_to(std::back_inserter(text), "\n[{}]\n", table.section->name);
    } else {
      text += '\n';
    }
    for (const Row& row : table.rows) {
      text += in_one_line(line_of(row)) + '\n';
    }
  }
  return text;
}

std::string show_json(const LoadedConfig& loaded, Shown shown) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Table& table : tables_of(loaded, shown)) {
    for (const Row& row : table.rows) {
      list.push_back(json_of(row, table.section->repeatable()));
    }
  }
  nlohmann::ordered_json shown_config;
  shown_config["profile"] = description_of(loaded.config.profile).name;
  shown_config["options"] = std::move(list);
  // A path need not be UTF-8; what is not is replaced.
  return shown_config.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace godwit::app
