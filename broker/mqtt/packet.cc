#include "broker/mqtt/packet.h"

#include "base/check.h"
#include "broker/mqtt/cursor.h"
#include "broker/mqtt/subscription_byte.h"

namespace godwit::mqtt {

bool FilterRequests::next(FilterRequest& request) {
  if (raw_.empty()) {
    return false;
  }
  constexpr std::string_view kCutOff = "request is cut off";
  Cursor cursor(raw_, 0);
  request.filter = TopicFilter::from_checked(cursor.unchecked_text(kCutOff));
  request.options =
      with_options_ ? to_subscription_options(cursor.u8(kCutOff)) : SubscriptionOptions{};
  // The list was checked before, or is our own: what does not parse was damaged in our hands.
  CHECK(cursor.ok());
  raw_ = cursor.unread();
  return true;
}

}  // namespace godwit::mqtt
