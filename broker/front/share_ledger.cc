#include "broker/front/share_ledger.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace godwit::front {

void ShareLedger::took(SessionSlot& slot, std::uint16_t share) {
  ++slot.session.shares.at(share).held;
}

void ShareLedger::finished(SessionSlot& slot, std::uint16_t share) {
  session::Share* const found = slot.session.shares.find(share);
  if (found == nullptr) {
    return;
  }
  session::Share& membership = *found;
  CHECK(membership.held > 0);
  --membership.held;
  if (membership.left) {
    if (membership.held == 0) {
      slot.session.shares.erase(share);
    }
    return;
  }
  ++membership.released;
  // Not one by one: a quarter of the window keeps the group busy.
  const unsigned quarter = std::max(1U, slot.session.window.limit() / 4U);
  if (membership.held == 0 || membership.released >= quarter) {
    tell(ShareUpdate::Kind::kCredit, slot, share);
  }
}

void ShareLedger::returned(SessionSlot& slot, const session::OutgoingMessage& outgoing,
                           bool refused) {
  session::Share& membership = slot.session.shares.at(outgoing.share);
  CHECK(membership.held > 0);
  --membership.held;
  const mqtt::Message& message = *outgoing.message;
  ShareReturned mail{.group = membership.group, .records = {}};
  const auto refusals = static_cast<std::uint8_t>(outgoing.refusals + (refused ? 1 : 0));
  append_record({.tenant = slot.session.key.tenant,
                 .received = message.received(),
                 .share = ShareTarget{.group = membership.group,
                                      .member = member(slot, outgoing.share),
                                      .refusals = refusals,
                                      .publisher = outgoing.publisher},
                 .publish = mqtt::to_publish(message, message.received())},
                mail.records);
  mailroom_->control(home(membership.group), std::move(mail));
  if (refused && !membership.left) {
    ++membership.released;
    tell(ShareUpdate::Kind::kCredit, slot, outgoing.share);
  }
}

void ShareLedger::tell(ShareUpdate::Kind kind, SessionSlot& slot, std::uint16_t share) {
  session::Share& membership = slot.session.shares.at(share);
  const bool credit = kind == ShareUpdate::Kind::kCredit;
  mailroom_->control(home(membership.group),
                     ShareUpdate{.kind = kind,
                                 .group = membership.group,
                                 .member = member(slot, share),
                                 .window = slot.session.window.limit(),
                                 .count = credit ? membership.released : membership.held});
  membership.released = 0;
}

}  // namespace godwit::front
