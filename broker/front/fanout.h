// One publish to everybody who wants it: the sessions of this front, the other fronts, and the
// retained store.
//
// Thread: the front's. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "broker/front/long_fanouts.h"
#include "broker/front/mailroom.h"
#include "broker/front/publish_layouts.h"
#include "broker/front/receivers.h"
#include "broker/front/retained.h"
#include "broker/front/session_table.h"
#include "broker/front/shared_groups.h"
#include "broker/mqtt/frame.h"
#include "broker/routing/route_table.h"
#include "broker/routing/topic_index.h"

namespace godwit::front {

// Where a publish comes from.
struct PublishSource {
  TenantId tenant;
  // Whose it is, for No Local; null for the broker's own and for other fronts'.
  const SessionSlot* publisher = nullptr;
  // Of a publish from another front, whose session is not here.
  std::uint32_t publisher_hash = 0;
  // The packet as it arrived, if it can be passed on as it lies.
  const mqtt::Frame* frame = nullptr;
  mqtt::ProtocolVersion frame_version = mqtt::ProtocolVersion::k5_0;
  Instant received{};
  // Who waits if it takes more than a turn.
  FanoutTicket ticket = {};
};

class Fanout {
 public:
  struct Needs {
    const FrontSettings& settings;
    SessionTable& sessions;
    Retained& retained;
    SharedGroups& groups;
    SharedSubscriptions& members;
    LongFanouts& long_fanouts;
    Mailroom& mailroom;
    const routing::TopicIndex& index;
    const routing::RouteTable& routes;
  };
  explicit Fanout(const Needs& needs) : needs_(needs) {}

  // A publish that has entered the broker on this front: local subscribers, other fronts, and the
  // retained store if its flag is set. False if it goes on in later turns: LongFanouts gives the
  // source's ticket back when all have it.
  bool publish(const mqtt::Publish& publish, const PublishSource& source);
  // A publish that another front has handed over. As `publish`.
  bool from_mail(const MailedPublish& mailed);

 private:
  bool deliver_locally(const mqtt::Publish& publish, const PublishSource& source);
  void hand_to_others(const mqtt::Publish& publish, const PublishSource& source);
  // For shared subscriptions; 0 unless they want to know.
  [[nodiscard]] std::uint32_t hash_of_publisher(const PublishSource& source) const;

  Needs needs_;

  // Reused from publish to publish.
  PublishLayouts layouts_;
  Receivers receivers_;
  std::vector<routing::Destination> destinations_;
};

}  // namespace godwit::front
