// A table of wildcard filters over topics of three levels, `prefix/first/middle/last`, and the
// topics to publish on with those subscribers they must reach. The matching here compares numbers
// and shares nothing with a broker's topic tree.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/load/options.h"

namespace godwit::bench {

struct WildTopic {
  std::string text;
  std::vector<std::uint32_t> receivers;  // Ascending.
};

class WildTable {
 public:
  explicit WildTable(const Options& options);

  [[nodiscard]] std::vector<std::string> filters_of(std::uint32_t client) const;
  // Random topics, the same in every run; some reach nobody.
  [[nodiscard]] std::vector<WildTopic> make_topics(std::uint32_t count) const;

 private:
  enum class Kind : std::uint8_t { kExact, kFirstOpen, kLastOpen, kTailOpen };
  struct Filter {
    Kind kind;
    std::uint32_t first;
    std::uint32_t middle;
    std::uint32_t last;
  };

  [[nodiscard]] Filter filter(std::uint32_t client, std::uint32_t number) const;
  [[nodiscard]] static bool matches(const Filter& filter, std::uint32_t first, std::uint32_t last);

  const Options& options_;
  std::uint32_t middles_;
};

}  // namespace godwit::bench
