// One publish to everybody who wants it: the sessions of this front, the other fronts, and the
// retained store.
//
// Thread: the front's. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "broker/front/delivery.h"
#include "broker/front/mailroom.h"
#include "broker/front/publish_layouts.h"
#include "broker/front/retained.h"
#include "broker/front/session_table.h"
#include "broker/mqtt/frame.h"
#include "broker/routing/route_table.h"
#include "broker/routing/topic_index.h"

namespace godwit::front {

// Where a publish comes from.
struct PublishSource {
  TenantId tenant;
  // Whose it is, for No Local; null for the broker's own and for other fronts'.
  const SessionSlot* publisher = nullptr;
  // The packet as it arrived, if it can be passed on as it lies.
  const mqtt::Frame* frame = nullptr;
  mqtt::ProtocolVersion frame_version = mqtt::ProtocolVersion::k5_0;
  Instant received{};
};

class Fanout {
 public:
  Fanout(SessionTable& sessions, Delivery& delivery, Retained& retained, Mailroom& mailroom,
         const routing::TopicIndex& index, const routing::RouteTable& routes)
      : sessions_(&sessions),
        delivery_(&delivery),
        retained_(&retained),
        mailroom_(&mailroom),
        index_(&index),
        routes_(&routes) {}

  // A publish that has entered the broker on this front: local subscribers, other fronts, and the
  // retained store if its flag is set.
  void publish(const mqtt::Publish& publish, const PublishSource& source);
  // A publish that another front has handed over.
  void from_mail(const MailedPublish& mailed);

 private:
  void deliver_locally(const mqtt::Publish& publish, const PublishSource& source);
  void hand_to_others(const mqtt::Publish& publish, const PublishSource& source);
  // Several matches of one subscriber become one: the highest QoS, RETAIN kept if any wants it.
  void fold_matches(const PublishSource& source);

  SessionTable* sessions_;
  Delivery* delivery_;
  Retained* retained_;
  Mailroom* mailroom_;
  const routing::TopicIndex* index_;
  const routing::RouteTable* routes_;

  // Reused from publish to publish.
  PublishLayouts layouts_;
  std::vector<routing::Match> matches_;
  std::vector<routing::Destination> destinations_;
  std::uint64_t stamp_ = 0;
};

}  // namespace godwit::front
