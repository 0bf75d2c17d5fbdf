#include "broker/front/auth_flow.h"

#include <utility>

#include "base/check.h"
#include "broker/front/connect_packet.h"

namespace godwit::front {
namespace {

using mqtt::PropertyId;
using mqtt::ReasonCode;
using Phase = Reauthentication::Phase;

// MQTT-4.12.0-5
bool names(const mqtt::Auth& packet, std::string_view method) {
  return packet.properties.text(PropertyId::kAuthenticationMethod) == method;
}

// MQTT-4.12.1-2. DISCONNECT has no word for bad credentials or a bad method.
ReasonCode reason_of_failure(access::AuthenticationVerdict verdict) {
  const bool try_later = verdict == access::AuthenticationVerdict::kBusy ||
                         verdict == access::AuthenticationVerdict::kUnavailable;
  return try_later ? ReasonCode::kServerBusy : ReasonCode::kNotAuthorized;
}

}  // namespace

void AuthFlow::ask_for_more(Connection& connection, access::AuthenticationResult result,
                            Instant now) {
  auto* waiting = std::get_if<Authenticating>(&connection.state);
  CHECK(waiting != nullptr && result.exchange != nullptr);
  std::unique_ptr<PendingConnect> connect = std::move(waiting->connect);
  const std::string& method = connect->authentication_method;
  if (!send(connection, ReasonCode::kContinueAuthentication, method, result.data)) {
    needs_.lifecycle.close_silently(connection, ReasonCode::kPacketTooLarge, now);
    return;
  }
  connection.state = Exchanging{std::move(connect), std::move(result.exchange)};
  needs_.wire.effect(ResumeInput{connection.id.index});
}

void AuthFlow::go_on(Connection& connection, const mqtt::Frame& frame, Instant now) {
  const mqtt::DecodeContext context = decode_context(connection, needs_.settings.limits.codec);
  if (frame.type == mqtt::PacketType::kDisconnect) {
    const auto packet = mqtt::decode_disconnect(frame, context);
    if (packet) {
      needs_.lifecycle.close_silently(connection, packet->reason_code, now);
    } else {
      needs_.lifecycle.malformed(connection, packet.error(), now);
    }
    return;
  }
  if (frame.type != mqtt::PacketType::kAuth) {
    needs_.lifecycle.refuse(connection, ReasonCode::kProtocolError,
                            "only AUTH or DISCONNECT before CONNACK");
    return;
  }
  const auto packet = mqtt::decode_auth(frame, context);
  if (!packet) {
    needs_.lifecycle.malformed(connection, packet.error(), now);
    return;
  }
  auto& exchanging = std::get<Exchanging>(connection.state);
  // MQTT-4.12.0-3
  if (packet->reason_code != ReasonCode::kContinueAuthentication ||
      !names(*packet, exchanging.connect->authentication_method)) {
    needs_.lifecycle.refuse(connection, ReasonCode::kProtocolError,
                            "AUTH with another method or reason");
    return;
  }
  access::ExchangeStep step{.method = exchanging.connect->authentication_method,
                            .data = take_authentication_data(packet->properties),
                            .exchange = std::move(exchanging.exchange)};
  connection.state = Authenticating{std::move(exchanging.connect)};
  ask(connection, std::move(step));
}

void AuthFlow::authenticate_again(Connection& connection, const mqtt::Frame& frame, Instant now) {
  // What an exchange may hold is bounded like a CONNECT.
  if (frame.bytes.size() > needs_.settings.limits.connect_packet_size_max) {
    needs_.lifecycle.disconnect(connection, ReasonCode::kPacketTooLarge, now);
    return;
  }
  const auto packet =
      mqtt::decode_auth(frame, decode_context(connection, needs_.settings.limits.codec));
  if (!packet) {
    needs_.lifecycle.malformed(connection, packet.error(), now);
    return;
  }
  Reauthentication* again = connection.reauthentication.get();
  // MQTT-4.12.0-7: no method, no AUTH. MQTT-4.12.1-1: 0x19 begins, 0x18 goes on.
  const bool begins = packet->reason_code == ReasonCode::kReAuthenticate;
  const Phase expected = begins ? Phase::kNone : Phase::kAnswered;
  if (again == nullptr || !names(*packet, again->method) || again->phase != expected) {
    needs_.lifecycle.disconnect(connection, ReasonCode::kProtocolError, now,
                                "AUTH that does not belong here");
    return;
  }
  again->phase = Phase::kAsked;
  ask(connection, {.method = again->method,
                   .data = take_authentication_data(packet->properties),
                   .exchange = std::move(again->exchange)});
}

void AuthFlow::authenticated_again(Connection& connection, access::AuthenticationResult result,
                                   Instant now) {
  Reauthentication& again = *connection.reauthentication;
  const bool goes_on = result.verdict == access::AuthenticationVerdict::kContinue;
  // P-17: the session is somebody's; another principal gets none of it.
  const bool same = result.verdict == access::AuthenticationVerdict::kAccepted &&
                    result.principal == connection.slot()->session.principal;
  if (!goes_on && !same) {
    needs_.log.client_event(
        LogLevel::kInfo, "reauthentication_refused",
        {{"peer", connection.address}, {"client", connection.slot()->session.key.client_id}});
    needs_.lifecycle.disconnect(connection, reason_of_failure(result.verdict), now);
    return;
  }
  again.phase = goes_on ? Phase::kAnswered : Phase::kNone;
  again.exchange = std::move(result.exchange);
  const ReasonCode reason = goes_on ? ReasonCode::kContinueAuthentication : ReasonCode::kSuccess;
  if (!send(connection, reason, again.method, result.data)) {
    needs_.lifecycle.disconnect(connection, ReasonCode::kPacketTooLarge, now);
  }
}

bool AuthFlow::send(Connection& connection, ReasonCode reason, std::string_view method,
                    const Bytes& data) {
  properties_.clear();
  mqtt::PropertiesWriter writer(properties_);
  writer.text(PropertyId::kAuthenticationMethod, method);
  if (!data.empty()) {
    writer.text(PropertyId::kAuthenticationData, as_text(data));
  }
  return needs_.wire.send(
      connection, mqtt::Auth{.reason_code = reason,
                             .properties = mqtt::PropertiesView::from_checked(properties_)});
}

void AuthFlow::ask(Connection& connection, access::ExchangeStep step) {
  needs_.wire.effect(Authenticate{connection.id, std::move(step)});
}

}  // namespace godwit::front
