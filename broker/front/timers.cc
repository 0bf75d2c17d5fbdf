#include "broker/front/timers.h"

namespace godwit::front {

void Timers::arm(Connection& connection, Instant deadline) {
  if (connection.timer_armed <= deadline) {
    return;
  }
  connection.timer_armed = deadline;
  wheel_.arm(deadline, {connection.id.index.value(), connection.id.generation << 1U | kConnection});
}

void Timers::arm(SessionSlot& slot, Instant deadline) {
  if (slot.timer_armed <= deadline) {
    return;
  }
  slot.timer_armed = deadline;
  wheel_.arm(deadline, {slot.subscriber.value(), slot.generation << 1U | kSession});
}

}  // namespace godwit::front
