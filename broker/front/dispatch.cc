#include "broker/front/dispatch.h"

#include <array>
#include <string>
#include <variant>

#include "base/check.h"
#include "broker/front/weighing.h"

namespace godwit::front {
namespace {

using mqtt::PacketType;
using mqtt::ReasonCode;
using Parts = Front::Parts;
using Handler = void (*)(Parts&, Connection&, const mqtt::Frame&, Instant);

void on_connect(Parts& parts, Connection& connection, const mqtt::Frame& frame, Instant now) {
  parts.connect_flow.connect(connection, frame, now);
}

void on_publish(Parts& parts, Connection& connection, const mqtt::Frame& frame, Instant now) {
  parts.publish_flow.publish(connection, frame, now);
}

void on_acknowledge(Parts& parts, Connection& connection, const mqtt::Frame& frame, Instant now) {
  parts.publish_flow.acknowledge(connection, frame, now);
}

void on_subscribe(Parts& parts, Connection& connection, const mqtt::Frame& frame, Instant now) {
  parts.subscribe_flow.subscribe(connection, frame, now);
}

void on_unsubscribe(Parts& parts, Connection& connection, const mqtt::Frame& frame, Instant now) {
  parts.subscribe_flow.unsubscribe(connection, frame, now);
}

void on_pingreq(Parts& parts, Connection& connection, const mqtt::Frame& frame, Instant now) {
  const auto packet =
      mqtt::decode_packet(frame, decode_context(connection, parts.settings.limits.codec));
  if (!packet) {
    parts.lifecycle.malformed(connection, packet.error(), now);
    return;
  }
  parts.wire.send(connection, mqtt::Pingresp{});  // MQTT-3.12.4-1
}

void on_disconnect(Parts& parts, Connection& connection, const mqtt::Frame& frame, Instant now) {
  const auto packet =
      mqtt::decode_disconnect(frame, decode_context(connection, parts.settings.limits.codec));
  if (!packet) {
    parts.lifecycle.malformed(connection, packet.error(), now);
    return;
  }
  session::Session& session = connection.slot()->session;
  const auto expiry = packet->properties.number(mqtt::PropertyId::kSessionExpiryInterval);
  if (expiry) {
    if (*expiry != 0 && !session.kept()) {
      parts.lifecycle.disconnect(connection, ReasonCode::kProtocolError, now);  // E-005
      return;
    }
    session.expiry_interval_seconds =
        std::min(*expiry, parts.settings.limits.session_expiry_seconds_max);  // E-004
  }
  parts.lifecycle.client_left(connection, packet->reason_code,
                              packet->reason_code == ReasonCode::kSuccess, now);
}

void on_auth(Parts& parts, Connection& connection, const mqtt::Frame& frame, Instant now) {
  parts.auth_flow.authenticate_again(connection, frame, now);
}

// E-111: a packet that only a server sends.
void on_misplaced(Parts& parts, Connection& connection, const mqtt::Frame&, Instant now) {
  parts.lifecycle.disconnect(connection, ReasonCode::kProtocolError, now);
}

constexpr std::array<Handler, 16> kHandlers{
    on_misplaced,    // 0, which no frame has
    on_connect,      // CONNECT
    on_misplaced,    // CONNACK
    on_publish,      // PUBLISH
    on_acknowledge,  // PUBACK
    on_acknowledge,  // PUBREC
    on_acknowledge,  // PUBREL
    on_acknowledge,  // PUBCOMP
    on_subscribe,    // SUBSCRIBE
    on_misplaced,    // SUBACK
    on_unsubscribe,  // UNSUBSCRIBE
    on_misplaced,    // UNSUBACK
    on_pingreq,      // PINGREQ
    on_misplaced,    // PINGRESP
    on_disconnect,   // DISCONNECT
    on_auth,         // AUTH
};

// One overload a kind of mail.
struct TakeControl {
  Parts& parts;
  Instant now;

  void operator()(const OpenRequest& mail) const {
    parts.mailroom.control(mail.from, parts.registry.open(mail));
  }
  void operator()(const OpenAnswer& mail) const {
    Connection* connection = parts.connections.find(mail.connection);
    if (connection != nullptr && connection->is<AwaitOpen>()) {
      parts.connect_flow.opened(*connection, mail, now);
    } else {
      parts.connect_flow.open_unwanted(mail);
    }
  }
  void operator()(const ClientGone& mail) const { parts.registry.gone(mail); }
  void operator()(const RouteChange& mail) const {
    const auto filter = mqtt::TopicFilter::from_checked(mail.filter);
    const auto from = routing::Destination::of(mail.from);
    const Weighing weighing(parts.routes, parts.probe);
    if (mail.add) {
      parts.routes.add(mail.tenant, filter, from);
    } else {
      parts.routes.remove(mail.tenant, filter, from);
    }
  }
  void operator()(const RouteBarrier& mail) const {
    // Goes out behind all publishes that were routed without what was added.
    parts.mailroom.control(mail.from, RouteConfirmed{mail.barrier});
  }
  void operator()(const RouteConfirmed& mail) const {
    parts.subscribe_flow.route_confirmed(mail.barrier);
  }
  void operator()(const RetainedQuery& mail) const { parts.retained.answer(mail, now); }
  void operator()(const RetainedSlice& mail) const { parts.retained.take(mail); }
  void operator()(const ShareUpdate& mail) const { parts.groups.update(mail, now); }
  void operator()(const ShareReturned& mail) const { parts.groups.take_back(mail, now); }
};

}  // namespace

std::uint32_t packet_size_max(const Connection& connection, const FrontSettings& settings) {
  const std::uint32_t open_max = settings.limits.codec.maximum_packet_size;
  return connection.is<Open>() ? open_max
                               : std::min(open_max, settings.limits.connect_packet_size_max);
}

void dispatch(Parts& parts, Connection& connection, const mqtt::Frame& frame, Instant now) {
  if (connection.is<Open>()) {
    connection.last_packet = now;
  } else if (connection.is<Exchanging>()) {
    parts.auth_flow.go_on(connection, frame, now);
    return;
  } else if (frame.type != PacketType::kConnect) {
    // MQTT-3.1.0-1: close, nothing sent.
    parts.lifecycle.close_silently(connection, ReasonCode::kProtocolError, now);
    return;
  }
  kHandlers[static_cast<std::size_t>(frame.type)](parts, connection, frame, now);
}

void refuse_frame(Parts& parts, Connection& connection, PacketType type,
                  const mqtt::DecodeError& error, Instant now) {
  // MQTT-3.1.0-1: before CONNECT only a CONNECT is answered. E-059: one too large is told so.
  const bool answered = type == PacketType::kConnect && error.reason == ReasonCode::kPacketTooLarge;
  if (connection.is<AwaitConnect>() && !answered) {
    parts.lifecycle.close_silently(connection, error.reason, now);
    return;
  }
  parts.lifecycle.malformed(connection, error, now);
}

void take_authentication(Parts& parts, Connection& connection, access::AuthenticationResult result,
                         Instant now) {
  if (connection.is<Open>()) {
    parts.auth_flow.authenticated_again(connection, std::move(result), now);
  } else if (!connection.is<Authenticating>()) {
    return;  // It has ended meanwhile.
  } else if (result.verdict == access::AuthenticationVerdict::kContinue) {
    parts.auth_flow.ask_for_more(connection, std::move(result), now);
  } else {
    parts.connect_flow.authenticated(connection, std::move(result), now);
  }
}

void take_control(Parts& parts, const ControlMail& mail, Instant now) {
  std::visit(TakeControl{parts, now}, mail);
}

void connection_due(Parts& parts, Connection& connection, Instant now) {
  connection.timer_armed = kNever;
  if (connection.is<Closed>() || connection.is<HandedOver>()) {
    return;
  }
  if (!connection.is<Open>()) {
    // E-109. `last_packet` is the accept until the connection is open.
    const Instant due = connection.last_packet + parts.settings.limits.connect_deadline;
    if (now < due) {
      parts.timers.arm(connection, due);
    } else {
      parts.lifecycle.close_silently(connection, ReasonCode::kMaximumConnectTime, now);
    }
    return;
  }
  if (connection.fanning_out) {
    connection.last_packet = now;  // It is we who keep it from being heard.
  }
  const Instant due = keep_alive_deadline(connection);
  if (now >= due) {
    parts.lifecycle.disconnect(connection, ReasonCode::kKeepAliveTimeout, now);  // MQTT-3.1.2-22
  } else if (due != kNever) {
    parts.timers.arm(connection, due);
  }
}

}  // namespace godwit::front
