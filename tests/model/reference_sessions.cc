// Connections, sessions, wills and time.
#include <algorithm>

#include "tests/model/reference.h"

namespace godwit::model {

using mqtt::PacketType;
using mqtt::ReasonCode;
using std::chrono::milliseconds;
using std::chrono::seconds;

void Reference::say(const Session& session, const Heard& heard) {
  heard_[session.connection].push_back(heard);
}

std::vector<Heard> Reference::take_heard(std::size_t connection) {
  return std::exchange(heard_[connection], {});
}

void Reference::connect(const ConnectAction& connect) {
  Session& session = sessions_[connect.client];
  const bool goes_on = session.exists && session.expiry != 0 && !connect.clean_start;
  if (session.connection != kNoConnection) {
    // Takeover: the will is due now, unless it would have waited and the session goes on
    // (MQTT-3.1.3-9).
    if (goes_on && session.will && session.will->delay_seconds == 0) {
      publish_will(session);
    }
    if (goes_on) {
      session.will.reset();
    }
    if (session.v5) {
      say(session, {.type = PacketType::kDisconnect,
                    .reason = static_cast<std::uint8_t>(ReasonCode::kSessionTakenOver)});
    }
    close(session);
  } else if (goes_on) {
    session.will.reset();
  }
  if (session.exists && !goes_on) {
    end_session(session);
  }
  const bool v5 = mqtt::is_v5(connect.version);
  session.exists = true;
  session.v5 = v5;
  session.connection = heard_.size();
  heard_.emplace_back();
  client_of_.push_back(connect.client);
  closed_.push_back(false);
  session.expiry = v5                    ? connect.session_expiry_seconds
                   : connect.clean_start ? 0
                                         : kSessionNeverExpires;
  session.expires = session.will_due = session.keep_alive_due = kNever;
  session.keep_alive.reset();
  if (connect.keep_alive_seconds != 0) {
    session.keep_alive = milliseconds(connect.keep_alive_seconds * 1500);
    speaks(session);
  }
  if (connect.will) {
    session.will = Will{.message = {.topic = connect.will->topic,
                                    .number = connect.will->number,
                                    .qos = connect.will->qos,
                                    .retain = connect.will->retain,
                                    .expiry_seconds = connect.will->expiry_seconds},
                        .delay_seconds = connect.will->delay_seconds};
  }
  session.qos2_before = session.received_qos2.size();
  session.limit = std::min(connect.receive_maximum, limits_.send_window_max);
  say(session, {.type = PacketType::kConnack, .session_present = goes_on});
  for (Sent& sent : session.window) {
    sent.repeat_due = true;
    sent.uses_quota = false;
  }
  pump(session);
  read_retained(session);
}

void Reference::lose(std::size_t client) {
  Session& session = sessions_[client];
  close(session);
  go_offline(session);
}

void Reference::leave(std::size_t client, bool keep_will,
                      std::optional<std::uint32_t> session_expiry_seconds) {
  Session& session = sessions_[client];
  if (session_expiry_seconds) {
    session.expiry = *session_expiry_seconds;
  }
  if (!keep_will) {
    session.will.reset();
  }
  lose(client);
}

void Reference::expel(std::size_t client, ReasonCode reason) {
  Session& session = sessions_[client];
  if (session.v5) {
    say(session, {.type = PacketType::kDisconnect, .reason = static_cast<std::uint8_t>(reason)});
  }
  lose(client);
}

void Reference::speaks(Session& session) const {
  if (session.keep_alive) {
    session.keep_alive_due = now_ + *session.keep_alive;
  }
}

void Reference::ping(std::size_t client) {
  speaks(sessions_[client]);
  say(sessions_[client], {.type = PacketType::kPingresp});
}

void Reference::close(Session& session) {
  closed_[session.connection] = true;
  session.connection = kNoConnection;
  session.keep_alive_due = kNever;
}

void Reference::go_offline(Session& session) {
  if (session.expiry == 0) {
    end_session(session);
    return;
  }
  if (session.expiry != kSessionNeverExpires) {
    session.expires = now_ + seconds(session.expiry);
  }
  if (session.will && session.will->delay_seconds == 0) {
    publish_will(session);
  } else if (session.will) {
    session.will_due = now_ + seconds(session.will->delay_seconds);
  }
}

void Reference::end_session(Session& session) {
  // It does not hear its own will: its subscriptions end first.
  session.subscriptions.clear();
  if (session.will) {
    publish_will(session);
  }
  session = Session{};
}

void Reference::publish_will(Session& session) {
  Message message = session.will->message;
  session.will.reset();
  session.will_due = kNever;
  message.received = now_;
  spread(message, &session);
}

Instant Reference::due(const Session& session) {
  return std::min({session.expires, session.will_due, session.keep_alive_due});
}

Reference::Session* Reference::next_due(Instant until, bool& together) {
  Session* next = nullptr;
  for (Session& session : sessions_) {
    if (due(session) > until) {
      continue;
    }
    together = together || (next != nullptr && due(*next) == due(session));
    if (next == nullptr || due(session) < due(*next)) {
      next = &session;
    }
  }
  return next;
}

bool Reference::advance_to(Instant now) {
  bool together = false;
  while (Session* session = next_due(now, together)) {
    if (together) {
      return false;
    }
    now_ = due(*session);
    come_due(*session);
  }
  now_ = now;
  return true;
}

void Reference::come_due(Session& session) {
  if (now_ >= session.keep_alive_due) {
    expel(number_of(session), ReasonCode::kKeepAliveTimeout);
  } else if (now_ >= session.expires) {
    end_session(session);
  } else {
    publish_will(session);
  }
}

}  // namespace godwit::model
