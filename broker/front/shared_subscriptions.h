// The memberships of this front's sessions in shared groups (MQTT 5.0, 4.8.2; PROTOCOL P-11).
//
// The home of a group assigns its messages to members; here they are delivered. A message has one
// home at any time, the group or one session:
//
//   the client goes away    what it was not sent yet goes back to the group
//   its session ends        what it has not acknowledged too, as a first sending to somebody else;
//                           a QoS 2 exchange that has begun goes to nobody (MQTT-4.8.2-5)
//   it unsubscribes         what it was not sent goes back; what is in flight is finished with this
//                           client, or goes back when its session ends
//
// Thread: the front's. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "broker/front/delivery.h"
#include "broker/front/session_table.h"
#include "broker/front/share_ledger.h"

namespace godwit::front {

class SharedSubscriptions {
 public:
  SharedSubscriptions(const FrontSettings& settings, SessionTable& sessions, Delivery& delivery,
                      ShareLedger& ledger, Mailroom& mailroom)
      : settings_(&settings),
        sessions_(&sessions),
        delivery_(&delivery),
        ledger_(&ledger),
        mailroom_(&mailroom) {}

  // By which the home knows a group.
  [[nodiscard]] static std::uint64_t group_of(TenantId tenant, mqtt::TopicFilter filter,
                                              const FrontSettings& settings);
  [[nodiscard]] ThreadIndex home(std::uint64_t group) const { return ledger_->home(group); }

  // A new shared subscription of the session; its number there. Not if it has all there are.
  [[nodiscard]] std::uint16_t join(SessionSlot& slot, mqtt::TopicFilter filter);
  void leave(SessionSlot& slot, std::uint16_t share);
  // The client has come and its window is set; or it has gone.
  void connected(SessionSlot& slot);
  void disconnected(SessionSlot& slot);
  // Hands back what the session holds; it leaves its groups afterwards, one by one.
  void session_ends(SessionSlot& slot);

  // A message that was assigned to a session of this front. None if that is not connected, or no
  // member any more.
  [[nodiscard]] std::optional<Outcome> deliver(const ShareTarget& target, PublishLayouts& layouts);
  // The same from another front, which hears what became of it by mail.
  void take(const MailedPublish& mailed);

 private:
  const FrontSettings* settings_;
  SessionTable* sessions_;
  Delivery* delivery_;
  ShareLedger* ledger_;
  Mailroom* mailroom_;
  PublishLayouts layouts_;
};

}  // namespace godwit::front
