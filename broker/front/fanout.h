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
};

class Fanout {
 public:
  struct Needs {
    const FrontSettings& settings;
    SessionTable& sessions;
    Delivery& delivery;
    Retained& retained;
    SharedGroups& groups;
    SharedSubscriptions& members;
    Mailroom& mailroom;
    const routing::TopicIndex& index;
    const routing::RouteTable& routes;
  };
  explicit Fanout(const Needs& needs) : needs_(needs) {}

  // A publish that has entered the broker on this front: local subscribers, other fronts, and the
  // retained store if its flag is set.
  void publish(const mqtt::Publish& publish, const PublishSource& source);
  // A publish that another front has handed over.
  void from_mail(const MailedPublish& mailed);

 private:
  void deliver_locally(const mqtt::Publish& publish, const PublishSource& source);
  void hand_to_others(const mqtt::Publish& publish, const PublishSource& source);
  // For shared subscriptions; 0 unless they want to know.
  [[nodiscard]] std::uint32_t hash_of_publisher(const PublishSource& source) const;
  // Several matches of one subscriber become one: the highest QoS, RETAIN kept if any wants it, the
  // identifiers of all.
  void fold_matches(const PublishSource& source);
  // Fills identifiers_ with those of the match at `position`; called in the order of positions.
  void collect_identifiers(std::uint32_t position, std::size_t& next_more);

  Needs needs_;

  // Reused from publish to publish.
  PublishLayouts layouts_;
  std::vector<routing::Match> matches_;
  std::vector<routing::Subscriber> groups_;
  std::vector<routing::Destination> destinations_;
  struct MoreIdentifier {
    std::uint32_t position;  // Of the match it was folded into.
    std::uint32_t identifier;
  };
  std::vector<MoreIdentifier> more_identifiers_;
  std::vector<std::uint32_t> identifiers_;
  std::uint64_t stamp_ = 0;
};

}  // namespace godwit::front
