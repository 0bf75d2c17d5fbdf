#include "tests/bench/micro/front_driver.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/check.h"
#include "broker/mqtt/decoder.h"
#include "broker/mqtt/encoder.h"
#include "tests/bench/micro/callgrind.h"
#include "tests/bench/micro/fleet.h"
#include "tests/bench/micro/packets.h"

namespace godwit::bench {

using front::ConnectionIndex;

FrontDriver::FrontDriver(const std::shared_ptr<const access::Policy>& policy,
                         std::uint16_t threads) {
  for (std::uint16_t i = 0; i < threads; ++i) {
    const front::FrontSettings settings{
        .self = ThreadIndex(i), .thread_count = threads, .hash_key = kHashKey};
    Thread& thread = *threads_.emplace_back(std::make_unique<Thread>());
    thread.front = std::make_unique<front::Front>(settings, policy, random_, thread.metrics,
                                                  Log(log_sink_), turn_.now);
  }
}

FrontDriver::Client FrontDriver::connect(mqtt::ProtocolVersion version, std::string_view client_id,
                                         std::size_t thread) {
  Thread& its_thread = *threads_[thread];
  const auto index = its_thread.front->accept({"bench", "tcp"}, turn_);
  CHECK(index.has_value());
  if (index->value() >= its_thread.readers.size()) {
    its_thread.readers.resize(index->value() + 1);
  }
  its_thread.readers[index->value()].version = version;
  const Client client{thread, *index};
  const Bytes connect = connect_packet(version, client_id);
  say(client, connect);
  run();
  return client;
}

void FrontDriver::subscribe(const Client& client, std::string_view filter, mqtt::Qos qos) {
  const mqtt::ProtocolVersion version =
      threads_[client.thread]->readers[client.index.value()].version;
  const Bytes subscribe = subscribe_packet(version, filter, qos);
  say(client, subscribe);
  run();
}

std::size_t FrontDriver::connection_count() const {
  std::size_t sum = 0;
  for (const auto& thread : threads_) {
    sum += thread->front->connection_count();
  }
  return sum;
}

void FrontDriver::run() {
  for (bool worked = true; worked;) {
    worked = false;
    for (const auto& thread : threads_) {
      if (has_work(*thread)) {
        turn(*thread);
        worked = true;
      }
    }
  }
}

bool FrontDriver::has_work(const Thread& thread) const {
  return !thread.inputs.empty() || !thread.inbox.empty() ||
         thread.front->next_deadline() <= turn_.now;
}

void FrontDriver::turn(Thread& thread) {
  show_inputs(thread);
  take_mail(thread);
  thread.front->tick(turn_);
  post_mail(thread);
  flush_dirty(thread);
  while (!thread.front->effects().empty()) {
    carry_out_effects(thread);
    post_mail(thread);
    flush_dirty(thread);
  }
  say_answers(thread);
}

void FrontDriver::show_inputs(Thread& thread) {
  shown_.swap(thread.inputs);
  for (const Input& input : shown_) {
    const std::size_t used = thread.front->receive(input.from, input.bytes, turn_);
    if (used < input.bytes.size()) {  // Held back; the rest is shown in the next turn.
      thread.inputs.push_back({input.from, input.bytes.subspan(used)});
    }
  }
  shown_.clear();
}

void FrontDriver::take_mail(Thread& thread) {
  taken_.swap(thread.inbox);
  for (front::MailBatch& batch : taken_) {
    thread.front->mail(batch, turn_);
    batch.publishes.clear();
    batch.control.clear();
    spare_.push_back(std::move(batch));
  }
  taken_.clear();
}

// Publishes and control in one batch: with all threads in one there is no other order to see.
void FrontDriver::post_mail(Thread& thread) {
  std::vector<front::MailBatch>& outgoing = thread.front->outgoing();
  for (std::size_t to = 0; to < outgoing.size(); ++to) {
    if (outgoing[to].empty()) {
      continue;
    }
    front::MailBatch batch;
    if (!spare_.empty()) {
      batch = std::move(spare_.back());
      spare_.pop_back();
    }
    batch.from = outgoing[to].from;
    batch.publishes.swap(outgoing[to].publishes);
    batch.control.swap(outgoing[to].control);
    threads_[to]->inbox.push_back(std::move(batch));
  }
}

void FrontDriver::flush_dirty(Thread& thread) {
  dirty_.clear();
  thread.front->take_dirty(dirty_);
  for (const ConnectionIndex index : dirty_) {
    flush(thread, index);
  }
}

void FrontDriver::flush(Thread& thread, ConnectionIndex index) {
  front::Outbox& outbox = thread.front->outbox(index);
  while (!outbox.empty()) {
    const std::span<const ByteView> chunks(chunks_.data(), outbox.gather(chunks_));
    std::size_t bytes = 0;
    for (const ByteView chunk : chunks) {
      bytes += chunk.size();
    }
    read(thread, index, chunks);
    thread.front->written(index, bytes, turn_);
  }
}

void FrontDriver::carry_out_effects(Thread& thread) {
  effects_.swap(thread.front->effects());
  for (front::Effect& effect : effects_) {
    if (const auto* close = std::get_if<front::CloseConnection>(&effect)) {
      flush(thread, close->connection);
      thread.front->release(close->connection);
      thread.readers[close->connection.value()] = {};
    } else if (const auto* ask = std::get_if<front::Authenticate>(&effect)) {
      thread.front->authenticated(ask->connection,
                                  {.verdict = access::AuthenticationVerdict::kAccepted}, turn_);
    } else {
      // A rest is shown in the next turn anyway; no client comes back to a session elsewhere.
      CHECK(std::holds_alternative<front::ResumeInput>(effect));
    }
  }
  effects_.clear();
}

void FrontDriver::read(Thread& thread, ConnectionIndex index, std::span<const ByteView> chunks) {
  const NotCounted its_own_work;
  Reader& reader = thread.readers[index.value()];
  for (const ByteView chunk : chunks) {
    append(reader.unread, chunk);
  }
  const bool was_silent = reader.answers.empty();
  ByteView rest = reader.unread;
  for (;;) {
    const auto frame = mqtt::next_frame(rest, mqtt::kPacketSizeCeiling);
    CHECK(frame.has_value());
    if (!frame->has_value()) {
      break;
    }
    rest = rest.subspan((*frame)->bytes.size());
    answer(reader, **frame);
  }
  reader.unread.erase(reader.unread.begin(),
                      reader.unread.end() - static_cast<std::ptrdiff_t>(rest.size()));
  if (was_silent && !reader.answers.empty()) {
    thread.answering.push_back(index);
  }
}

void FrontDriver::answer(Reader& reader, const mqtt::Frame& frame) {
  const mqtt::DecodeContext context{.version = reader.version, .sender = mqtt::Sender::kServer};
  const auto acknowledge = [&](mqtt::PacketType type, mqtt::PacketId id) {
    mqtt::encode(mqtt::PublishAck{.type = type, .packet_id = id}, reader.version, reader.answers);
  };
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

void FrontDriver::say_answers(Thread& thread) {
  const NotCounted its_own_work;
  for (const ConnectionIndex index : thread.answering) {
    Reader& reader = thread.readers[index.value()];
    reader.being_said.clear();
    reader.being_said.swap(reader.answers);
    thread.inputs.push_back({index, reader.being_said});
  }
  thread.answering.clear();
}

}  // namespace godwit::bench
