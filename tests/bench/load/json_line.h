// One flat JSON object on one line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace godwit::bench {

class JsonLine {
 public:
  JsonLine& text(std::string_view name, std::string_view value);
  JsonLine& number(std::string_view name, double value);
  JsonLine& count(std::string_view name, std::uint64_t value);
  JsonLine& flag(std::string_view name, bool value);

  // Writes the object and a newline to standard output at once.
  void print() const;

 private:
  void key(std::string_view name);

  std::string body_;
};

}  // namespace godwit::bench
