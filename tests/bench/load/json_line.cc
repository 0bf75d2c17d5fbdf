#include "tests/bench/load/json_line.h"

#include <array>
#include <cstdio>

namespace godwit::bench {

void JsonLine::key(std::string_view name) {
  body_ += body_.empty() ? "{\"" : ",\"";
  body_ += name;
  body_ += "\":";
}

// Only our own words come here, so nothing needs escaping.
JsonLine& JsonLine::text(std::string_view name, std::string_view value) {
  key(name);
  body_ += '"';
  body_ += value;
  body_ += '"';
  return *this;
}

JsonLine& JsonLine::number(std::string_view name, double value) {
  key(name);
  std::array<char, 48> digits{};
  std::snprintf(digits.data(), digits.size(), "%.6g", value);
  body_ += digits.data();
  return *this;
}

JsonLine& JsonLine::count(std::string_view name, std::uint64_t value) {
  key(name);
  body_ += std::to_string(value);
  return *this;
}

JsonLine& JsonLine::flag(std::string_view name, bool value) {
  key(name);
  body_ += value ? "true" : "false";
  return *this;
}

void JsonLine::print() const {
  std::printf("%s}\n", body_.c_str());
  std::fflush(stdout);
}

}  // namespace godwit::bench
