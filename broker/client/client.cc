#include "broker/client/client.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "broker/client/client_send.h"
#include "broker/client/connect_packet.h"

namespace godwit::client {
namespace {

// An output buffer of this size is kept for what comes next.
constexpr std::size_t kKeptOutputMax = std::size_t{64} << 10U;

}  // namespace

std::string_view request_error_text(RequestError error) {
  switch (error) {
    case RequestError::kOffline:
      return "there is no connection";
    case RequestError::kWindowFull:
      return "too many messages are not acknowledged yet";
    case RequestError::kOutputFull:
      return "the network does not take more bytes yet";
    case RequestError::kTooManyRequests:
      return "too many requests are not answered yet";
    case RequestError::kTooLarge:
      return "it is larger than the broker takes";
    case RequestError::kQosNotSupported:
      return "the broker does not offer this QoS";
    case RequestError::kRetainNotSupported:
      return "the broker does not keep retained messages";
    case RequestError::kWildcardSubscriptionsNotSupported:
      return "the broker does not offer wildcards in topic filters";
    case RequestError::kSubscriptionIdentifiersNotSupported:
      return "the broker does not offer subscription identifiers";
    case RequestError::kSharedSubscriptionsNotSupported:
      return "the broker does not offer shared subscriptions";
  }
  return "unknown";
}

Client::Client(ClientSettings settings) : settings_(std::move(settings)) {
  CHECK(check(settings_).has_value());
}

void Client::connect(Instant now) {
  CHECK(!open());
  output_.clear();
  output_begin_ = 0;
  unfinished_received_ = 0;
  const bool clean_start = settings_.clean_start && !is_resumable_;
  append_connect(settings_, clean_start, output_);
  state_ = AwaitingConnack{add_saturating(now, settings_.limits.connack_timeout), clean_start};
}

void Client::end() {
  state_ = Ended{};
  requests_.clear();
}

void Client::lost(ClientEvents& events) {
  if (!open()) {
    return;
  }
  end();
  output_.clear();
  output_begin_ = 0;
  events.disconnected({.by = EndedBy::kNetwork});
}

void Client::end_unanswering(std::string_view what, ClientEvents& events) {
  end();
  // Nobody listens: a goodbye would only be waited for.
  output_.clear();
  output_begin_ = 0;
  events.disconnected({.by = EndedBy::kUnanswering, .text = what});
}

void Client::tick(Instant now, ClientEvents& events) {
  if (now < next_deadline()) {
    return;
  }
  if (std::holds_alternative<AwaitingConnack>(state_)) {
    return end_unanswering("no CONNACK in time", events);
  }
  Online& online = std::get<Online>(state_);
  if (now >= online.pingresp_due) {
    return end_unanswering("no PINGRESP in time", events);
  }
  online.pingresp_due = add_saturating(now, settings_.limits.pingresp_timeout);
  send(mqtt::Pingreq{}, now);  // MQTT-3.1.2-20
}

Instant Client::next_deadline() const {
  if (const auto* awaiting = std::get_if<AwaitingConnack>(&state_)) {
    return awaiting->deadline;
  }
  const auto* online = std::get_if<Online>(&state_);
  if (online == nullptr) {
    return kNever;
  }
  // One PINGREQ at a time; what else goes out meanwhile keeps the connection alive as well.
  if (online->pingresp_due != kNever || online->ping_after == Duration::zero()) {
    return online->pingresp_due;
  }
  return add_saturating(online->last_packet, online->ping_after);
}

void Client::sent(std::size_t count, Instant now) {
  DCHECK(count <= output().size());
  output_begin_ += count;
  if (auto* online = std::get_if<Online>(&state_); online != nullptr && count > 0) {
    if (online->pingresp_due != kNever) {
      // PINGREQ may stand behind a long message that is still on its way.
      online->pingresp_due = add_saturating(now, settings_.limits.pingresp_timeout);
    }
  }
  if (output_begin_ == output_.size()) {
    output_.clear();
    output_begin_ = 0;
    if (output_.capacity() > kKeptOutputMax) {
      Bytes().swap(output_);
    }
  } else if (output_begin_ > kKeptOutputMax && output_begin_ > output_.size() / 2) {
    // A socket that is never quite done: what it has taken must not pile up. Each byte is moved at
    // most once on average.
    output_.erase(output_.begin(), output_.begin() + static_cast<std::ptrdiff_t>(output_begin_));
    output_begin_ = 0;
  }
}

std::optional<RequestError> Client::refusal_of(const OutgoingMessage& message) const {
  if (!online()) {
    return RequestError::kOffline;
  }
  if (message.qos > offer_.maximum_qos) {
    return RequestError::kQosNotSupported;
  }
  if (message.retain && !offer_.retain_available) {
    return RequestError::kRetainNotSupported;
  }
  if (output().size() > settings_.limits.output_bytes_max) {
    return RequestError::kOutputFull;
  }
  if (message.qos != mqtt::Qos::kAtMostOnce) {
    const std::size_t bytes_max = settings_.limits.in_flight_bytes_max;
    const bool has_bytes =
        window_.bytes() == 0 || window_.bytes() + message.payload.size() <= bytes_max;
    if (!window_.has_room() || !has_bytes) {
      return RequestError::kWindowFull;
    }
  }
  return std::nullopt;
}

Result<mqtt::PacketId, RequestError> Client::publish(const OutgoingMessage& message, Instant now) {
  if (const auto refused = refusal_of(message)) {
    return fail(*refused);
  }
  mqtt::Publish packet;
  packet.topic = message.topic;
  packet.payload = message.payload;
  packet.properties = message.properties;
  packet.message_expiry_interval = message.message_expiry_interval;
  packet.qos = message.qos;
  packet.retain = message.retain;
  const std::size_t size = mqtt::encoded_size(packet, settings_.version);
  if (size > offer_.maximum_packet_size) {
    return fail(RequestError::kTooLarge);
  }
  if (message.qos == mqtt::Qos::kAtMostOnce) {
    send(packet, now);
    return mqtt::kNoPacketId;
  }
  packet.packet_id = next_message_id();
  send(packet, now);
  window_.add(packet.packet_id, message.qos,
              is_resumable_ ? ByteView(output_).last(size) : ByteView{});
  return packet.packet_id;
}

bool Client::awaits_answer(mqtt::PacketId id) const {
  return std::any_of(requests_.begin(), requests_.end(),
                     [id](const Request& request) { return request.packet_id == id; });
}

// MQTT-2.2.1-3: not 0, and not busy with a message or a request.
mqtt::PacketId Client::next_message_id() {
  window_.make_room();
  mqtt::PacketId id;
  do {
    id = mqtt::PacketId(++last_id_);
  } while (!window_.is_free(id) || awaits_answer(id));
  return id;
}

mqtt::PacketId Client::next_request_id() {
  mqtt::PacketId id;
  do {
    id = mqtt::PacketId(++last_id_);
  } while (id == mqtt::kNoPacketId || window_.contains(id) || awaits_answer(id));
  return id;
}

std::optional<RequestError> Client::request_refusal() const {
  if (!online()) {
    return RequestError::kOffline;
  }
  if (requests_.size() >= settings_.limits.requests_max) {
    return RequestError::kTooManyRequests;
  }
  return std::nullopt;
}

std::optional<RequestError> Client::refusal_of(std::span<const mqtt::FilterRequest> requests,
                                               std::uint32_t subscription_identifier) const {
  if (const auto refused = request_refusal()) {
    return refused;
  }
  if (subscription_identifier != 0 && !offer_.subscription_identifier_available) {
    return RequestError::kSubscriptionIdentifiersNotSupported;
  }
  for (const mqtt::FilterRequest& request : requests) {
    if (request.filter.has_wildcard() && !offer_.wildcard_subscription_available) {
      return RequestError::kWildcardSubscriptionsNotSupported;
    }
    if (request.filter.is_shared() && !offer_.shared_subscription_available) {
      return RequestError::kSharedSubscriptionsNotSupported;
    }
  }
  return std::nullopt;
}

template <class Packet>
Result<mqtt::PacketId, RequestError> Client::send_request(const Packet& packet, Request request,
                                                          Instant now) {
  const std::size_t before = output_.size();
  mqtt::encode(packet, settings_.version, output_);
  if (output_.size() - before > offer_.maximum_packet_size) {
    output_.resize(before);
    return fail(RequestError::kTooLarge);
  }
  std::get<Online>(state_).last_packet = now;
  requests_.push_back(request);
  return request.packet_id;
}

Result<mqtt::PacketId, RequestError> Client::subscribe(
    std::span<const mqtt::FilterRequest> requests, std::uint32_t subscription_identifier,
    Instant now) {
  CHECK(!requests.empty());
  if (const auto refused = refusal_of(requests, subscription_identifier)) {
    return fail(*refused);
  }
  list_.clear();
  for (const mqtt::FilterRequest& request : requests) {
    mqtt::append_filter_request(request.filter.text(), request.options, list_);
  }
  properties_.clear();
  if (subscription_identifier != 0) {
    mqtt::PropertiesWriter(properties_)
        .number(mqtt::PropertyId::kSubscriptionIdentifier, subscription_identifier);
  }
  mqtt::Subscribe packet;
  packet.packet_id = next_request_id();
  packet.properties = mqtt::PropertiesView::from_checked(properties_);
  packet.requests = mqtt::FilterRequests(list_, true);
  return send_request(packet, {packet.packet_id, mqtt::PacketType::kSubscribe, requests.size()},
                      now);
}

Result<mqtt::PacketId, RequestError> Client::unsubscribe(std::span<const mqtt::TopicFilter> filters,
                                                         Instant now) {
  CHECK(!filters.empty());
  if (const auto refused = request_refusal()) {
    return fail(*refused);
  }
  list_.clear();
  for (const mqtt::TopicFilter filter : filters) {
    mqtt::append_unsubscribe_filter(filter.text(), list_);
  }
  mqtt::Unsubscribe packet;
  packet.packet_id = next_request_id();
  packet.requests = mqtt::FilterRequests(list_, false);
  return send_request(packet, {packet.packet_id, mqtt::PacketType::kUnsubscribe, filters.size()},
                      now);
}

void Client::disconnect(mqtt::ReasonCode reason) {
  if (online()) {
    mqtt::encode(mqtt::Disconnect{.reason_code = reason, .properties = {}}, settings_.version,
                 output_);
  }
  end();  // MQTT-3.14.4-1: nothing follows it.
}

}  // namespace godwit::client
