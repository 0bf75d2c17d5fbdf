#include "tests/bench/micro/front_driver.h"

#include <utility>
#include <variant>

#include "base/check.h"
#include "broker/mqtt/decoder.h"
#include "broker/mqtt/encoder.h"
#include "tests/bench/micro/callgrind.h"
#include "tests/bench/micro/fleet.h"
#include "tests/bench/micro/packets.h"

namespace godwit::bench {

FrontDriver::FrontDriver(std::shared_ptr<const access::Policy> policy)
    : front_({.hash_key = kHashKey}, std::move(policy), random_, metrics_, Log(log_sink_),
             turn_.now) {}

FrontDriver::Client FrontDriver::connect(mqtt::ProtocolVersion version,
                                         std::string_view client_id) {
  const auto client = front_.accept({"bench", "tcp"}, turn_);
  CHECK(client.has_value());
  if (client->value() >= readers_.size()) {
    readers_.resize(client->value() + 1);
  }
  readers_[client->value()].version = version;
  const Bytes connect = connect_packet(version, client_id);
  say(*client, connect);
  run();
  return *client;
}

void FrontDriver::subscribe(Client client, std::string_view filter, mqtt::Qos qos) {
  const Bytes subscribe = subscribe_packet(readers_[client.value()].version, filter, qos);
  say(client, subscribe);
  run();
}

void FrontDriver::run() {
  do {
    show_inputs();
    front_.tick(turn_);
    flush_dirty();
    while (!front_.effects().empty()) {
      carry_out_effects();
      flush_dirty();
    }
    say_answers();
  } while (!inputs_.empty() || front_.next_deadline() <= turn_.now);
}

void FrontDriver::show_inputs() {
  shown_.swap(inputs_);
  for (const Input& input : shown_) {
    const std::size_t used = front_.receive(input.from, input.bytes, turn_);
    if (used < input.bytes.size()) {  // Held back; the rest is shown in the next turn.
      inputs_.push_back({input.from, input.bytes.subspan(used)});
    }
  }
  shown_.clear();
}

void FrontDriver::flush_dirty() {
  dirty_.clear();
  front_.take_dirty(dirty_);
  for (const Client client : dirty_) {
    flush(client);
  }
}

void FrontDriver::flush(Client client) {
  front::Outbox& outbox = front_.outbox(client);
  while (!outbox.empty()) {
    const std::span<const ByteView> chunks(chunks_.data(), outbox.gather(chunks_));
    std::size_t bytes = 0;
    for (const ByteView chunk : chunks) {
      bytes += chunk.size();
    }
    read(client, chunks);
    front_.written(client, bytes, turn_);
  }
}

void FrontDriver::carry_out_effects() {
  effects_.swap(front_.effects());
  for (front::Effect& effect : effects_) {
    if (const auto* close = std::get_if<front::CloseConnection>(&effect)) {
      flush(close->connection);
      front_.release(close->connection);
      readers_[close->connection.value()] = {};
    } else if (const auto* ask = std::get_if<front::Authenticate>(&effect)) {
      front_.authenticated(ask->connection, {.verdict = access::AuthenticationVerdict::kAccepted},
                           turn_);
    }
    // Of ResumeInput: a rest is shown in the next turn anyway. One front hands nothing over.
  }
  effects_.clear();
}

void FrontDriver::read(Client client, std::span<const ByteView> chunks) {
  const NotCounted its_own_work;
  Reader& reader = readers_[client.value()];
  for (const ByteView chunk : chunks) {
    append(reader.unread, chunk);
  }
  ByteView rest = reader.unread;
  for (;;) {
    const auto frame = mqtt::next_frame(rest, mqtt::kPacketSizeCeiling);
    CHECK(frame.has_value());
    if (!frame->has_value()) {
      break;
    }
    rest = rest.subspan((*frame)->bytes.size());
    const bool silent = reader.answers.empty();
    answer(reader, (*frame)->bytes);
    if (silent && !reader.answers.empty()) {
      answering_.push_back(client);
    }
  }
  reader.unread.erase(reader.unread.begin(),
                      reader.unread.end() - static_cast<std::ptrdiff_t>(rest.size()));
}

void FrontDriver::answer(Reader& reader, ByteView packet) {
  const auto acknowledge = [&](mqtt::PacketType type, mqtt::PacketId id) {
    mqtt::encode(mqtt::PublishAck{.type = type, .packet_id = id}, reader.version, reader.answers);
  };
  const mqtt::Frame frame = **mqtt::next_frame(packet, mqtt::kPacketSizeCeiling);
  const mqtt::DecodeContext context{.version = reader.version, .sender = mqtt::Sender::kServer};
  switch (frame.type) {
    case mqtt::PacketType::kPublish: {
      ++delivered_;
      const mqtt::Publish publish = *mqtt::decode_publish(frame, context);
      if (publish.qos != mqtt::Qos::kAtMostOnce) {
        acknowledge(publish.qos == mqtt::Qos::kAtLeastOnce ? mqtt::PacketType::kPuback
                                                           : mqtt::PacketType::kPubrec,
                    publish.packet_id);
      }
      break;
    }
    case mqtt::PacketType::kPubrec:
      acknowledge(mqtt::PacketType::kPubrel, mqtt::decode_publish_ack(frame, context)->packet_id);
      break;
    case mqtt::PacketType::kPubrel:
      acknowledge(mqtt::PacketType::kPubcomp, mqtt::decode_publish_ack(frame, context)->packet_id);
      break;
    default:
      break;
  }
}

void FrontDriver::say_answers() {
  const NotCounted its_own_work;
  for (const Client client : answering_) {
    Reader& reader = readers_[client.value()];
    reader.being_said.clear();
    reader.being_said.swap(reader.answers);
    say(client, reader.being_said);
  }
  answering_.clear();
}

}  // namespace godwit::bench
