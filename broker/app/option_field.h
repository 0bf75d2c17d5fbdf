// Turns a member of Config into the field of a row. Only for the files that hold rows.
//
//   .field = OPTION_FIELD(config.limits.memory_budget_bytes)
//   .field = OPTION_FIELD(config.listeners.tcp.at(instance).bind)
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

namespace option_field {

// The choices of an enumeration, in the order of its enumerators.
template <class Enum>
inline constexpr std::string_view kChoices[] = {""};
template <>
inline constexpr std::string_view kChoices<LogLevel>[] = {"trace", "debug", "info",
                                                          "warn",  "error", "off"};
template <>
inline constexpr std::string_view kChoices<SharedSubscriptions>[] = {"round_robin", "hash_topic",
                                                                     "hash_client", "off"};
template <>
inline constexpr std::string_view kChoices<PlacementRule>[] = {"gather", "spread"};
template <>
inline constexpr std::string_view kChoices<TlsVersion>[] = {"1.2", "1.3"};
template <>
inline constexpr std::string_view kChoices<ClientCertificates>[] = {"off", "optional", "required"};
template <>
inline constexpr std::string_view kChoices<CertificateIdentity>[] = {
    "none", "common_name", "san_dns", "san_email", "san_uri"};

template <class Field>
OptionValue to_value(const Field& field) {
  if constexpr (std::is_same_v<Field, bool> || std::is_same_v<Field, std::string>) {
    return field;
  } else if constexpr (std::is_same_v<Field, Duration>) {
    return std::int64_t{std::chrono::duration_cast<std::chrono::seconds>(field).count()};
  } else if constexpr (std::is_enum_v<Field>) {
    return std::string(kChoices<Field>[static_cast<std::size_t>(field)]);
  } else {
    return static_cast<std::int64_t>(field);
  }
}

// `name` was checked against the row's choices.
template <class Enum>
Enum choice(std::string_view name) {
  std::size_t number = 0;
  while (number + 1 < std::size(kChoices<Enum>) && kChoices<Enum>[number] != name) {
    ++number;
  }
  return static_cast<Enum>(number);
}

template <class Field>
void from_value(Field& field, const OptionValue& value) {
  if constexpr (std::is_same_v<Field, bool>) {
    field = std::get<bool>(value);
  } else if constexpr (std::is_same_v<Field, std::string>) {
    field = std::get<std::string>(value);
  } else if constexpr (std::is_same_v<Field, Duration>) {
    field = std::chrono::seconds(std::get<std::int64_t>(value));
  } else if constexpr (std::is_enum_v<Field>) {
    field = choice<Field>(std::get<std::string>(value));
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
