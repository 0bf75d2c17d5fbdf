#include "broker/mqtt/message.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "base/check.h"

namespace godwit::mqtt {
namespace {

bool is_stored(const Property& property) {
  // The delay of a will is never passed on (E-020).
  return property.id != PropertyId::kTopicAlias &&
         property.id != PropertyId::kMessageExpiryInterval &&
         property.id != PropertyId::kWillDelayInterval;
}

// The raw bytes of the properties that are kept, as the parts between those that are not.
template <class Visit>
void for_each_stored_part(PropertiesView properties, Visit visit) {
  const ByteView raw = properties.raw();
  PropertiesView::Walk walk = properties.walk();
  std::size_t begin = 0;
  Property property;
  while (begin < raw.size() && walk.next(property)) {
    const std::size_t end = raw.size() - walk.rest_size();
    if (is_stored(property)) {
      visit(raw.subspan(begin, end - begin));
    }
    begin = end;
  }
}

}  // namespace

TopicName Message::topic() const {
  return TopicName::from_checked(as_text({bytes(), topic_size_}));
}

PropertiesView Message::properties() const {
  return PropertiesView::from_checked({bytes() + topic_size_, properties_size_});
}

ByteView Message::payload() const {
  return {bytes() + topic_size_ + properties_size_, payload_size_};
}

std::optional<std::uint32_t> Message::expiry_interval_seconds() const {
  if (!has_expiry_) {
    return std::nullopt;
  }
  return expiry_interval_;
}

Instant Message::deadline() const {
  if (!has_expiry_) {
    return kNever;
  }
  return add_saturating(received_, std::chrono::seconds(expiry_interval_));
}

std::size_t Message::size_bytes() const {
  return sizeof(Message) + topic_size_ + properties_size_ + payload_size_;
}

MessageRef MessageRef::make(const Publish& publish, Instant received) {
  const std::string_view topic = publish.topic.text();
  CHECK(topic.size() <= 0xFFFF && !topic.empty());
  std::size_t properties_size = 0;
  for_each_stored_part(publish.properties, [&](ByteView part) { properties_size += part.size(); });

  const std::size_t size =
      sizeof(Message) + topic.size() + properties_size + publish.payload.size();
  auto* message = new (::operator new(size)) Message;
  message->received_ = received;
  message->topic_size_ = static_cast<std::uint16_t>(topic.size());
  message->properties_size_ = static_cast<std::uint32_t>(properties_size);
  message->payload_size_ = static_cast<std::uint32_t>(publish.payload.size());
  message->qos_ = publish.qos;
  message->retain_ = publish.retain;
  message->has_expiry_ = publish.message_expiry_interval.has_value();
  message->expiry_interval_ = publish.message_expiry_interval.value_or(0);

  auto* at = reinterpret_cast<std::byte*>(message + 1);
  at = std::copy_n(as_bytes(topic).data(), topic.size(), at);
  for_each_stored_part(publish.properties,
                       [&](ByteView part) { at = std::copy(part.begin(), part.end(), at); });
  std::copy(publish.payload.begin(), publish.payload.end(), at);

  MessageRef ref;
  ref.message_ = message;
  return ref;
}

void MessageRef::release() {
  if (message_ == nullptr || --message_->references_ != 0) {
    return;
  }
  message_->~Message();
  ::operator delete(message_);
}

namespace {

// MQTT-3.3.2-6, E-075: whole seconds, never below 0.
std::chrono::seconds waited(const Message& message, Instant now) {
  return std::max(std::chrono::seconds(0),
                  std::chrono::duration_cast<std::chrono::seconds>(now - message.received()));
}

}  // namespace

Publish to_publish(const Message& message, Instant now) {
  Publish publish;
  publish.topic = message.topic();
  publish.payload = message.payload();
  publish.properties = message.properties();
  publish.qos = message.qos();
  publish.retain = message.retain();
  if (const auto interval = message.expiry_interval_seconds()) {
    const auto seconds = static_cast<std::uint64_t>(waited(message, now).count());
    publish.message_expiry_interval =
        seconds >= *interval ? 0 : static_cast<std::uint32_t>(*interval - seconds);
  }
  return publish;
}

Instant arrival_of_rest(const Message& message, Instant now) {
  return message.received() + waited(message, now);
}

}  // namespace godwit::mqtt
