// What happened in a run: a hash always, readable lines when asked for.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string_view>
#include <utility>

#include "base/time.h"
#include "tests/sim/chance.h"

namespace godwit::sim {

class Trace {
 public:
  explicit Trace(bool readable) : readable_(readable) {}

  void add(std::uint64_t value) { hash_ = mix(hash_ ^ value); }
  [[nodiscard]] std::uint64_t hash() const { return hash_; }

  [[nodiscard]] bool readable() const { return readable_; }
  // "  12.345 ms  text"
  template <class... Arguments>
  void say(Instant now, fmt::format_string<Arguments...> format, Arguments&&... arguments) const {
    if (readable_) {
      fmt::print("{:>12.3f} ms  {}\n",
                 std::chrono::duration<double, std::milli>(now.time_since_epoch()).count(),
                 fmt::format(format, std::forward<Arguments>(arguments)...));
    }
  }

 private:
  const bool readable_;
  std::uint64_t hash_ = 0;
};

}  // namespace godwit::sim
