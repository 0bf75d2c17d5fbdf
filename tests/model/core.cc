#include "tests/model/core.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <string>
#include <utility>

#include "broker/mqtt/decoder.h"

namespace godwit::model {
namespace {

TopicIndex index_of(std::string_view topic) {
  const auto found = std::ranges::find(kTopics, topic);
  if (found == kTopics.end()) {
    throw std::runtime_error("a topic that nobody has published to: " + std::string(topic));
  }
  return static_cast<TopicIndex>(found - kTopics.begin());
}

std::uint32_t number_of(ByteView payload) {
  const std::string_view text = as_text(payload);
  std::uint32_t number = 0;
  if (!text.empty() && std::from_chars(text.data(), text.data() + text.size(), number).ptr !=
                           text.data() + text.size()) {
    throw std::runtime_error("a payload that nobody has sent: " + std::string(text));
  }
  return number;
}

std::uint32_t identifiers_of(mqtt::PropertiesView properties) {
  std::uint32_t identifiers = 0;
  mqtt::PropertiesView::Walk walk = properties.walk();
  mqtt::Property property;
  while (walk.next(property)) {
    if (property.id == mqtt::PropertyId::kSubscriptionIdentifier) {
      identifiers += 1U << 4U * property.number;
    }
  }
  return identifiers;
}

void hear_publish(const mqtt::Publish& publish, std::vector<std::string>& aliases, Heard& heard) {
  std::string topic(publish.topic.text());
  if (publish.topic_alias != 0) {
    if (publish.topic_alias >= aliases.size()) {
      throw std::runtime_error("a topic alias beyond the client's maximum");
    }
    std::string& named = aliases[publish.topic_alias];
    if (topic.empty()) {
      topic = named;
    } else {
      named = topic;
    }
  }
  heard.packet_id = publish.packet_id.value();
  heard.qos = publish.qos;
  heard.retain = publish.retain;
  heard.dup = publish.dup;
  heard.topic = index_of(topic);
  heard.number = number_of(publish.payload);
  heard.expiry = publish.message_expiry_interval.value_or(kNoExpiry);
  heard.identifiers = identifiers_of(publish.properties);
}

template <class Ack>
void hear_ack(const Ack& ack, Heard& heard) {
  heard.packet_id = ack.packet_id.value();
  heard.reason = ack.reason_codes.empty() ? 0 : std::to_integer<std::uint8_t>(ack.reason_codes[0]);
}

}  // namespace

Core::Core(const front::FrontSettings& settings, Instant start)
    : turn_{start},
      front_(settings, access::Policy::allow_all(), chance_, metrics_, Log(log_), start) {}

Core::~Core() = default;

std::size_t Core::open(mqtt::ProtocolVersion version, std::uint16_t topic_alias_maximum) {
  const auto index = front_.accept({"model", "tcp"}, turn_);
  if (!index) {
    throw std::runtime_error("a connection was not taken");
  }
  connections_.push_back({.index = *index,
                          .version = version,
                          .aliases = std::vector<std::string>(topic_alias_maximum + 1U)});
  return connections_.size() - 1;
}

void Core::send(std::size_t connection, ByteView bytes) {
  append(connections_[connection].input, bytes);
  feed(connections_[connection]);
  settle();
}

void Core::lose(std::size_t connection) {
  Connection& lost = connections_[connection];
  front_.lost(lost.index, turn_);
  front_.release(lost.index);
  lost.closed = true;
  settle();
}

void Core::advance_to(Instant now) {
  while (turn_.now < now) {
    turn_.now = std::min(now, std::max(front_.next_deadline(), turn_.now + Duration(1)));
    settle();
  }
}

void Core::feed(Connection& connection) {
  if (connection.closed || connection.input.empty() || !front_.wants_input(connection.index)) {
    return;
  }
  const std::size_t used = front_.receive(connection.index, connection.input, turn_);
  connection.input.erase(connection.input.begin(),
                         connection.input.begin() + static_cast<std::ptrdiff_t>(used));
}

void Core::settle() {
  do {
    front_.tick(turn_);
    bool worked = true;
    while (worked) {
      dirty_.clear();
      front_.take_dirty(dirty_);
      for (const front::ConnectionIndex index : dirty_) {
        flush(at(index));
      }
      worked = carry_out_effects() || !dirty_.empty();
    }
  } while (front_.next_deadline() <= turn_.now);
}

void Core::flush(Connection& connection) {
  if (connection.closed) {
    return;
  }
  std::array<ByteView, 8> spans;
  while (const std::size_t count = front_.outbox(connection.index).gather(spans)) {
    std::size_t written = 0;
    for (const ByteView span : std::span(spans).first(count)) {
      append(connection.output, span);
      written += span.size();
    }
    front_.written(connection.index, written, turn_);
  }
}

bool Core::carry_out_effects() {
  effects_.clear();
  effects_.swap(front_.effects());
  for (front::Effect& effect : effects_) {
    if (const auto* close = std::get_if<front::CloseConnection>(&effect)) {
      Connection& connection = at(close->connection);
      flush(connection);
      front_.release(close->connection);
      connection.closed = true;
    } else if (const auto* ask = std::get_if<front::Authenticate>(&effect)) {
      front_.authenticated(ask->connection, {.verdict = access::AuthenticationVerdict::kAccepted},
                           turn_);
    } else if (const auto* resume = std::get_if<front::ResumeInput>(&effect)) {
      feed(at(resume->connection));
    }
  }
  return !effects_.empty();
}

Core::Connection& Core::at(front::ConnectionIndex index) {
  // The newest: indexes are used again.
  const auto found = std::find_if(connections_.rbegin(), connections_.rend(),
                                  [&](const Connection& one) { return one.index == index; });
  return *found;
}

std::vector<Heard> Core::take_heard(std::size_t number) {
  Connection& connection = connections_[number];
  std::vector<Heard> heard;
  ByteView rest = connection.output;
  while (!rest.empty()) {
    const auto frame = mqtt::next_frame(rest, UINT32_MAX);
    if (!frame || !frame->has_value()) {
      throw std::runtime_error("bytes that are no packet");
    }
    rest = rest.subspan((*frame)->bytes.size());
    heard.push_back(hear(connection, **frame));
  }
  connection.output.clear();
  return heard;
}

Heard Core::hear(Connection& connection, const mqtt::Frame& frame) {
  const auto packet = mqtt::decode_packet(
      frame, {.version = connection.version, .sender = mqtt::Sender::kServer, .limits = {}});
  if (!packet) {
    throw std::runtime_error("a packet that cannot be read: " + std::string(packet.error().what));
  }
  Heard heard{.type = frame.type};
  if (const auto* publish = std::get_if<mqtt::Publish>(&*packet)) {
    hear_publish(*publish, connection.aliases, heard);
  } else if (const auto* ack = std::get_if<mqtt::PublishAck>(&*packet)) {
    heard.packet_id = ack->packet_id.value();
    heard.reason = static_cast<std::uint8_t>(ack->reason_code);
  } else if (const auto* connack = std::get_if<mqtt::Connack>(&*packet)) {
    heard.reason = static_cast<std::uint8_t>(connack->reason_code);
    heard.session_present = connack->session_present;
  } else if (const auto* suback = std::get_if<mqtt::Suback>(&*packet)) {
    hear_ack(*suback, heard);
  } else if (const auto* unsuback = std::get_if<mqtt::Unsuback>(&*packet)) {
    hear_ack(*unsuback, heard);
  } else if (const auto* disconnect = std::get_if<mqtt::Disconnect>(&*packet)) {
    heard.reason = static_cast<std::uint8_t>(disconnect->reason_code);
  }
  return heard;
}

std::int64_t Core::metric(std::string_view name) const {
  std::int64_t sum = 0;
  for (const MetricSheet::Row& row : metrics_.rows()) {
    sum += row.name.name == name ? row.metric.read() : 0;
  }
  return sum;
}

}  // namespace godwit::model
