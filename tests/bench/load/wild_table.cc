#include "tests/bench/load/wild_table.h"

#include <algorithm>
#include <initializer_list>

#include "tests/bench/load/random.h"

namespace godwit::bench {
namespace {

constexpr std::uint32_t kMiddlesMin = 1000;
// Spreads the middle levels of neighbouring clients; a prime, so that all values are met.
constexpr std::uint64_t kStride = 7919;

std::string join(std::string text, std::initializer_list<std::string> levels) {
  for (const std::string& level : levels) {
    text += '/';
    text += level;
  }
  return text;
}

}  // namespace

WildTable::WildTable(const Options& options)
    : options_(options), middles_(std::max(kMiddlesMin, options.wild_filters)) {}

// The filters of one client differ in the middle level, which is never a wildcard: so a topic
// matches at most one of them and exactly one copy is due.
WildTable::Filter WildTable::filter(std::uint32_t client, std::uint32_t number) const {
  Random random(static_cast<std::uint64_t>(client) << 32 | number);
  Filter filter{};
  filter.kind = static_cast<Kind>(random.below(4));
  filter.first = random.below(options_.wild_values);
  filter.last = random.below(options_.wild_values);
  filter.middle = static_cast<std::uint32_t>((client * kStride + number) % middles_);
  return filter;
}

bool WildTable::matches(const Filter& filter, std::uint32_t first, std::uint32_t last) {
  switch (filter.kind) {
    case Kind::kExact:
      return filter.first == first && filter.last == last;
    case Kind::kFirstOpen:
      return filter.last == last;
    default:
      return filter.first == first;
  }
}

std::vector<std::string> WildTable::filters_of(std::uint32_t client) const {
  std::vector<std::string> texts;
  for (std::uint32_t number = 0; number < options_.wild_filters; ++number) {
    const Filter each = filter(client, number);
    const std::string first = each.kind == Kind::kFirstOpen ? "+" : std::to_string(each.first);
    std::string last = std::to_string(each.last);
    if (each.kind == Kind::kLastOpen) {
      last = "+";
    }
    if (each.kind == Kind::kTailOpen) {
      last = "#";
    }
    texts.push_back(join(options_.prefix, {first, std::to_string(each.middle), last}));
  }
  return texts;
}

std::vector<WildTopic> WildTable::make_topics(std::uint32_t count) const {
  struct Entry {
    Filter filter;
    std::uint32_t client;
  };
  std::vector<std::vector<Entry>> by_middle(middles_);
  for (std::uint32_t client = 0; client < options_.wild_clients; ++client) {
    for (std::uint32_t number = 0; number < options_.wild_filters; ++number) {
      const Filter each = filter(client, number);
      by_middle[each.middle].push_back({each, client});
    }
  }
  Random random(count);
  std::vector<WildTopic> topics(count);
  for (WildTopic& topic : topics) {
    const std::uint32_t first = random.below(options_.wild_values);
    const std::uint32_t middle = random.below(middles_);
    const std::uint32_t last = random.below(options_.wild_values);
    topic.text = join(options_.prefix,
                      {std::to_string(first), std::to_string(middle), std::to_string(last)});
    for (const Entry& entry : by_middle[middle]) {
      if (matches(entry.filter, first, last)) {
        topic.receivers.push_back(entry.client);
      }
    }
  }
  return topics;
}

}  // namespace godwit::bench
