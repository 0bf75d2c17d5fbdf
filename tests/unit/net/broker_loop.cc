#include "tests/unit/net/broker_loop.h"

#include <gtest/gtest.h>

#include <string>

#include "broker/access/policy.h"
#include "broker/mqtt/decoder.h"
#include "broker/mqtt/encoder.h"
#include "broker/mqtt/frame.h"
#include "broker/mqtt/limits.h"
#include "tests/testkit/shorthand.h"

namespace godwit::net::test {
namespace {

// A turn waits so long if nothing happens; so many turns are patience enough.
constexpr Duration kMoment = std::chrono::milliseconds(1);
constexpr int kTurnsMax = 20'000;

access::AuthenticationResult accepted() {
  return {.verdict = access::AuthenticationVerdict::kAccepted};
}

}  // namespace

std::optional<access::AuthenticationResult> ScriptedAuthentication::request(
    front::Authenticate&& question, AuthenticationReply& later) {
  if (!hold) {
    return accepted();
  }
  held_.emplace_back(question.connection, &later);
  return std::nullopt;
}

void ScriptedAuthentication::answer_all() {
  for (const auto& [connection, reply] : held_) {
    reply->authenticated(connection, accepted());
  }
  held_.clear();
}

std::int64_t metric_of(const MetricSheet& sheet, std::string_view name,
                       std::string_view label_value) {
  std::int64_t sum = 0;
  for (const MetricSheet::Row& row : sheet.rows()) {
    if (row.name.name != name) {
      continue;
    }
    if (label_value.empty() || row.name.label_value == label_value) {
      sum += row.metric.read();
    }
  }
  return sum;
}

BrokerLoop::BrokerLoop(const LoopOptions& options) : threads_(options.threads) {
  std::vector<IoMailbox*> mailboxes;
  for (std::uint16_t i = 0; i < options.threads; ++i) {
    Thread& thread = threads_[i];
    thread.metrics = std::make_unique<MetricSheet>();
    front::FrontSettings front_settings;
    front_settings.self = ThreadIndex(i);
    front_settings.thread_count = options.threads;
    front_settings.limits = options.limits;
    front_settings.turn = options.turn;
    thread.front = std::make_unique<front::Front>(front_settings, access::Policy::allow_all(),
                                                  random_, *thread.metrics, log_, clock.now());
    IoThreadSettings settings;
    settings.self = ThreadIndex(i);
    settings.listener_names = {"test"};
    settings.close_grace = kCloseGrace;
    settings.drain_deadline = kDrainDeadline;
    settings.mailbox_items_max = options.mailbox_items_max;
    settings.read_buffer_bytes = options.read_buffer_bytes;
    settings.handshakes = options.handshakes;
    thread.io = std::make_unique<IoThread>(
        settings, IoThread::Needs{*thread.front, authentication, clock, *thread.metrics, log_});
    mailboxes.push_back(&thread.io->mailbox());
  }
  for (Thread& thread : threads_) {
    thread.io->connect(mailboxes);
  }
}

Peer BrokerLoop::connect(std::size_t thread, std::unique_ptr<Stream> stream, int buffer_bytes) {
  Pair pair = connected_pair(buffer_bytes);
  threads_[thread].io->mailbox().post_always(NewSocket{.socket = std::move(pair.server),
                                                       .address = "peer",
                                                       .listener = 0,
                                                       .stream = std::move(stream)});
  return std::move(pair.client);
}

void BrokerLoop::turn(std::size_t thread) {
  if (!threads_[thread].ended) {
    threads_[thread].ended = !threads_[thread].io->turn(kMoment);
  }
}

void BrokerLoop::turn() {
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    turn(i);
  }
}

bool BrokerLoop::run_until(const std::function<bool()>& condition) {
  for (int i = 0; i < kTurnsMax; ++i) {
    if (condition()) {
      return true;
    }
    turn();
  }
  return condition();
}

std::int64_t BrokerLoop::metric(std::string_view name, std::string_view label_value) const {
  std::int64_t sum = 0;
  for (const Thread& thread : threads_) {
    sum += metric_of(*thread.metrics, name, label_value);
  }
  return sum;
}

LoopClient::LoopClient(BrokerLoop& loop, std::string_view client_id, std::size_t thread,
                       const testkit::ConnectSpec& spec)
    : LoopClient(loop, loop.connect(thread)) {
  send(testkit::connect_bytes(client_id, spec));
  expect(mqtt::PacketType::kConnack);
}

void LoopClient::send(ByteView bytes) {
  EXPECT_TRUE(loop_->run_until([&] {
    bytes = bytes.subspan(peer_.send_some(bytes));
    return bytes.empty();
  }));
}

void LoopClient::subscribe(std::string_view filter, mqtt::Qos qos) {
  send(subscribe_bytes(filter, qos));
  expect(mqtt::PacketType::kSuback);
}

void LoopClient::publish(std::string_view topic, std::string_view payload) {
  send(publish_bytes(topic, payload));
}

Bytes LoopClient::next_packet() {
  Bytes packet;
  EXPECT_TRUE(loop_->run_until([&] {
    peer_.poll_into(received_);
    const ByteView unseen = ByteView(received_).subspan(seen_);
    const auto frame = mqtt::next_frame(unseen, mqtt::kPacketSizeCeiling);
    if (frame && *frame) {
      packet.assign((*frame)->bytes.begin(), (*frame)->bytes.end());
      seen_ += packet.size();
    }
    return !packet.empty() || peer_.ended() || peer_.was_reset();
  })) << "no packet came";
  return packet;
}

Bytes LoopClient::expect(mqtt::PacketType type) {
  Bytes packet = next_packet();
  EXPECT_FALSE(packet.empty()) << "the connection has ended";
  if (packet.empty()) {
    return packet;
  }
  EXPECT_EQ(std::to_integer<int>(packet[0] >> 4U), static_cast<int>(type));
  return packet;
}

std::string LoopClient::expect_publish() {
  const Bytes packet = expect(mqtt::PacketType::kPublish);
  const auto frame = mqtt::next_frame(packet, mqtt::kPacketSizeCeiling);
  if (!frame || !*frame) {
    return {};
  }
  mqtt::DecodeContext context;
  context.version = mqtt::ProtocolVersion::k5_0;
  context.sender = mqtt::Sender::kServer;
  context.limits.maximum_packet_size = mqtt::kPacketSizeCeiling;
  const auto publish = mqtt::decode_publish(**frame, context);
  EXPECT_TRUE(publish);
  return publish ? std::string(as_text(publish->payload)) : std::string();
}

bool LoopClient::closed_by_broker() {
  EXPECT_TRUE(loop_->run_until([&] {
    peer_.poll_into(received_);
    return peer_.ended() || peer_.was_reset();
  }));
  return peer_.ended() && !peer_.was_reset();
}

bool LoopClient::has_received() {
  peer_.poll_into(received_);
  return seen_ < received_.size();
}

Bytes subscribe_bytes(std::string_view filter, mqtt::Qos qos) {
  Bytes raw;
  mqtt::SubscriptionOptions options;
  options.qos = qos;
  Bytes packet;
  mqtt::encode(testkit::make_subscribe(raw, filter, options), mqtt::ProtocolVersion::k5_0, packet);
  return packet;
}

Bytes publish_bytes(std::string_view topic, std::string_view payload, mqtt::Qos qos,
                    std::uint16_t packet_id) {
  Bytes packet;
  mqtt::encode(testkit::make_publish(topic, payload, qos, packet_id), mqtt::ProtocolVersion::k5_0,
               packet);
  return packet;
}

}  // namespace godwit::net::test
