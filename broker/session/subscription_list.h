// What a session subscribes to, without shared subscriptions: four bytes each.
//
// A subscription is known by its place. The topic index has it in each of its entries, so what a
// filter's text leads to there leads on to the list at once, however long it is; and from the list
// the number of the filter leads back, to its options and its text, which the index alone keeps.
//
// Thread: the session's. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/ids.h"
#include "base/thin_vector.h"

namespace godwit::session {

class SubscriptionList {
 public:
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(filters_.size()); }
  // By place.
  [[nodiscard]] std::span<const FilterId> filters() const {
    return {filters_.begin(), filters_.end()};
  }

  // Its place is the number of those before it. `identifier`: Subscription Identifier (MQTT 5.0,
  // 3.8.2.1.2); 0: none.
  void add(FilterId filter, std::uint32_t identifier);
  // The last one comes in its place, unless it was the last: then none is returned.
  std::optional<FilterId> remove(std::uint32_t place);

  void set_identifier(std::uint32_t place, std::uint32_t identifier);
  [[nodiscard]] std::uint32_t identifier(std::uint32_t place) const;

 private:
  ThinVector<FilterId> filters_;
  // Of the same places. Empty until one is set: few clients of a broker use them.
  ThinVector<std::uint32_t> identifiers_;
};
static_assert(sizeof(SubscriptionList) == 16);

}  // namespace godwit::session
