// The shared groups whose home is this front (MQTT 5.0, 4.8.2; PROTOCOL P-11). The home alone
// matches the group's filter, keeps what waits, and chooses who gets each message.
//
//   no member connected    QoS 1 and 2 wait with the group, QoS 0 is dropped
//   no member has credit   QoS 1 and 2 wait with the group
//   the last one leaves    the group ends, with what waits (E-032)
//
// What waits is bounded as a session's queue is; the oldest goes, and is counted.
//
// Thread: the front's. Pure.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "broker/front/mailroom.h"
#include "broker/front/publish_layouts.h"
#include "broker/front/shared_subscriptions.h"
#include "broker/routing/shared_group.h"
#include "broker/routing/topic_index.h"

namespace godwit::front {

class SharedGroups {
 public:
  SharedGroups(const FrontSettings& settings, SharedSubscriptions& members, Mailroom& mailroom,
               routing::TopicIndex& index, FrontProbe& probe)
      : settings_(&settings),
        members_(&members),
        mailroom_(&mailroom),
        index_(&index),
        probe_(&probe) {}
  ~SharedGroups();
  SharedGroups(const SharedGroups&) = delete;
  SharedGroups& operator=(const SharedGroups&) = delete;

  // Groups stand in the topic index beside sessions, which have the lower half of the numbers.
  [[nodiscard]] static bool is_group(routing::Subscriber subscriber) {
    return (subscriber.value() & kGroupBit) != 0;
  }

  // A publish that matches the group's filter. `publisher`: a hash of who it comes from.
  void publish(routing::Subscriber number, std::uint32_t publisher, PublishLayouts& layouts);
  void update(const ShareUpdate& update, Instant now);
  void take_back(const ShareReturned& returned, Instant now);

  [[nodiscard]] std::size_t size() const { return by_id_.size(); }

 private:
  static constexpr std::uint32_t kGroupBit = 0x8000'0000U;

  struct Waiting {
    mqtt::MessageRef message;
    std::uint32_t publisher = 0;
  };
  struct Group {
    std::uint64_t id = 0;
    TenantId tenant;
    FilterId filter;
    routing::SharedGroup members;
    std::deque<Waiting> queue;
    std::size_t queue_bytes = 0;
  };
  // A message on its way to a member.
  struct Offer {
    std::uint32_t publisher = 0;
    std::uint8_t refusals = 0;
  };

  [[nodiscard]] Group* find(std::uint64_t id);
  void make(const ShareUpdate& join);
  void end(Group& group);
  // By which the strategy finds its member; 0 if it does not go by a hash.
  [[nodiscard]] std::uint64_t hash_of(const Offer& offer, mqtt::TopicName topic) const;
  // False if it has to wait: nobody is there, or nobody has room.
  [[nodiscard]] bool offer(Group& group, Offer offer, PublishLayouts& layouts);
  void wait(Group& group, std::uint32_t publisher, PublishLayouts& layouts);
  void pop(Group& group);
  void drain(Group& group, Instant now);

  const FrontSettings* settings_;
  SharedSubscriptions* members_;
  Mailroom* mailroom_;
  routing::TopicIndex* index_;
  FrontProbe* probe_;

  std::vector<std::unique_ptr<Group>> groups_;  // By number without the bit.
  std::vector<std::uint32_t> free_;
  std::unordered_map<std::uint64_t, std::uint32_t> by_id_;  // The ids are keyed hashes.
  PublishLayouts layouts_;
};

}  // namespace godwit::front
