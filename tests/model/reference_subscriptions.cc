// Subscriptions, and the retained messages that they bring.
#include <algorithm>

#include "tests/model/reference.h"

namespace godwit::model {

using mqtt::PacketType;
using mqtt::ReasonCode;

void Reference::subscribe(std::size_t client, const SubscribeAction& subscribe) {
  Session& session = sessions_[client];
  speaks(session);
  const bool is_new = !session.subscriptions.contains(subscribe.filter);
  session.subscriptions[subscribe.filter] = subscribe;
  say(session, {.type = PacketType::kSuback,
                .packet_id = subscribe.packet_id,
                .reason = static_cast<std::uint8_t>(subscribe.qos)});
  const bool wants = subscribe.retain_handling == mqtt::RetainHandling::kSend ||
                     (subscribe.retain_handling == mqtt::RetainHandling::kSendIfNew && is_new);
  if (!wants) {
    return;
  }
  Read read{.filter = subscribe.filter, .qos = subscribe.qos};
  read.identifiers = subscribe.identifier == 0 ? 0 : 1U << 4U * subscribe.identifier;
  // Those that are under way go on, as the subscription now is.
  for (Read& other : session.reads) {
    if (other.filter == read.filter) {
      other.qos = read.qos;
      other.identifiers = read.identifiers;
    }
  }
  session.reads.push_back(std::move(read));
  read_retained(session);
}

void Reference::unsubscribe(std::size_t client, FilterIndex filter, std::uint16_t id) {
  Session& session = sessions_[client];
  speaks(session);
  const bool existed = session.subscriptions.erase(filter) != 0;
  std::erase_if(session.reads, [&](const Read& read) { return read.filter == filter; });
  const auto reason =
      existed || !session.v5 ? ReasonCode::kSuccess : ReasonCode::kNoSubscriptionExisted;
  say(session, {.type = PacketType::kUnsuback,
                .packet_id = id,
                .reason = static_cast<std::uint8_t>(reason)});
}

// No further than one message ahead of the client (E-040).
void Reference::read_retained(Session& session) {
  while (session.connection != kNoConnection && !session.reads.empty() && session.queue.empty()) {
    if (!go_on(session, session.reads.front())) {
      return;
    }
    session.reads.pop_front();
  }
}

bool Reference::go_on(Session& session, Read& read) {
  std::vector<TopicIndex> kept;
  for (std::size_t i = read.next; i < kTopics.size(); ++i) {
    const auto topic = static_cast<TopicIndex>(i);
    const auto found = retained_.find(topic);
    if (found != retained_.end() && !found->second.expired(now_) &&
        takes(kFilters[read.filter], kTopics[topic])) {
      kept.push_back(topic);
    }
  }
  for (const TopicIndex topic : kept) {
    if (!session.queue.empty()) {
      return false;
    }
    read.next = static_cast<TopicIndex>(topic + 1);
    if (read.seen_live.contains(topic)) {
      continue;
    }
    Message message = retained_.at(topic);
    message.qos = std::min(message.qos, read.qos);
    message.identifiers = read.identifiers;
    deliver(session, message);
  }
  return true;
}

}  // namespace godwit::model
