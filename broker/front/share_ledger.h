// What the home of a shared group hears of the messages that a session of this front was given:
// that they are finished, or that they come back (PROTOCOL P-11).
//
// Thread: the front's. Pure.
#pragma once

#include <cstdint>

#include "broker/front/mailroom.h"
#include "broker/front/session_table.h"
#include "broker/front/settings.h"

namespace godwit::front {

class ShareLedger {
 public:
  ShareLedger(const FrontSettings& settings, Mailroom& mailroom)
      : settings_(&settings), mailroom_(&mailroom) {}

  // The session has taken a QoS 1 or 2 message of that shared subscription.
  static void took(SessionSlot& slot, std::uint16_t share);
  // One that it took is acknowledged, or dropped for good. `share` 0 is no share.
  void finished(SessionSlot& slot, std::uint16_t share);
  // One that it took goes back, not delivered: another member may get it. `refused`: because of
  // what this member is, and not because it goes.
  void returned(SessionSlot& slot, const session::OutgoingMessage& outgoing, bool refused);

  void tell(ShareUpdate::Kind kind, SessionSlot& slot, std::uint16_t share);
  [[nodiscard]] ThreadIndex home(std::uint64_t group) const {
    return ThreadIndex(static_cast<std::uint16_t>(group % settings_->thread_count));
  }
  [[nodiscard]] routing::SharedMember member(const SessionSlot& slot, std::uint16_t share) const {
    return {.thread = settings_->self,
            .subscriber = slot.subscriber,
            .generation = slot.generation,
            .share = share};
  }

 private:
  const FrontSettings* settings_;
  Mailroom* mailroom_;
};

}  // namespace godwit::front
