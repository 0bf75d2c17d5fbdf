// Messages: who gets them, when, and how often.
#include <algorithm>

#include "tests/model/reference.h"

namespace godwit::model {

using mqtt::PacketType;
using mqtt::Qos;
using mqtt::ReasonCode;

void Reference::publish(std::size_t client, const PublishAction& publish) {
  Session& session = sessions_[client];
  speaks(session);
  const bool repeated =
      publish.qos == Qos::kExactlyOnce && session.received_qos2.contains(publish.packet_id);
  if (publish.qos == Qos::kExactlyOnce && !repeated) {
    session.received_qos2.insert(publish.packet_id);
  }
  if (!repeated) {
    spread({.topic = publish.topic,
            .number = publish.number,
            .qos = publish.qos,
            .retain = publish.retain,
            .expiry_seconds = session.v5 ? publish.expiry_seconds : std::nullopt,
            .received = now_},
           &session);
  }
  if (publish.qos != Qos::kAtMostOnce) {
    say(session,
        {.type = publish.qos == Qos::kAtLeastOnce ? PacketType::kPuback : PacketType::kPubrec,
         .packet_id = publish.packet_id});
  }
}

// One copy for each session that has a subscription for it (section 4.7; E-064).
void Reference::spread(const Message& message, const Session* publisher) {
  for (Session& session : sessions_) {
    Message copy = message;
    copy.retain = false;
    copy.qos = Qos::kAtMostOnce;
    bool wanted = false;
    for (const auto& [filter, subscription] : session.subscriptions) {
      if (!takes(kFilters[filter], kTopics[message.topic]) ||
          (subscription.no_local && &session == publisher)) {
        continue;
      }
      wanted = true;
      copy.qos = std::max(copy.qos, std::min(message.qos, subscription.qos));
      copy.retain = copy.retain || (message.retain && subscription.retain_as_published);
      if (subscription.identifier != 0) {
        copy.identifiers += 1U << 4U * subscription.identifier;
      }
    }
    if (wanted && message.retain) {
      for (Read& read : session.reads) {
        read.seen_live.insert(message.topic);
      }
    }
    if (wanted) {
      deliver(session, copy);
    }
  }
  if (!message.retain) {
    return;
  }
  if (message.number == 0 || message.expiry_seconds == 0U) {
    retained_.erase(message.topic);
  } else {
    retained_[message.topic] = message;
  }
}

void Reference::deliver(Session& session, const Message& message) {
  const bool online = session.connection != kNoConnection;
  if (message.qos == Qos::kAtMostOnce) {
    if (online) {
      say(session, as_heard(session, message));
    }
  } else if (online && session.queue.empty() && has_room(session)) {
    send(session, message);
  } else if (message.expiry_seconds != 0U) {
    session.queue.push_back(message);
  }
}

void Reference::send(Session& session, const Message& message) {
  session.window.push_back({.message = message, .order = session.next_order++, .uses_quota = true});
  say(session, as_heard(session, message));
}

Heard Reference::as_heard(const Session& session, const Message& message) const {
  Heard heard{.type = PacketType::kPublish,
              .qos = message.qos,
              .retain = message.retain,
              .topic = message.topic,
              .number = message.number};
  if (session.v5) {
    heard.identifiers = message.identifiers;
    if (message.expiry_seconds) {
      const auto waited = std::chrono::duration_cast<std::chrono::seconds>(now_ - message.received);
      const auto seconds = static_cast<std::uint32_t>(waited.count());
      heard.expiry = *message.expiry_seconds - std::min(seconds, *message.expiry_seconds);
    }
  }
  return heard;
}

std::size_t Reference::quota_used(const Session& session) {
  return static_cast<std::size_t>(
      std::ranges::count_if(session.window, [](const Sent& sent) { return sent.uses_quota; }));
}

bool Reference::has_room(const Session& session) {
  const bool repeats_first =
      std::ranges::any_of(session.window, [](const Sent& sent) { return sent.repeat_due; });
  return !repeats_first && quota_used(session) < session.limit;
}

// What is owed from before in its old order, then what waits (section 4.4, 4.6).
void Reference::pump(Session& session) {
  if (session.connection == kNoConnection) {
    return;
  }
  while (true) {
    Sent* oldest = nullptr;
    for (Sent& sent : session.window) {
      if (sent.repeat_due && (oldest == nullptr || sent.order < oldest->order)) {
        oldest = &sent;
      }
    }
    if (oldest == nullptr) {
      break;
    }
    if (oldest->released) {
      say(session, {.type = PacketType::kPubrel, .packet_id = oldest->id});
    } else {
      if (quota_used(session) >= session.limit) {
        return;
      }
      oldest->uses_quota = true;
      Heard heard = as_heard(session, oldest->message);
      heard.dup = true;
      heard.packet_id = oldest->id;
      say(session, heard);
    }
    oldest->repeat_due = false;
  }
  while (!session.queue.empty() && has_room(session)) {
    const Message first = session.queue.front();
    session.queue.pop_front();
    if (!first.expired(now_)) {
      send(session, first);
    }
  }
}

void Reference::acknowledge(std::size_t client, PacketType type, std::uint16_t id, bool refused) {
  Session& session = sessions_[client];
  speaks(session);
  constexpr auto kNotFound = static_cast<std::uint8_t>(ReasonCode::kPacketIdentifierNotFound);
  if (type == PacketType::kPubrel) {
    const bool known = session.received_qos2.erase(id) != 0;
    say(session, {.type = PacketType::kPubcomp,
                  .packet_id = id,
                  .reason = known || !session.v5 ? std::uint8_t{0} : kNotFound});
    return;
  }
  const auto sent = std::ranges::find(session.window, id, &Sent::id);
  if (sent == session.window.end()) {
    if (type == PacketType::kPubrec) {
      say(session, {.type = PacketType::kPubrel,
                    .packet_id = id,
                    .reason = session.v5 ? kNotFound : std::uint8_t{0}});
    }
    return;
  }
  const bool is_qos1 = sent->message.qos == Qos::kAtLeastOnce;
  const bool fits = type == PacketType::kPuback   ? is_qos1
                    : type == PacketType::kPubrec ? !is_qos1
                                                  : sent->released;
  if (!fits) {
    expel(client, ReasonCode::kProtocolError);
    return;
  }
  if (type == PacketType::kPubrec && !(refused && !sent->released)) {
    if (!std::exchange(sent->released, true)) {
      sent->order = session.next_order++;
    }
    say(session, {.type = PacketType::kPubrel, .packet_id = id});
    return;
  }
  session.window.erase(sent);
  pump(session);
  read_retained(session);
}

std::vector<Reference::InFlight> Reference::in_flight(std::size_t client) const {
  std::vector<InFlight> all;
  for (const Sent& sent : sessions_[client].window) {
    if (!sent.repeat_due) {
      all.push_back({sent.id, sent.message.qos, sent.released});
    }
  }
  return all;
}

bool Reference::may_open_qos2(std::size_t client) const {
  const Session& session = sessions_[client];
  return !session.v5 ||
         session.received_qos2.size() < limits_.receive_maximum + session.qos2_before;
}

bool Reference::name_first_sending(std::size_t connection, std::uint16_t id) {
  Session& session = sessions_[client_of_[connection]];
  const auto unnamed = std::ranges::find(session.window, std::uint16_t{0}, &Sent::id);
  if (unnamed == session.window.end()) {
    return closed_[connection];  // Its session may have ended since.
  }
  if (id == 0 || is_in_flight(connection, id)) {
    return false;
  }
  unnamed->id = id;
  return true;
}

bool Reference::is_in_flight(std::size_t connection, std::uint16_t id) const {
  const Session& session = sessions_[client_of_[connection]];
  return std::ranges::count(session.window, id, &Sent::id) != 0;
}

}  // namespace godwit::model
