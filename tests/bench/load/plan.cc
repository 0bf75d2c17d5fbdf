#include "tests/bench/load/plan.h"

#include <algorithm>
#include <numeric>
#include <span>

#include "tests/bench/load/wild_table.h"

namespace godwit::bench {
namespace {

constexpr std::uint32_t kWildTopics = 20000;

}  // namespace

Plan::Plan(const Options& options, Ledger& ledger) : options_(options) {
  if (options.topology == Topology::kWild) {
    per_publisher_ = std::max(1U, kWildTopics / options.publishers);
    for (WildTopic& topic : WildTable(options).make_topics(per_publisher_ * options.publishers)) {
      ledger.add_stream(topic.receivers);
      topics_.push_back(std::move(topic.text));
    }
    return;
  }
  std::vector<std::uint32_t> everybody(options.subscribers);
  std::iota(everybody.begin(), everybody.end(), 0U);
  for (std::uint32_t publisher = 0; publisher < options.publishers; ++publisher) {
    const std::span<const std::uint32_t> all(everybody);
    if (options.topology == Topology::kShared) {
      ledger.add_shared_stream(all);
    } else {
      const bool pairs = options.topology == Topology::kPairs;
      ledger.add_stream(pairs ? all.subspan(publisher, 1) : all);
    }
    const bool shared_topic = options.topology == Topology::kFanout;
    topics_.push_back(numbered_topic(shared_topic ? 0 : publisher));
  }
}

std::string Plan::numbered_topic(std::uint32_t number) const {
  return options_.prefix + "/device/" + std::to_string(number);
}

std::vector<std::string> Plan::filters_of(std::uint32_t subscriber) const {
  switch (options_.topology) {
    case Topology::kPairs:
      return {numbered_topic(subscriber)};
    case Topology::kFanout:
      return {numbered_topic(0)};
    case Topology::kFanin:
      return {options_.prefix + "/#"};
    case Topology::kShared:
      return {"$share/load/" + options_.prefix + "/#"};
    case Topology::kWild:
      return WildTable(options_).filters_of(subscriber);
  }
  return {};
}

std::uint32_t Plan::copies() const {
  const bool all = options_.topology == Topology::kFanout || options_.topology == Topology::kFanin;
  return all ? options_.subscribers : 1;
}

}  // namespace godwit::bench
