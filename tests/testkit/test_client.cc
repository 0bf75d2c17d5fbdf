#include "tests/testkit/test_client.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "tests/testkit/front_world.h"

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

void TestClient::settle() { world_->settle(); }

void TestClient::push_raw(ByteView bytes) {
  append(unsent_, bytes);
  input_due_ = true;
}

void TestClient::send_raw(ByteView bytes) {
  push_raw(bytes);
  settle();
}

void TestClient::send_raw(std::initializer_list<int> bytes) {
  Bytes owned;
  for (const int byte : bytes) {
    owned.push_back(std::byte(byte));
  }
  send_raw(owned);
}

void TestClient::push_connect(std::string_view client_id, const ConnectSpec& spec) {
  version = spec.version;
  push_raw(connect_bytes(client_id, spec));
}

void TestClient::send_byte_by_byte(ByteView bytes) {
  for (const std::byte& byte : bytes) {
    send_raw(ByteView(&byte, 1));
  }
}

void TestClient::cut() { lost_ = true; }

void TestClient::drop() {
  cut();
  settle();
}

void TestClient::go_on_reading() {
  reads_bytes_max = std::numeric_limits<std::size_t>::max();
  settle();
}

void TestClient::received(ByteView bytes) {
  append(stream_, bytes);
  append(unparsed_, bytes);
}

void TestClient::parse() {
  if (!decodes) {
    unparsed_.clear();
  }
  std::size_t used = 0;
  while (used < unparsed_.size()) {
    const auto frame =
        mqtt::next_frame(ByteView(unparsed_).subspan(used), mqtt::kPacketSizeCeiling);
    ASSERT_TRUE(frame) << "the broker sent bytes that are no packet";
    if (!frame->has_value()) {
      break;
    }
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

mqtt::Packet TestClient::take_first(std::size_t kind) {
  const auto found =
      std::find_if(packets.begin(), packets.end(),
                   [&](const ReceivedPacket& received) { return received.packet.index() == kind; });
  if (found != packets.end()) {
    std::rotate(packets.begin(), found, std::next(found));
  }
  return take(kind);
}

std::vector<mqtt::Publish> TestClient::take_publishes() {
  std::vector<mqtt::Publish> publishes;
  std::erase_if(packets, [&](const ReceivedPacket& received) {
    const auto* publish = std::get_if<mqtt::Publish>(&received.packet);
    if (publish == nullptr) {
      return false;
    }
    publishes.push_back(*publish);
    kept_.push_back(received.bytes);
    return true;
  });
  return publishes;
}

Bytes TestClient::take_bytes() { return std::exchange(stream_, {}); }

}  // namespace godwit::testkit
