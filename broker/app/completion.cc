#include "broker/app/completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "broker/app/config_table.h"

namespace godwit::app {
namespace {

// In the tables of the script.
constexpr std::string_view kFiles = "<files>";
constexpr std::string_view kOptionNames = "<options>";

constexpr std::string_view kFunctions = R"(
# $1: what fits; $2: the beginning of the word.
_godwit_values() {
  case $1 in
    '<files>')
      mapfile -t COMPREPLY < <(compgen -f -- "$2")
      compopt -o filenames 2>/dev/null || true
      ;;
    '<options>')
      mapfile -t COMPREPLY < <(compgen -S = -W "$_godwit_options" -- "$2")
      compopt -o nospace 2>/dev/null || true
      ;;
    *)
      mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
      ;;
  esac
}

_godwit() {
  local path=godwit flag= word at
  local current=${COMP_WORDS[COMP_CWORD]}
  for ((at = 1; at < COMP_CWORD; ++at)); do
    word=${COMP_WORDS[at]}
    if [[ $word == = ]]; then
      continue # bash parts --flag=value into three words.
    elif [[ -n $flag ]]; then
      flag=
    elif [[ -n ${_godwit_flag_values["$path $word"]+set} ]]; then
      flag="$path $word"
    elif [[ -n ${_godwit_subcommands["$path"]+set} &&
      " ${_godwit_subcommands["$path"]} " == *" $word "* ]]; then
      path="$path $word"
    fi
  done
  if [[ $current == = ]]; then
    current=
  fi
  COMPREPLY=()
  if [[ -n $flag ]]; then
    _godwit_values "${_godwit_flag_values["$flag"]}" "$current"
  elif [[ $current == -* ]]; then
    _godwit_values "${_godwit_flags["$path"]}" "$current"
  elif [[ -n ${_godwit_subcommands["$path"]+set} ]]; then
    _godwit_values "${_godwit_subcommands["$path"]}" "$current"
  else
    _godwit_values "${_godwit_arguments["$path"]-}" "$current"
  fi
}

complete -F _godwit godwit
)";

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : " ") + word;
  }
  return text;
}

std::string values_of(const ArgumentInfo& argument) {
  if (!argument.choices.empty()) {
    return joined(argument.choices);
  }
  if (argument.placeholder == "NAME=VALUE") {
    return std::string(kOptionNames);
  }
  const bool file = argument.placeholder == "FILE" ||
                    std::ranges::find(argument.names, "FILE") != argument.names.end();
  return file ? std::string(kFiles) : "";
}

// The script's tables, whose keys are commands or a command and a flag.
struct Tables {
  std::string subcommands;
  std::string flags;
  std::string flag_values;
  std::string arguments;
};

void add_row(std::string& table, std::string_view key, std::string_view value) {
  fmt::format_to(std::back_inserter(table), "  ['{}']='{}'\n", key, value);
}

void add_command(const CommandInfo& command, Tables& tables) {
  std::vector<std::string> words;
  for (const CommandInfo& below : command.subcommands) {
    words.push_back(last_word(below));
    add_command(below, tables);
  }
  if (!words.empty()) {
    add_row(tables.subcommands, command.name, joined(words));
  }
  std::vector<std::string> flags;
  for (const ArgumentInfo& flag : command.flags) {
    for (const std::string& name : flag.names) {
      flags.push_back(name);
      if (flag.takes_value()) {
        add_row(tables.flag_values, fmt::format("{} {}", command.name, name), values_of(flag));
      }
    }
  }
  add_row(tables.flags, command.name, joined(flags));
  // Where files and choices may both stand, files win: there are more of them.
  std::string arguments;
  for (const ArgumentInfo& argument : command.arguments) {
    const std::string values = values_of(argument);
    arguments = arguments == kFiles ? arguments : values.empty() ? arguments : values;
  }
  if (!arguments.empty()) {
    add_row(tables.arguments, command.name, arguments);
  }
}

}  // namespace

std::string bash_completion(const CommandInfo& root) {
  Tables tables;
  add_command(root, tables);
  std::vector<std::string> names;
  for (const Option& option : options()) {
    names.emplace_back(option.name);
  }
  return fmt::format(
             "# Completion of godwit in bash. Made by `godwit completion bash`.\n\n"
             "declare -gA _godwit_subcommands=(\n{})\ndeclare -gA _godwit_flags=(\n{})\n"
             "declare -gA _godwit_flag_values=(\n{})\ndeclare -gA _godwit_arguments=(\n{})\n"
             "declare -g _godwit_options='{}'\n",
             tables.subcommands, tables.flags, tables.flag_values, tables.arguments,
             joined(names)) +
         std::string(kFunctions);
}

}  // namespace godwit::app
