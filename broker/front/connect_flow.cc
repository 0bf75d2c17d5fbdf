#include "broker/front/connect_flow.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "broker/front/connect_packet.h"

namespace godwit::front {
namespace {

using mqtt::PropertyId;
using mqtt::ReasonCode;

ReasonCode refusal_of(access::AuthenticationVerdict verdict) {
  switch (verdict) {
    case access::AuthenticationVerdict::kAccepted:
      return ReasonCode::kSuccess;
    case access::AuthenticationVerdict::kBadCredentials:
      return ReasonCode::kBadUserNameOrPassword;
    case access::AuthenticationVerdict::kNotAuthorized:
      return ReasonCode::kNotAuthorized;
    case access::AuthenticationVerdict::kBusy:
      return ReasonCode::kServerBusy;
    case access::AuthenticationVerdict::kUnavailable:
      return ReasonCode::kServerUnavailable;
    case access::AuthenticationVerdict::kUnknownMethod:
      return ReasonCode::kBadAuthenticationMethod;  // MQTT-4.12.0-1
    case access::AuthenticationVerdict::kContinue:
      break;  // Is no end; nobody sends it here.
  }
  return ReasonCode::kNotAuthorized;
}

}  // namespace

void ConnectFlow::connect(Connection& connection, const mqtt::Frame& frame, Instant now) {
  if (!connection.is<AwaitConnect>()) {
    needs_.lifecycle.disconnect(connection, ReasonCode::kProtocolError, now);
    return;
  }
  const auto packet = mqtt::decode_connect(frame, needs_.settings.limits.codec);
  if (!packet) {
    connection.version = version_of_refusal(frame);
    needs_.lifecycle.malformed(connection, packet.error(), now);
    return;
  }
  connection.version = packet->version;
  connection.maximum_packet_size = packet->properties.number(PropertyId::kMaximumPacketSize)
                                       .value_or(UINT32_MAX);  // For refusals too.
  if (!needs_.settings.offers.server_reference.empty()) {
    needs_.lifecycle.redirect(connection);
    return;
  }
  const ReasonCode refusal = check(*packet);
  if (refusal != ReasonCode::kSuccess) {
    needs_.lifecycle.refuse(connection, refusal);
    return;
  }
  auto pending = take_connect(*packet, needs_.settings.limits, now);
  if (packet->client_id.empty()) {
    pending->key.client_id = make_client_id();
    pending->client_id_assigned = true;
  }
  access::AuthenticationQuestion question = take_question(*packet, *pending);
  auto* credentials = std::get_if<access::Credentials>(&question);
  if (credentials != nullptr && connection.certificate_name != nullptr) {
    credentials->certificate_name = *connection.certificate_name;
  }
  connection.state = Authenticating{std::move(pending)};
  needs_.wire.effect(Authenticate{connection.id, std::move(question)});
}

ReasonCode ConnectFlow::check(const mqtt::Connect& packet) const {
  if (needs_.delivery.over_memory_budget()) {
    return ReasonCode::kServerBusy;
  }
  if (packet.client_id.size() > needs_.settings.limits.client_id_bytes_max) {
    return ReasonCode::kClientIdentifierNotValid;  // MQTT-3.1.3-8
  }
  // E-082: 3.x makes up an id only for a session that does not outlive its connection.
  if (packet.client_id.empty() &&
      (packet.version == mqtt::ProtocolVersion::k3_1 ||
       (packet.version == mqtt::ProtocolVersion::k3_1_1 && !packet.clean_start))) {
    return ReasonCode::kClientIdentifierNotValid;
  }
  const Offers& offers = needs_.settings.offers;
  if (packet.will && packet.will->qos > offers.maximum_qos) {
    return ReasonCode::kQosNotSupported;  // MQTT-3.2.2-12
  }
  if (packet.will && packet.will->retain && !offers.retained_messages) {
    return ReasonCode::kRetainNotSupported;  // MQTT-3.2.2-13
  }
  if (packet.will && is_broker_topic(packet.will->topic)) {
    return ReasonCode::kNotAuthorized;  // E-089
  }
  return ReasonCode::kSuccess;
}

std::string ConnectFlow::make_client_id() {
  // MQTT-3.1.3-6: 120 bits of chance; no second look is needed for it to be unique.
  constexpr std::string_view kAlphabet = "0123456789abcdefghijklmnopqrstuv";
  std::string id = "auto-";
  for (int word = 0; word < 2; ++word) {
    std::uint64_t bits = needs_.random.next_u64();
    for (int i = 0; i < 12; ++i, bits >>= 5U) {
      id += kAlphabet[bits & 31U];
    }
  }
  return id;
}

void ConnectFlow::authenticated(Connection& connection, access::AuthenticationResult result,
                                Instant now) {
  auto* waiting = std::get_if<Authenticating>(&connection.state);
  CHECK(waiting != nullptr);
  ReasonCode refusal = refusal_of(result.verdict);
  // Whatever a method has proven: who shows a certificate is nobody else.
  if (refusal == ReasonCode::kSuccess && connection.certificate_name != nullptr &&
      result.principal.user_name != *connection.certificate_name) {
    refusal = ReasonCode::kBadUserNameOrPassword;
  }
  if (refusal != ReasonCode::kSuccess) {
    needs_.log.client_event(LogLevel::kInfo, "connect_refused",
                            {{"peer", connection.address},
                             {"client", waiting->connect->key.client_id},
                             {"reason", mqtt::reason_code_name(refusal)}});
    needs_.lifecycle.refuse(connection, refusal);
    return;
  }
  std::unique_ptr<PendingConnect> pending = std::move(waiting->connect);
  pending->key.tenant = result.principal.tenant;
  pending->principal = std::move(result.principal);
  pending->authentication_data = std::move(result.data);
  if (pending->will &&
      !needs_.policy.authorize({pending->principal, pending->key.client_id},
                               access::Action::kPublish, pending->will->message->topic())) {
    needs_.probe.denied(DeniedAction::kWill);
    needs_.lifecycle.refuse(connection, ReasonCode::kNotAuthorized);
    return;
  }
  ask_owner(connection, std::move(pending), now);
}

void ConnectFlow::adopted(Connection& connection, std::unique_ptr<PendingConnect> connect,
                          Instant now) {
  connection.version = connect->version;
  // It may have been a while: the owner can have changed since, so the question is asked again.
  ask_owner(connection, std::move(connect), now);
}

void ConnectFlow::ask_owner(Connection& connection, std::unique_ptr<PendingConnect> connect,
                            Instant now) {
  const OpenRequest request{
      .key = connect->key, .connection = connection.id, .from = needs_.settings.self};
  connection.state = AwaitOpen{std::move(connect)};
  const ThreadIndex home = home_of(request.key, needs_.settings);
  if (home == needs_.settings.self) {
    opened(connection, needs_.registry.open(request), now);
  } else {
    needs_.mailroom.control(home, request);
  }
}

void ConnectFlow::opened(Connection& connection, const OpenAnswer& answer, Instant now) {
  auto* waiting = std::get_if<AwaitOpen>(&connection.state);
  if (waiting == nullptr) {
    return;
  }
  std::unique_ptr<PendingConnect> pending = std::move(waiting->connect);
  if (answer.owner != needs_.settings.self) {
    pending->peer.address = std::move(connection.address);
    if (connection.certificate_name != nullptr) {
      pending->peer.certificate_name = *connection.certificate_name;
    }
    connection.state = HandedOver{};
    needs_.probe.connection_handed_over();
    needs_.wire.effect(HandOver{connection.id.index, answer.owner, std::move(pending)});
    return;
  }
  attach(connection, std::move(pending), answer.epoch, now);
}

void ConnectFlow::open_unwanted(const OpenAnswer& answer) {
  if (answer.owner != needs_.settings.self) {
    return;
  }
  SessionSlot* slot = needs_.sessions.find(answer.key);
  if (slot == nullptr) {
    needs_.lifecycle.give_back(answer.key, answer.epoch);
  } else {
    slot->session.epoch = answer.epoch;
  }
}

void ConnectFlow::attach(Connection& connection, std::unique_ptr<PendingConnect> connect,
                         std::uint64_t epoch, Instant now) {
  SessionSlot* slot = needs_.sessions.find(connect->key);
  if (slot != nullptr) {
    // The grant belongs to the session, whoever asked for it.
    slot->session.epoch = epoch;
    if (slot->session.principal != connect->principal) {
      // P-17: somebody else's session is not touched.
      needs_.lifecycle.refuse(connection, ReasonCode::kClientIdentifierNotValid);
      return;
    }
    const bool goes_on = !connect->clean_start && slot->session.kept();
    needs_.lifecycle.take_over(*slot, goes_on, now);
    if (!goes_on) {
      needs_.lifecycle.end_session(*slot, now);
      slot = nullptr;
      // Ending it gave the id back; this connection takes it anew, with the same epoch.
      ask_owner(connection, std::move(connect), now);
      return;
    }
  }
  const bool session_present = slot != nullptr;
  if (slot == nullptr) {
    slot = &needs_.sessions.add(connect->key);
    slot->session.principal = connect->principal;
    slot->session.epoch = epoch;
    needs_.probe.session_created();
  }
  slot->connection = &connection;
  slot->session.expiry_interval_seconds = connect->session_expiry_seconds;
  slot->will = std::move(connect->will);

  connection.qos2_ids_before = static_cast<std::uint16_t>(slot->session.received_qos2.size());
  connection.keep_alive_seconds = connect->keep_alive_seconds;
  connection.maximum_packet_size = connect->maximum_packet_size;
  const std::uint16_t alias_maximum =
      std::min(connect->topic_alias_maximum, needs_.settings.limits.topic_alias_maximum);
  if (alias_maximum != 0) {
    connection.aliases =
        std::make_unique<TopicAliases>(alias_maximum, needs_.settings.limits.topic_alias_bytes_max);
  }
  if (!connect->authentication_method.empty()) {
    connection.reauthentication = std::make_unique<Reauthentication>();
    connection.reauthentication->method = connect->authentication_method;
  }
  connection.last_packet = now;
  connection.state = Open{slot};
  if (connection.keep_alive_seconds != 0) {
    needs_.timers.arm(connection, keep_alive_deadline(connection));
  }
  needs_.probe.connect_accepted();
  if (!send_connack(connection, *connect, session_present)) {
    // E-058: a client that cannot take even this is let go.
    // MQTT-3.14.0-1: no DISCONNECT either, though that might fit.
    needs_.lifecycle.close_silently(connection, ReasonCode::kPacketTooLarge, now);
    return;
  }
  if (session_present) {
    needs_.subscriptions.authorize_again(*slot);
  }
  needs_.delivery.resume(*slot, connect->receive_maximum, now);
  needs_.shared.connected(*slot);
  needs_.wire.effect(ResumeInput{connection.id.index});
}

}  // namespace godwit::front
