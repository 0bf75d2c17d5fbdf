#include "tests/testkit/front_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "broker/front/pending_connect.h"

namespace godwit::testkit {
namespace {

mqtt::DecodeContext server_packets(mqtt::ProtocolVersion version) {
  mqtt::DecodeContext context;
  context.version = version;
  context.sender = mqtt::Sender::kServer;
  context.limits.maximum_packet_size = mqtt::kPacketSizeCeiling;
  context.limits.topic_levels_max = UINT16_MAX;
  return context;
}

}  // namespace

TestClient::TestClient(FrontWorld& world, std::size_t thread, front::ConnectionIndex index)
    : world_(&world), thread_(thread), index_(index) {}

void TestClient::send_raw(ByteView bytes) {
  append(unsent_, bytes);
  world_->settle();
}

void TestClient::send_raw(std::initializer_list<int> bytes) {
  Bytes owned;
  for (const int byte : bytes)
    owned.push_back(std::byte(byte));
  send_raw(owned);
}

void TestClient::drop() {
  front::Turn turn{world_->now()};
  if (!gone_) {
    world_->front(thread_).lost(index_, turn);
    world_->front(thread_).release(index_);
    world_->forget(*this);
  }
  world_->settle();
}

void TestClient::received(ByteView bytes) {
  append(unparsed_, bytes);
  std::size_t used = 0;
  while (used < unparsed_.size()) {
    const auto frame =
        mqtt::next_frame(ByteView(unparsed_).subspan(used), mqtt::kPacketSizeCeiling);
    ASSERT_TRUE(frame) << "the broker sent bytes that are no packet";
    if (!frame->has_value())
      break;
    auto copy = std::make_shared<const Bytes>((*frame)->bytes.begin(), (*frame)->bytes.end());
    const auto own = mqtt::next_frame(*copy, mqtt::kPacketSizeCeiling);
    const auto packet = mqtt::decode_packet(**own, server_packets(version));
    ASSERT_TRUE(packet) << "the broker sent a bad packet: " << packet.error().what;
    packets.push_back({copy, *packet});
    used += (*frame)->bytes.size();
  }
  unparsed_.erase(unparsed_.begin(), unparsed_.begin() + static_cast<std::ptrdiff_t>(used));
}

mqtt::Packet TestClient::take(std::size_t kind) {
  if (packets.empty()) {
    ADD_FAILURE() << "no packet has come; expected kind " << kind;
    throw std::runtime_error("no packet has come");
  }
  ReceivedPacket received = std::move(packets.front());
  packets.pop_front();
  kept_.push_back(received.bytes);
  EXPECT_EQ(received.packet.index(), kind) << "another packet came";
  return received.packet;
}

std::vector<mqtt::Publish> TestClient::take_publishes() {
  std::vector<mqtt::Publish> publishes;
  std::erase_if(packets, [&](const ReceivedPacket& received) {
    const auto* publish = std::get_if<mqtt::Publish>(&received.packet);
    if (publish == nullptr)
      return false;
    publishes.push_back(*publish);
    kept_.push_back(received.bytes);
    return true;
  });
  return publishes;
}

FrontWorld::FrontWorld(WorldOptions options) : threads_(options.thread_count) {
  authenticate = [](const access::Credentials& credentials) {
    return access::AuthenticationResult{
        .verdict = access::AuthenticationVerdict::kAccepted,
        .principal = {.tenant = TenantId(0), .user_name = credentials.user_name.value_or("")}};
  };
  const auto policy = options.policy != nullptr ? options.policy : access::Policy::allow_all();
  for (std::uint16_t i = 0; i < options.thread_count; ++i) {
    const front::FrontSettings settings{.self = ThreadIndex(i),
                                        .thread_count = options.thread_count,
                                        .hash_key = {1, 2},
                                        .limits = options.limits,
                                        .retained = options.retained,
                                        .memory_budget_bytes = options.memory_budget_bytes};
    Thread& thread = threads_[i];
    thread.front = std::make_unique<front::Front>(settings, policy, random_, *thread.metrics,
                                                  Log(log_sink), now_);
  }
}

TestClient& FrontWorld::open(std::size_t thread) {
  front::Turn turn{now_};
  const auto index = threads_[thread].front->accept({"test", "tcp"}, turn);
  if (!index)
    throw std::runtime_error("the connection was not taken");
  clients_.push_back(std::make_unique<TestClient>(*this, thread, *index));
  threads_[thread].clients[*index] = clients_.back().get();
  return *clients_.back();
}

mqtt::Connect FrontWorld::plain_connect() {
  mqtt::Connect connect;
  connect.version = mqtt::ProtocolVersion::k3_1_1;
  connect.clean_start = true;
  return connect;
}

mqtt::Connect FrontWorld::v5_connect(bool clean_start) {
  mqtt::Connect connect;
  connect.clean_start = clean_start;
  return connect;
}

TestClient& FrontWorld::connect(std::string_view client_id, const mqtt::Connect& options,
                                std::size_t thread) {
  TestClient& client = open(thread);
  mqtt::Connect connect = options;
  connect.client_id = client_id;
  client.send(connect);
  EXPECT_EQ(client.expect<mqtt::Connack>().reason_code, mqtt::ReasonCode::kSuccess);
  return client;
}

bool FrontWorld::feed(TestClient& client, front::Turn& turn) {
  if (client.gone_ || client.unsent_.empty())
    return false;
  front::Front& front = this->front(client.thread_);
  const std::size_t used = front.receive(client.index_, client.unsent_, turn);
  client.unsent_.erase(client.unsent_.begin(),
                       client.unsent_.begin() + static_cast<std::ptrdiff_t>(used));
  return used != 0;
}

bool FrontWorld::flush(TestClient& client, front::Turn& turn) {
  if (client.gone_ || !client.reading)
    return false;
  front::Front& front = this->front(client.thread_);
  std::array<ByteView, 8> spans;
  const std::size_t count = front.outbox(client.index_).gather(spans);
  std::size_t written = 0;
  for (const ByteView span : std::span(spans).first(count)) {
    client.received(span);
    written += span.size();
  }
  if (written != 0)
    front.written(client.index_, written, turn);
  return written != 0;
}

void FrontWorld::forget(TestClient& client) {
  threads_[client.thread_].clients.erase(client.index_);
  client.gone_ = true;
}

void FrontWorld::carry_out(std::size_t number, front::Effect& effect, front::Turn& turn) {
  Thread& thread = threads_[number];
  if (auto* close = std::get_if<front::CloseConnection>(&effect)) {
    TestClient& client = *thread.clients.at(close->connection);
    while (flush(client, turn)) {
    }
    thread.front->release(close->connection);
    forget(client);
    client.closed = true;
  } else if (auto* ask = std::get_if<front::Authenticate>(&effect)) {
    thread.front->authenticated(ask->connection, authenticate(ask->credentials), turn);
  } else if (auto* hand_over = std::get_if<front::HandOver>(&effect)) {
    TestClient& client = *thread.clients.at(hand_over->connection);
    thread.front->release(hand_over->connection);
    forget(client);
    client.thread_ = hand_over->to.value();
    client.index_ =
        front(client.thread_).adopt({"test", "tcp"}, std::move(hand_over->connect), turn);
    client.gone_ = false;
    threads_[client.thread_].clients[client.index_] = &client;
  }
}

bool FrontWorld::run_turn(std::size_t number) {
  Thread& thread = threads_[number];
  front::Turn turn{now_};
  bool moved = false;
  for (; !thread.mail.empty(); thread.mail.pop_front(), moved = true) {
    thread.front->mail(thread.mail.front(), turn);
  }
  const auto clients = thread.clients;  // Effects change the original.
  for (const auto& [index, client] : clients)
    moved |= feed(*client, turn);
  thread.front->tick(turn);
  std::vector<front::ConnectionIndex> dirty;
  thread.front->take_dirty(dirty);
  for (const auto& [index, client] : clients)
    moved |= flush(*client, turn);
  front::Effects effects;
  effects.swap(thread.front->effects());
  for (front::Effect& effect : effects)
    carry_out(number, effect, turn);
  moved |= !effects.empty();
  for (std::size_t to = 0; to < threads_.size(); ++to) {
    front::MailBatch& batch = thread.front->outgoing()[to];
    if (batch.empty())
      continue;
    front::MailBatch empty;
    empty.from = batch.from;
    threads_[to].mail.push_back(std::exchange(batch, std::move(empty)));
    moved = true;
  }
  thread.front->end_turn();
  return moved || thread.front->next_deadline() == Instant::min();
}

void FrontWorld::settle() {
  for (bool moved = true; moved;) {
    moved = false;
    for (std::size_t i = 0; i < threads_.size(); ++i)
      moved |= run_turn(i);
  }
}

void FrontWorld::advance(Duration duration) {
  const Instant end = now_ + duration;
  while (now_ < end) {
    Instant next = end;
    for (const Thread& thread : threads_) {
      next = std::min(next, std::max(thread.front->next_deadline(), now_ + Duration(1)));
    }
    now_ = next;
    settle();
  }
}

void FrontWorld::stop() {
  front::Turn turn{now_};
  for (Thread& thread : threads_)
    thread.front->stop(turn);
  settle();
}

std::int64_t FrontWorld::metric(std::string_view name, std::string_view label_value) const {
  std::int64_t sum = 0;
  bool found = false;
  for (const Thread& thread : threads_) {
    for (const MetricSheet::Row& row : thread.metrics->rows()) {
      if (row.name.name != name)
        continue;
      if (!label_value.empty() && row.name.label_value != label_value)
        continue;
      sum += row.metric.read();
      found = true;
    }
  }
  EXPECT_TRUE(found) << "no metric " << name << " " << label_value;
  return sum;
}

mqtt::Publish make_publish(std::string_view topic, std::string_view payload, mqtt::Qos qos,
                           std::uint16_t packet_id, bool retain) {
  mqtt::Publish publish;
  publish.topic = mqtt::TopicName::from_checked(topic);
  publish.payload = as_bytes(payload);
  publish.qos = qos;
  publish.packet_id = mqtt::PacketId(packet_id);
  publish.retain = retain;
  return publish;
}

mqtt::ReasonCode subscribe(TestClient& client, std::string_view filter,
                           mqtt::SubscriptionOptions options) {
  Bytes raw;
  mqtt::append_filter_request(filter, options, raw);
  mqtt::Subscribe packet;
  packet.packet_id = mqtt::PacketId(1);
  packet.requests = mqtt::FilterRequests(raw, true);
  client.send(packet);
  const auto suback = client.expect<mqtt::Suback>();
  return static_cast<mqtt::ReasonCode>(suback.reason_codes[0]);
}

std::string text_of(const mqtt::Publish& publish) { return std::string(as_text(publish.payload)); }

}  // namespace godwit::testkit
