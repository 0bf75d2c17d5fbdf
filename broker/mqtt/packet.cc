#include "broker/mqtt/packet.h"

#include "base/check.h"
#include "broker/mqtt/cursor.h"
#include "broker/mqtt/subscription_byte.h"

namespace godwit::mqtt {

bool FilterRequests::next(FilterRequest& request) {
  if (raw_.empty()) {
    return false;
  }
  Cursor cursor(raw_, 0);
  request.filter = TopicFilter::from_checked(cursor.unchecked_text({}));
  request.options = with_options_ ? to_subscription_options(cursor.u8({})) : SubscriptionOptions{};
  CHECK(cursor.ok());
  raw_ = cursor.unread();
  return true;
}

}  // namespace godwit::mqtt
