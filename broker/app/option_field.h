// Turns a member of Config into the field of a row. Only for the files that hold rows.
//
//   .field = OPTION_FIELD(config.limits.memory_budget_bytes)
//   .field = OPTION_FIELD(config.tcp_listeners.at(instance).bind)
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/time.h"
#include "broker/app/config_table.h"

namespace godwit::app {

// The level's name in OPTION_FIELD of a LogLevel, in the order of the enumerators.
inline constexpr std::string_view kLogLevels[] = {"trace", "debug", "info", "warn", "error", "off"};

namespace option_field {

template <class Field>
OptionValue to_value(const Field& field) {
  if constexpr (std::is_same_v<Field, bool> || std::is_same_v<Field, std::string>) {
    return field;
  } else if constexpr (std::is_same_v<Field, Duration>) {
    return std::int64_t{std::chrono::duration_cast<std::chrono::seconds>(field).count()};
  } else if constexpr (std::is_same_v<Field, LogLevel>) {
    return std::string(kLogLevels[static_cast<std::size_t>(field)]);
  } else {
    return static_cast<std::int64_t>(field);
  }
}

inline LogLevel log_level(std::string_view name) {
  std::size_t level = 0;
  while (level + 1 < std::size(kLogLevels) && kLogLevels[level] != name) {
    ++level;
  }
  return static_cast<LogLevel>(level);
}

template <class Field>
void from_value(Field& field, const OptionValue& value) {
  if constexpr (std::is_same_v<Field, bool>) {
    field = std::get<bool>(value);
  } else if constexpr (std::is_same_v<Field, std::string>) {
    field = std::get<std::string>(value);
  } else if constexpr (std::is_same_v<Field, Duration>) {
    field = std::chrono::seconds(std::get<std::int64_t>(value));
  } else if constexpr (std::is_same_v<Field, LogLevel>) {
    field = log_level(std::get<std::string>(value));
  } else {
    field = static_cast<Field>(std::get<std::int64_t>(value));
  }
}

template <auto Select>
OptionValue read(const Config& config, std::size_t instance) {
  return to_value(Select(config, instance));
}

template <auto Select>
void write(Config& config, std::size_t instance, const OptionValue& value) {
  from_value(Select(config, instance), value);
}

template <auto Select>
consteval OptionField make() {
  return {.read = &read<Select>, .write = &write<Select>};
}

}  // namespace option_field
}  // namespace godwit::app

#define OPTION_FIELD(expression)                                           \
  ::godwit::app::option_field::make <                                      \
      [](auto& config, [[maybe_unused]] ::std::size_t instance) -> auto& { \
    return expression;                                                     \
  }                                                                        \
  > ()
