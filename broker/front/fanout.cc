#include "broker/front/fanout.h"

#include "base/check.h"

namespace godwit::front {

bool Fanout::publish(const mqtt::Publish& publish, const PublishSource& source) {
  const bool done = deliver_locally(publish, source);
  if (publish.retain && needs_.retained.is_home(source.tenant, publish.topic)) {
    needs_.retained.set(source.tenant, publish, source.received);
  }
  hand_to_others(publish, source);
  return done;
}

bool Fanout::from_mail(const MailedPublish& mailed) {
  if (mailed.share) {
    needs_.members.take(mailed);
    return true;
  }
  const mqtt::Frame frame{.type = mqtt::PacketType::kPublish, .body = {}, .bytes = mailed.packet};
  const PublishSource source{.tenant = mailed.tenant,
                             .publisher_hash = mailed.publisher,
                             .frame = &frame,
                             .frame_version = mailed.version,
                             .received = mailed.received,
                             .ticket = {.whom = FanoutTicket::For::kMail}};
  const bool done = !mailed.deliver || deliver_locally(mailed.publish, source);
  if (mailed.retain) {
    needs_.retained.set(mailed.tenant, mailed.publish, mailed.received);
  }
  return done;
}

bool Fanout::deliver_locally(const mqtt::Publish& publish, const PublishSource& source) {
  receivers_.find(needs_.index, needs_.sessions, source.tenant, publish.topic, source.publisher);
  const bool groups_match = !receivers_.groups().empty();
  if (receivers_.size() == 0 && !groups_match) {
    return true;
  }
  layouts_.begin(publish, receivers_.size(), source.received);
  if (source.frame != nullptr) {
    layouts_.seed(*source.frame, source.frame_version);
  }
  if (groups_match) {
    for (const routing::Subscriber group : receivers_.groups()) {
      needs_.groups.publish(group, hash_of_publisher(source), layouts_);
    }
  }
  if (needs_.long_fanouts.is_long(receivers_, publish.topic)) {
    needs_.long_fanouts.add(receivers_, layouts_.message(), source.ticket);
    return false;
  }
  Receiver receiver;
  while (receivers_.next(receiver)) {
    needs_.long_fanouts.deliver(receiver, layouts_);
  }
  return true;
}

std::uint32_t Fanout::hash_of_publisher(const PublishSource& source) const {
  if (needs_.settings.share_strategy != routing::ShareStrategy::kHashClient) {
    return 0;
  }
  if (source.publisher == nullptr) {
    return source.publisher_hash;
  }
  const std::size_t hash =
      session::SessionKeyHash(needs_.settings.hash_key)(source.publisher->session.key);
  return static_cast<std::uint32_t>(hash);
}

void Fanout::hand_to_others(const mqtt::Publish& publish, const PublishSource& source) {
  const bool keep_elsewhere =
      publish.retain && !needs_.retained.is_home(source.tenant, publish.topic);
  if (needs_.routes.empty() && !keep_elsewhere) {
    return;
  }
  MailedPublish mailed{.tenant = source.tenant,
                       .publisher = hash_of_publisher(source),
                       .received = source.received,
                       .publish = publish};
  if (source.frame != nullptr) {
    mailed.packet = source.frame->bytes;
    mailed.version = source.frame_version;
  }
  const ThreadIndex home =
      keep_elsewhere ? needs_.retained.home(source.tenant, publish.topic) : ThreadIndex(0);
  bool home_served = false;
  destinations_.clear();
  needs_.routes.lookup(source.tenant, publish.topic, destinations_);
  for (const routing::Destination& destination : destinations_) {
    CHECK(destination.kind == routing::Destination::Kind::kIoThread);
    const auto to = ThreadIndex(static_cast<std::uint16_t>(destination.number));
    mailed.retain = keep_elsewhere && to == home;
    home_served = home_served || mailed.retain;
    needs_.mailroom.publish(to, mailed);
  }
  if (!keep_elsewhere || home_served) {
    return;
  }
  mailed.deliver = false;
  mailed.retain = true;
  needs_.mailroom.publish(home, mailed);
}

}  // namespace godwit::front
