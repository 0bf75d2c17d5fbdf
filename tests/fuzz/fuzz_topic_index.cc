// Crowds of subscribers come and go in the topic index and the route table, and what both find is
// what a list finds that is walked.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "broker/routing/route_table.h"
#include "broker/routing/topic_index.h"
#include "tests/fuzz/script.h"

namespace godwit::fuzz {
namespace {

using mqtt::TopicFilter;
using mqtt::TopicName;
using routing::Destination;

constexpr const char* kFilters[] = {"a", "a/b", "a/+", "+/b", "#",    "a/#",
                                    "+", "+/+", "/",   "$x",  "$x/#", "a/b/c/+"};
constexpr const char* kTopics[] = {"a", "a/b", "b", "a/c", "/", "$x", "$x/y", "a/b/c/d", "17/b"};

class Player {
 public:
  explicit Player(ByteView input) : script_(input) {}

  void play() {
    while (!script_.empty()) {
      const std::uint32_t what = script_.choice(5);
      if (what < 2) {
        crowd(filter(), what == 0);
      } else if (what == 2) {
        // Many levels that nobody else uses.
        const std::uint32_t first = script_.byte();
        const bool come = script_.choice(3) != 0;
        for (std::uint32_t i = 0; i < 50; ++i) {
          change(std::to_string(first + i) + "/b", 1, come);
        }
      } else if (what == 3) {
        route();
      } else {
        look_up();
      }
    }
    look_up();
  }

 private:
  std::string filter() { return kFilters[script_.choice(std::size(kFilters))]; }

  void crowd(const std::string& filter, bool come) {
    const std::uint32_t first = script_.byte();
    const std::uint32_t count = script_.byte();
    for (std::uint32_t i = 0; i < count; ++i) {
      change(filter, first + i, come);
    }
  }

  void change(const std::string& text, std::uint32_t subscriber, bool come) {
    const auto filter = TopicFilter::from_checked(text);
    const auto who = routing::Subscriber(subscriber);
    auto& its = list_[text];
    if (come) {
      routing::SubscriptionBits bits;
      bits.place = ++last_place_ & 0xFFFFFFU;
      const auto [its_place, is_new] = its.try_emplace(subscriber, last_place_);
      const auto [number, replaced] = index_.insert(TenantId(0), filter, who, bits);
      CHECK(replaced.has_value() != is_new);
      CHECK(is_new || replaced->place == its_place->second);
      its_place->second = last_place_;
      CHECK(index_.find(TenantId(0), filter) == number);
      index_.pattern(number, pattern_);
      CHECK(pattern_ == text);
      size_ += is_new ? 1 : 0;
    } else {
      const bool was_there = its.erase(subscriber) != 0;
      CHECK(index_.erase(index_.find(TenantId(0), filter), who) == was_there);
      size_ -= was_there ? 1 : 0;
    }
    CHECK(index_.size() == size_);
    CHECK((index_.bytes() == 0) == (size_ == 0));
  }

  void route() {
    const std::string text = filter();
    const auto number = static_cast<std::uint16_t>(script_.choice(4));
    int& count = routes_[{text, number}];
    const auto destination = Destination::of(ThreadIndex(number));
    if (script_.choice(3) != 0) {
      CHECK(table_.add(TenantId(0), TopicFilter::from_checked(text), destination) ==
            (count++ == 0));
    } else if (count > 0) {
      CHECK(table_.remove(TenantId(0), TopicFilter::from_checked(text), destination) ==
            (--count == 0));
    }
  }

  void look_up() const {
    for (const char* text : kTopics) {
      const auto topic = TopicName::from_checked(text);
      std::vector<std::pair<std::uint32_t, std::uint32_t>> expected;
      for (const auto& [filter, subscribers] : list_) {
        if (mqtt::matches(TopicFilter::from_checked(filter), topic)) {
          expected.insert(expected.end(), subscribers.begin(), subscribers.end());
        }
      }
      std::vector<routing::Match> matches;
      index_.match(TenantId(0), topic, matches);
      std::vector<std::pair<std::uint32_t, std::uint32_t>> found;
      for (const routing::Match& match : matches) {
        found.emplace_back(match.subscriber.value(), match.bits.place);
      }
      std::ranges::sort(expected);
      std::ranges::sort(found);
      CHECK(found == expected);
      look_up_routes(topic);
    }
  }

  void look_up_routes(TopicName topic) const {
    std::set<std::uint64_t> expected;
    for (const auto& [route, count] : routes_) {
      if (count > 0 && mqtt::matches(TopicFilter::from_checked(route.first), topic)) {
        expected.insert(route.second);
      }
    }
    std::vector<Destination> found;
    table_.lookup(TenantId(0), topic, found);
    CHECK(found.size() == expected.size());
    for (const Destination& destination : found) {
      CHECK(expected.contains(destination.number));
    }
  }

  Script script_;
  routing::TopicIndex index_{HashKey{1, 2}};
  routing::RouteTable table_{HashKey{1, 2}};
  std::map<std::string, std::map<std::uint32_t, std::uint32_t>> list_;
  std::map<std::pair<std::string, std::uint16_t>, int> routes_;
  std::string pattern_;
  std::size_t size_ = 0;
  std::uint32_t last_place_ = 0;
};

}  // namespace
}  // namespace godwit::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  godwit::fuzz::Player(godwit::ByteView(reinterpret_cast<const std::byte*>(data), size)).play();
  return 0;
}
