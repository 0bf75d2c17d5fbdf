// The memberships of one session in shared groups, by number, and its shared subscriptions, by
// filter. Most sessions have none: eight bytes.
//
// Thread: the session's. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/check.h"
#include "broker/mqtt/types.h"

namespace godwit::session {

// A membership in a shared group.
struct Share {
  std::uint64_t group = 0;  // As its home knows it.
  mqtt::Qos qos = mqtt::Qos::kAtMostOnce;
  bool retain_as_published = false;
  bool all_topics_allowed = false;  // The policy need not be asked.
  std::uint32_t identifier = 0;     // Subscription Identifier; 0: none.
  // Messages of the group that this session has and its client has not finished.
  std::uint16_t held = 0;
  // Messages that were finished, of which the group has not been told yet.
  std::uint16_t released = 0;
  // Unsubscribed: kept for what is in flight, which goes back if the session ends.
  bool left = false;
};

class Shares {
 public:
  static constexpr std::size_t kMax = UINT16_MAX;

  // Its number, never 0. A number is used again only when all others have been. Only below kMax.
  std::uint16_t add(std::uint64_t group) {
    CHECK(size() < kMax);
    if (table_ == nullptr) {
      table_ = std::make_unique<Table>();
    }
    do {
      ++table_->last;
    } while (table_->last == 0 || table_->by_number.contains(table_->last));
    table_->by_number[table_->last] = {.group = group};
    return table_->last;
  }
  void erase(std::uint16_t number) {
    if (table_ != nullptr) {
      table_->by_number.erase(number);
    }
  }

  // Null if there is none of this number. Valid until it is erased.
  [[nodiscard]] Share* find(std::uint16_t number) {
    if (table_ == nullptr) {
      return nullptr;
    }
    const auto found = table_->by_number.find(number);
    return found == table_->by_number.end() ? nullptr : &found->second;
  }
  [[nodiscard]] Share& at(std::uint16_t number) {
    Share* const share = find(number);
    CHECK(share != nullptr);
    return *share;
  }
  [[nodiscard]] std::size_t size() const {
    return table_ == nullptr ? 0 : table_->by_number.size();
  }
  [[nodiscard]] bool empty() const { return size() == 0; }

  // The subscriptions, by the filter's text as the client wrote it (MQTT-3.10.4-1), each with the
  // number of its membership. A membership may stay for a while without one.
  void subscribe(std::string_view filter, std::uint16_t number) {
    table_->by_filter.insert_or_assign(std::string(filter), number);
  }
  void unsubscribe(std::string_view filter) {
    table_->by_filter.erase(table_->by_filter.find(filter));
  }
  void unsubscribe_all() {
    if (table_ != nullptr) {
      table_->by_filter.clear();
    }
  }
  // 0: not subscribed.
  [[nodiscard]] std::uint16_t number_of(std::string_view filter) const {
    if (table_ == nullptr) {
      return 0;
    }
    const auto found = table_->by_filter.find(filter);
    return found == table_->by_filter.end() ? std::uint16_t{0} : found->second;
  }
  // How many subscriptions.
  [[nodiscard]] std::size_t subscribed() const {
    return table_ == nullptr ? 0 : table_->by_filter.size();
  }
  // With (filter, number). None may come or go meanwhile.
  template <class Visit>
  void for_each_filter(Visit visit) const {
    if (table_ == nullptr) {
      return;
    }
    for (const auto& [filter, number] : table_->by_filter) {
      visit(std::string_view(filter), number);
    }
  }

  // With (number, share), in the order of numbers. None may be added or erased meanwhile.
  template <class Visit>
  void for_each(Visit visit) const {
    if (table_ == nullptr) {
      return;
    }
    for (const auto& [number, share] : table_->by_number) {
      visit(number, share);
    }
  }

 private:
  struct Table {
    std::map<std::uint16_t, Share> by_number;
    std::map<std::string, std::uint16_t, std::less<>> by_filter;
    std::uint16_t last = 0;
  };
  std::unique_ptr<Table> table_;  // Null until the first.
};

}  // namespace godwit::session
