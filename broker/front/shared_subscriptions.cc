#include "broker/front/shared_subscriptions.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace godwit::front {

using Kind = ShareUpdate::Kind;

std::uint64_t SharedSubscriptions::group_of(TenantId tenant, mqtt::TopicFilter filter,
                                            const FrontSettings& settings) {
  return session::hash_of(settings.hash_key, tenant, filter.text());
}

std::uint16_t SharedSubscriptions::join(SessionSlot& slot, mqtt::TopicFilter filter) {
  session::Session& session = slot.session;
  const std::uint64_t group = group_of(session.key.tenant, filter, *settings_);
  const std::uint16_t share = session.shares.add(group);
  mailroom_->control(home(group), ShareUpdate{.kind = Kind::kJoin,
                                              .group = group,
                                              .member = ledger_->member(slot, share),
                                              .tenant = session.key.tenant,
                                              .filter = std::string(filter.text())});
  if (slot.connection != nullptr) {
    ledger_->tell(Kind::kConnected, slot, share);
  }
  return share;
}

void SharedSubscriptions::leave(SessionSlot& slot, std::uint16_t share) {
  // First, so that nothing comes back to this member.
  ledger_->tell(Kind::kDisconnected, slot, share);
  delivery_->return_shared(slot, share);
  ledger_->tell(Kind::kLeave, slot, share);
  session::Share& membership = slot.session.shares.at(share);
  membership.left = true;
  if (membership.held == 0) {
    slot.session.shares.erase(share);
  }
}

void SharedSubscriptions::connected(SessionSlot& slot) {
  slot.session.shares.for_each([&](std::uint16_t share, const session::Share& membership) {
    if (!membership.left) {
      ledger_->tell(Kind::kConnected, slot, share);
    }
  });
}

void SharedSubscriptions::disconnected(SessionSlot& slot) {
  if (slot.session.shares.empty()) {
    return;
  }
  slot.session.shares.for_each([&](std::uint16_t share, const session::Share& membership) {
    if (!membership.left) {
      ledger_->tell(Kind::kDisconnected, slot, share);
    }
  });
  delivery_->return_shared(slot, 0);
}

void SharedSubscriptions::session_ends(SessionSlot& slot) {
  if (slot.session.shares.empty()) {
    return;
  }
  disconnected(slot);
  slot.session.window.for_each([&](const session::InFlight& entry) {
    if (entry.share != 0 && entry.state == session::SendState::kAwaitPuback) {
      ledger_->returned(slot,
                        {.message = entry.message,
                         .share = entry.share,
                         .publisher = entry.publisher,
                         .identifiers = {}},
                        false);
    }
  });
}

std::optional<Outcome> SharedSubscriptions::deliver(const ShareTarget& target,
                                                    PublishLayouts& layouts) {
  const routing::SharedMember& member = target.member;
  SessionSlot* slot = sessions_->find(member.subscriber, member.generation);
  if (slot == nullptr || slot->connection == nullptr) {
    return std::nullopt;
  }
  const session::Share* const found = slot->session.shares.find(member.share);
  if (found == nullptr || found->left) {
    return std::nullopt;
  }
  const session::Share& membership = *found;
  const mqtt::Publish& publish = layouts.publish();
  return delivery_->deliver(
      *slot,
      {.qos = mqtt::lower(publish.qos, membership.qos),
       .retain = publish.retain && membership.retain_as_published,
       .all_topics_allowed = membership.all_topics_allowed,
       .share = member.share,
       .refusals = target.refusals,
       .publisher = target.publisher,
       .identifiers = {&membership.identifier, membership.identifier == 0 ? 0U : 1U}},
      layouts);
}

void SharedSubscriptions::take(const MailedPublish& mailed) {
  const ShareTarget& target = *mailed.share;
  layouts_.begin(mailed.publish, 1, mailed.received);
  const std::optional<Outcome> outcome = deliver(target, layouts_);
  const bool counted = mailed.publish.qos != mqtt::Qos::kAtMostOnce;
  if (!counted || outcome == Outcome::kHeld) {
    return;
  }
  if (outcome) {
    // The credit that it cost.
    mailroom_->control(
        home(target.group),
        ShareUpdate{
            .kind = Kind::kCredit, .group = target.group, .member = target.member, .count = 1});
  }
  if (outcome == Outcome::kDone) {
    return;
  }
  MailedPublish back = mailed;
  const int refusals = target.refusals + (outcome ? 1 : 0);
  back.share->refusals = static_cast<std::uint8_t>(std::min<int>(refusals, UINT8_MAX));
  ShareReturned mail{.group = target.group, .records = {}};
  append_record(back, mail.records);
  mailroom_->control(home(target.group), std::move(mail));
}

}  // namespace godwit::front
