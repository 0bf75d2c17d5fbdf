#include "broker/app/origins.h"

#include <fmt/format.h>

namespace godwit::app {
namespace {

std::string_view section_name_of(std::string_view option) {
  const std::size_t dot = option.rfind('.');
  return dot == std::string_view::npos ? "" : option.substr(0, dot);
}

}  // namespace

void Origins::note(std::string_view name, std::size_t instance, std::string_view origin) {
  origins_.insert_or_assign(std::pair{std::string(name), instance}, std::string(origin));
}

std::string_view Origins::of(std::string_view name, std::size_t instance) const {
  const auto found = origins_.find(std::pair{std::string(name), instance});
  return found == origins_.end() ? kDefaultOrigin : std::string_view(found->second);
}

std::string Origins::place(std::string_view name, std::size_t instance) const {
  std::string_view origin = of(name, instance);
  if (origin == kDefaultOrigin) {
    origin = of(section_name_of(name), instance);
  }
  const std::string option = instance_name(name, instance);
  return origin == kDefaultOrigin ? option : fmt::format("{}: {}", origin, option);
}

std::string instance_name(std::string_view option, std::size_t instance) {
  const std::size_t dot = option.rfind('.');
  if (instance == 0 || dot == std::string_view::npos) {
    return std::string(option);
  }
  return fmt::format("{}.{}{}", option.substr(0, dot), instance, option.substr(dot));
}

}  // namespace godwit::app
