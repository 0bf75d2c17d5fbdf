#include "broker/session/subscription_list.h"

#include "base/check.h"

namespace godwit::session {
namespace {

// The last comes in the place of one that goes. Memory goes back in steps that cost a removal a
// constant.
template <class T>
void take_out(ThinVector<T>& values, std::uint32_t place) {
  values[place] = values.back();
  values.pop_back();
  if (values.size() <= values.capacity() / 4) {
    values.shrink_to_fit();
  }
}

}  // namespace

void SubscriptionList::add(FilterId filter, std::uint32_t identifier) {
  filters_.push_back(filter);
  if (!identifiers_.empty()) {
    identifiers_.push_back(identifier);
  } else if (identifier != 0) {
    set_identifier(size() - 1, identifier);
  }
}

std::optional<FilterId> SubscriptionList::remove(std::uint32_t place) {
  CHECK(place < size());
  take_out(filters_, place);
  if (!identifiers_.empty()) {
    take_out(identifiers_, place);
  }
  return place < size() ? std::optional(filters_[place]) : std::nullopt;
}

void SubscriptionList::set_identifier(std::uint32_t place, std::uint32_t identifier) {
  DCHECK(place < size());
  if (identifiers_.empty()) {
    if (identifier == 0) {
      return;
    }
    identifiers_.resize(size());
  }
  identifiers_[place] = identifier;
}

std::uint32_t SubscriptionList::identifier(std::uint32_t place) const {
  DCHECK(place < size());
  return identifiers_.empty() ? 0 : identifiers_[place];
}

}  // namespace godwit::session
