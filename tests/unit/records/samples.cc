#include "tests/unit/records/samples.h"

#include <fmt/format.h>

#include "broker/records/command_codec.h"
#include "broker/records/message_record.h"
#include "broker/records/row_codec.h"

namespace godwit::records {

LaneId some_lane() {
  LaneId lane;
  for (std::size_t place = 0; place < lane.bytes.size(); ++place) {
    lane.bytes.at(place) = static_cast<std::byte>(0xa0 + place);
  }
  return lane;
}

std::string some_message() {
  Bytes bytes;
  append_record(bytes, {.tenant = TenantId(3),
                        .topic = mqtt::TopicName::from_checked("a/b"),
                        .payload = as_bytes("hello"),
                        .qos = mqtt::Qos::kExactlyOnce,
                        .retain = true,
                        .publisher = 0x0102030405060708,
                        .lifetime = std::chrono::milliseconds(2500)});
  append_record(bytes, {.topic = mqtt::TopicName::from_checked("c")});
  return std::string(as_text(bytes));
}

std::vector<Command> some_commands() {
  const Owned by{SessionNumber(7), Epoch(300)};
  const Destinations everywhere{{ShardId(1), ShardId(63)}, {NodeId(9)}, ShardId(5)};
  return {Attach{NodeId(4), some_lane()},
          Open{.client_id = "client", .attachment = Attachment(12), .receive_maximum = 65'535},
          Open{.tenant = TenantId(3),
               .client_id = "client",
               .user_name = "user",
               .client_hash = 0xfffffffffffffffe,
               .attachment = Attachment(12),
               .connection = ConnectionNumber(1'000'000),
               .clean_start = true,
               .expiry_interval_seconds = UINT32_MAX,
               .receive_maximum = 20,
               .queue_messages_max = 10'000,
               .queue_bytes_max = std::uint64_t{64} << 20U,
               .will = Will{some_message(), 30}},
          Fenced{by, Epoch(299)},
          Close{.by = by, .keeps_will = true},
          Close{.by = by, .expiry_interval_seconds = 0},
          Subscribe{by,
                    {{"a/+", {.qos = mqtt::Qos::kExactlyOnce, .no_local = true, .identifier = 9}},
                     {"#", {.retain_as_published = true, .all_topics_allowed = true}}}},
          Unsubscribe{by, {"a/+", "#"}},
          PublishBatch{some_lane(), LaneSequence(77), some_message()},
          Qos2Receive{by, mqtt::PacketId(5), some_message(), everywhere},
          Qos2Receive{by, mqtt::PacketId(5), some_message(), {}},
          Qos2Release{by, mqtt::PacketId(65'535)},
          Acks{by,
               {{AckKind::kPuback, mqtt::PacketId(1)},
                {AckKind::kPubrec, mqtt::PacketId(2)},
                {AckKind::kPubcomp, mqtt::PacketId(65'535)},
                {AckKind::kPubrecRefused, mqtt::PacketId(3)}}},
          WillSet{by, Will{some_message(), 0}},
          WillSet{by, std::nullopt},
          WillFire{SessionNumber(7), WillNumber(2), everywhere},
          OutboxDone{ShardId(0), LaneSequence(8)},
          OutboxDone{NodeId(9), LaneSequence(8)},
          OwnerLost{Attachment(12)},
          RetainSet{lane_of(ShardId(258)), LaneSequence(78), some_message()},
          RetainedBatch{by, "a/+", some_message(), true}};
}

SessionRow some_session() {
  return {
      .tenant = TenantId(3),
      .client_id = "client",
      .user_name = "user",
      .client_hash = 0xfffffffffffffffe,
      .epoch = Epoch(300),
      .attachment = Attachment(12),
      .connection = ConnectionNumber(1'000'000),
      .formers = {{Epoch(298), Attachment(3), ConnectionNumber(5)}, {Epoch(299), Attachment(11)}},
      .expiry_interval_seconds = 3600,
      .expires = from_milliseconds(1'800'000'000'000),
      .receive_maximum = 20,
      .queue_messages_max = 10'000,
      .queue_bytes_max = 1 << 20,
      .will = WillRow{WillNumber(2), {some_message(), 30}},
      .next_sequence = QueueSequence(900),
      .head_page = QueueSequence(64),
      .head_sequence = QueueSequence(100),
      .queued_messages = 780,
      .queued_bytes = 123'456,
      .last_packet_id = mqtt::PacketId(65'535),
      .dropped_messages = 1,
      .ended = true,
      .session_present = true};
}

QueuePage some_page() {
  return {{QueueSequence(100), {.body = {BlockNumber(5), 0}, .size_bytes = 100}},
          {QueueSequence(101),
           {.body = {BlockNumber(5), 65'535},
            .size_bytes = 300,
            .qos = mqtt::Qos::kExactlyOnce,
            .retain = true,
            .identifiers = {1, 268'435'455}}},
          {QueueSequence(400), {.body = {BlockNumber(1ULL << 40U), 3}, .size_bytes = 70}}};
}

WindowRow some_window_row() {
  return {mqtt::PacketId(258), WindowState::kAwaitPubrec, Epoch(300), some_page().at(1).message};
}

std::vector<std::pair<std::string, Bytes>> all_samples() {
  std::vector<std::pair<std::string, Bytes>> samples;
  std::size_t number = 0;
  for (Command& command : some_commands()) {
    const std::string name = fmt::format("command-{}-{}", command.index(), number++);
    Entry entry{.time = from_milliseconds(1'800'000'000'000)};
    entry.commands.push_back(std::move(command));
    samples.emplace_back(name, encode(std::move(entry)));
  }
  samples.emplace_back("time-entry", encode(Entry{.time = from_milliseconds(1'800'000'000'000)}));
  samples.emplace_back("shard",
                       encode(ShardRow{from_milliseconds(1'800'000'000'000), SessionNumber(7),
                                       BlockNumber(8), WillNumber(9), Epoch(10), 11}));
  samples.emplace_back("attachment", encode(AttachmentRow{NodeId(4), some_lane()}));
  samples.emplace_back("lane", encode(LaneRow{LaneSequence(77), NodeId(4), from_milliseconds(9)}));
  samples.emplace_back("session", encode(some_session()));
  samples.emplace_back("subscription",
                       encode(SubscriptionRecord{mqtt::Qos::kExactlyOnce, true, true, true, 9}));
  samples.emplace_back(
      "outbox", encode(OutboxRow{some_message(), SessionNumber(7), mqtt::PacketId(5), true}));
  samples.emplace_back("due-will", encode(DueWillRow{SessionNumber(7), some_message(),
                                                     from_milliseconds(1'800'000'000'000)}));
  samples.emplace_back("qos2", encode(Qos2Row{2, true}));
  samples.emplace_back("page", encode(some_page(), QueueSequence(100)));
  samples.emplace_back("window", encode(some_window_row()));
  samples.emplace_back(
      "block", encode_block(from_milliseconds(1'800'000'000'000), as_bytes(some_message())));
  samples.emplace_back("counts", encode_counts({0, 1, 127, 128, UINT32_MAX}));
  return samples;
}

}  // namespace godwit::records
