#include "broker/app/cli_tree.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstddef>
#include <string_view>

namespace godwit::app {
namespace {

std::vector<std::string> split_choices(std::string_view text) {
  const bool lower = !text.empty() && text[0] >= 'a' && text[0] <= 'z';
  std::vector<std::string> choices;
  if (!lower && text.find('|') == std::string_view::npos) {
    return choices;
  }
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('|'), text.size());
    choices.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return choices;
}

// "UINT" of "UINT:INT in [1 - 9]", which is how CLI11 adds what it checks; but all of "HOST:PORT".
std::string without_checks(const std::string& type) {
  const std::size_t colon = type.find(':');
  const bool capitals = colon != std::string::npos &&
                        std::all_of(type.begin() + static_cast<std::ptrdiff_t>(colon) + 1,
                                    type.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  return capitals ? type : type.substr(0, colon);
}

ArgumentInfo read_argument(const CLI::Option& option) {
  ArgumentInfo argument;
  argument.help = option.get_description();
  argument.group = option.get_group();
  if (option.get_positional()) {
    argument.names.push_back(option.get_name(true, false));
  } else {
    for (const std::string& name : option.get_snames()) {
      argument.names.push_back("-" + name);
    }
    for (const std::string& name : option.get_lnames()) {
      argument.names.push_back("--" + name);
    }
  }
  // A value that may be left out is not asked for.
  if (option.get_items_expected_min() > 0) {
    argument.placeholder = without_checks(option.get_type_name());
    argument.choices = split_choices(argument.placeholder);
  }
  return argument;
}

CommandInfo read_below(const CLI::App& app, const std::string& above) {
  CommandInfo command{.name = above + app.get_name(),
                      .help = app.get_description(),
                      .footer = app.get_footer(),
                      .arguments = {},
                      .flags = {},
                      .subcommands = {}};
  for (const CLI::Option* option : app.get_options()) {
    (option->get_positional() ? command.arguments : command.flags)
        .push_back(read_argument(*option));
  }
  for (const CLI::App* below : app.get_subcommands([](const CLI::App*) { return true; })) {
    command.subcommands.push_back(read_below(*below, command.name + " "));
  }
  return command;
}

}  // namespace

CommandInfo read_command(const CLI::App& root) { return read_below(root, ""); }

std::string last_word(const CommandInfo& command) {
  return command.name.substr(command.name.rfind(' ') + 1);  // npos + 1 is 0.
}

}  // namespace godwit::app
