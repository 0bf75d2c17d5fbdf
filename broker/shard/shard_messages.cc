// What is published, received, acknowledged and passed on.
#include <algorithm>
#include <utility>

#include "broker/records/message_record.h"
#include "broker/records/row_codec.h"
#include "broker/shard/mutant.h"
#include "broker/shard/shard.h"

namespace godwit::shard {
namespace {

// What a queue pays for a message beside its record.
constexpr std::size_t kRowBytes = 32;

}  // namespace

using records::LaneSequence;
using records::MessageRecord;
using records::Qos2Row;
using storage::Table;

// --- publishes -----------------------------------------------------------------------------------

void Shard::operator()(const records::PublishBatch& batch) {
  const auto last = lanes_.last(batch.lane);
  const LaneSequence expected = records::after(last.value_or(LaneSequence(0)));
  if (!last || batch.first > expected) {
    tell(LaneRefused{batch.lane, expected, !last});
    return;
  }
  BigEndianReader messages(as_bytes(batch.messages));
  LaneSequence sequence = batch.first;
  while (messages.left() > 0) {
    const ByteView rest = as_bytes(batch.messages).subspan(messages.offset());
    const auto message = take_message(messages);
    if (!message) {
      return;
    }
    // What was taken before is answered and nothing more (P-2).
    if (sequence >= expected || planted(Mutant::kPublishesRepeats)) {
      publish(rest.first(rest.size() - messages.left()), *message);
    }
    sequence = records::after(sequence);
  }
  const LaneSequence taken(std::max(last->value(), sequence.value() - 1));
  lanes_.take(batch.lane, taken, counters_.time);
  tell(LaneTaken{batch.lane, taken});
}

std::optional<MessageRecord> Shard::take_message(BigEndianReader& from) {
  auto message = records::take_record(from);
  if (!message) {
    fail_with("a message cannot be read");
    return std::nullopt;
  }
  return *std::move(message);
}

void Shard::publish(ByteView record, const MessageRecord& message) {
  std::optional<records::BodyRef> body;
  for (Receiver& receiver : sessions_.match(message.tenant, message.topic, message.publisher)) {
    const mqtt::Qos qos = mqtt::lower(message.qos, receiver.bits.granted_qos());
    if (qos == mqtt::Qos::kAtMostOnce) {
      continue;  // Those take no way through a log.
    }
    if (!body) {
      body = bodies_.add(record);
      // Else it would be gone if the first receiver has no room for it.
      bodies_.hold(*body);
    }
    records::QueuedMessage queued{
        .body = *body,
        .size_bytes = static_cast<std::uint32_t>(record.size() + kRowBytes),
        .qos = qos,
        .retain = message.retain && receiver.bits.retain_as_published != 0,
        .identifiers = std::move(receiver.identifiers)};
    courier_.give(receiver, std::move(queued));
  }
  if (body) {
    bodies_.release(*body);
  }
}

// --- QoS 2 from a client -------------------------------------------------------------------------

void Shard::operator()(const records::Qos2Receive& receive) {
  DurableSession* session = sessions_.find(receive.by);
  if (session == nullptr) {
    return;
  }
  const auto [at, is_new] = session->received_qos2.try_emplace(receive.packet_id);
  if (is_new) {
    send(receive.destinations,
         {.message = receive.message, .session = session->number, .packet_id = receive.packet_id},
         at->second.waiting);
    save_qos2(*session, receive.packet_id, at->second);
    if (planted(Mutant::kForgetsQos2Id)) {
      session->received_qos2.erase(at);
    }
  }
  // MQTT-4.3.3-10: a repeat is answered and not published again.
  tell(Qos2Received{session->owner(), receive.packet_id});
}

void Shard::send(const records::Destinations& destinations, const records::OutboxRow& row,
                 std::uint32_t& waiting) {
  const auto add = [&](const records::Destination& destination, bool retained) {
    records::OutboxRow copy = row;
    copy.retained = retained;
    ++waiting;
    tell(OutboxAdded{destination, outboxes_.add(destination, std::move(copy))});
  };
  for (const ShardId shard : destinations.shards) {
    if (shard == setup_.shard) {
      BigEndianReader reader(as_bytes(row.message));
      if (const auto message = take_message(reader)) {
        publish(as_bytes(row.message), *message);
      }
    } else {
      add(shard, false);
    }
  }
  for (const NodeId node : destinations.nodes) {
    add(node, false);
  }
  if (destinations.retained) {
    add(*destinations.retained, true);
  }
}

void Shard::save_qos2(const DurableSession& session, mqtt::PacketId packet_id, const Qos2Row& row) {
  if (planted(Mutant::kQos2IdNotWritten)) {
    return;
  }
  writer_.put(Table::kQueue, keys_.received_qos2(session.number, packet_id), records::encode(row));
}

void Shard::operator()(const records::Qos2Release& release) {
  DurableSession* session = sessions_.find(release.by);
  if (session == nullptr) {
    return;
  }
  const auto found = session->received_qos2.find(release.packet_id);
  if (found == session->received_qos2.end()) {
    tell(Qos2Completed{session->owner(), release.packet_id, false});
    return;
  }
  found->second.released = true;
  if (found->second.waiting == 0) {
    complete_qos2(*session, release.packet_id);
  } else {
    save_qos2(*session, release.packet_id, found->second);
  }
}

void Shard::complete_qos2(DurableSession& session, mqtt::PacketId packet_id) {
  session.received_qos2.erase(packet_id);
  writer_.remove(Table::kQueue, keys_.received_qos2(session.number, packet_id));
  tell(Qos2Completed{session.owner(), packet_id});
}

void Shard::operator()(const records::OutboxDone& done) {
  for (const records::OutboxRow& row : outboxes_.done(done)) {
    DurableSession* session = sessions_.find(row.session);
    if (session == nullptr || session->row.ended) {
      continue;
    }
    const auto found = session->received_qos2.find(row.packet_id);
    if (found == session->received_qos2.end() || found->second.waiting == 0) {
      continue;
    }
    --found->second.waiting;
    if (found->second.released && found->second.waiting == 0) {
      complete_qos2(*session, row.packet_id);
    } else {
      save_qos2(*session, row.packet_id, found->second);
    }
  }
}

// --- the rest ------------------------------------------------------------------------------------

void Shard::operator()(const records::Acks& acks) {
  DurableSession* session = sessions_.find(acks.by);
  if (session == nullptr) {
    return;
  }
  for (const records::Ack ack : acks.acks) {
    courier_.acknowledge(*session, ack);
  }
}

void Shard::operator()(const records::WillFire& fire) {
  const auto will = wills_.take(fire.will, counters_.time);
  if (!will) {
    return;  // Fired before, or cancelled while this was on its way.
  }
  std::uint32_t waiting = 0;
  send(fire.destinations, {.message = will->message}, waiting);
}

void Shard::operator()(const records::RetainSet& /*set*/) {
  fail_with("retained messages are not kept in shards yet");
}

void Shard::operator()(const records::RetainedBatch& /*batch*/) {
  fail_with("retained messages are not kept in shards yet");
}

}  // namespace godwit::shard
