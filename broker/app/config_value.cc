#include "broker/app/config_value.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <limits>

#include "broker/app/address.h"
#include "broker/mqtt/utf8.h"

namespace godwit::app {
namespace {

const std::string* text_of(const RawValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    return text;
  }
  if (const auto* raw = std::get_if<Untyped>(&value)) {
    return &raw->text;
  }
  return nullptr;
}

// "64 MiB", "64MiB", "65536".
std::optional<std::int64_t> parse_bytes(std::string_view text) {
  struct Unit {
    std::string_view name;
    unsigned shift;
  };
  constexpr std::array kUnits = {Unit{"KiB", 10}, Unit{"MiB", 20}, Unit{"GiB", 30},
                                 Unit{"TiB", 40}};
  unsigned shift = 0;
  for (const Unit& unit : kUnits) {
    if (text.ends_with(unit.name)) {
      shift = unit.shift;
      text.remove_suffix(unit.name.size());
      if (text.ends_with(' ')) {
        text.remove_suffix(1);
      }
      break;
    }
  }
  const std::optional<std::int64_t> number = parse_integer(text);
  if (!number.has_value() || *number < 0) {
    return std::nullopt;
  }
  if (*number > (std::numeric_limits<std::int64_t>::max() >> shift)) {
    return std::nullopt;
  }
  return *number << shift;
}

Result<OptionValue> to_boolean(const RawValue& value) {
  if (const bool* truth = std::get_if<bool>(&value)) {
    return *truth;
  }
  if (const auto* raw = std::get_if<Untyped>(&value)) {
    if (raw->text == "true") {
      return true;
    }
    if (raw->text == "false") {
      return false;
    }
  }
  return fail(Error{"must be true or false"});
}

Result<OptionValue> to_number(const Option& option, const RawValue& value) {
  std::optional<std::int64_t> number;
  if (const auto* typed = std::get_if<std::int64_t>(&value)) {
    number = *typed;
  } else if (option.type == OptionType::kBytes && text_of(value) != nullptr) {
    number = parse_bytes(*text_of(value));
  } else if (const auto* raw = std::get_if<Untyped>(&value)) {
    number = parse_integer(raw->text);
  }
  if (!number.has_value()) {
    return fail(Error{option.type == OptionType::kBytes
                          ? "must be a number of bytes, such as 65536 or \"64 KiB\""
                          : "must be a whole number"});
  }
  if (*number < option.min || *number > option.max) {
    return fail(Error{fmt::format("must be {}", bounds_text(option))});
  }
  return *number;
}

bool is_choice(std::string_view choices, std::string_view text) {
  if (text.empty() || text.find(' ') != std::string_view::npos) {
    return false;
  }
  return fmt::format(" {} ", choices).find(fmt::format(" {} ", text)) != std::string::npos;
}

Result<OptionValue> to_text(const Option& option, const Setting& setting) {
  const std::string* text = text_of(setting.value);
  if (text == nullptr) {
    return fail(Error{"must be text in quotes"});
  }
  if (text->find('\0') != std::string::npos) {
    return fail(Error{"must not contain U+0000"});  // The system would take what stands before it.
  }
  if (option.type == OptionType::kChoice && !is_choice(option.choices, *text)) {
    return fail(Error{fmt::format("must be one of {}", bounds_text(option))});
  }
  constexpr std::size_t kAddressBytesMax = 64;  // An address in brackets with its port has 47.
  if (option.type == OptionType::kAddress && text->size() > kAddressBytesMax) {
    return fail(Error{"must be HOST:PORT"});
  }
  if (option.type == OptionType::kAddress && !(option.name == "http.bind" && *text == kHttpOff)) {
    if (const auto parsed = parse_bind(*text); !parsed) {
      return fail(parsed.error());
    }
  }
  if (option.type == OptionType::kText &&
      (text->size() > kTextBytesMax || mqtt::find_invalid_utf8(*text))) {
    return fail(Error{fmt::format("must be {}", bounds_text(option))});
  }
  if (option.refuse != nullptr && !option.refuse(*text).empty()) {
    return fail(Error{std::string(option.refuse(*text))});
  }
  if (option.type == OptionType::kPath && !text->empty() && !setting.base_folder.empty()) {
    return (std::filesystem::path(setting.base_folder) / *text).string();
  }
  return *text;
}

// Whole, or as much of it as a line bears.
std::string shown(std::string_view text) {
  constexpr std::size_t kShownMax = 100;
  return text.size() <= kShownMax
             ? quoted(text)
             : fmt::format("{}… ({} bytes)", quoted(text.substr(0, kShownMax)), text.size());
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

Result<OptionValue> to_option_value(const Option& option, const Setting& setting) {
  switch (option.type) {
    case OptionType::kBoolean:
      return to_boolean(setting.value);
    case OptionType::kInteger:
    case OptionType::kSeconds:
    case OptionType::kBytes:
      return to_number(option, setting.value);
    case OptionType::kChoice:
    case OptionType::kAddress:
    case OptionType::kText:
    case OptionType::kPath:
      return to_text(option, setting);
  }
  return fail(Error{"has no type"});
}

std::string described(const RawValue& value) {
  struct Visitor {
    std::string operator()(bool truth) const { return truth ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(double number) const { return fmt::format("{}", number); }
    std::string operator()(const std::string& text) const { return shown(text); }
    std::string operator()(const Untyped& raw) const { return shown(raw.text); }
    std::string operator()(Stands) const { return "a table"; }
  };
  return std::visit(Visitor{}, value);
}

}  // namespace godwit::app
