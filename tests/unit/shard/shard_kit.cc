#include "tests/unit/shard/shard_kit.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <utility>

#include "broker/records/message_record.h"

namespace godwit::shard {
namespace {

using records::Command;

// One word or two for each event.
struct Words {
  std::string operator()(const Attached& attached) const {
    return fmt::format("attached {} last {}", attached.attachment.value(), attached.last.value());
  }
  std::string operator()(const Opened& opened) const {
    return fmt::format("opened {} epoch {}{}", opened.owner.session.value(),
                       opened.owner.epoch.value(), opened.session_present ? " present" : "");
  }
  std::string operator()(const OpenRefused& refused) const {
    return refused.reason == OpenRefusal::kNotAuthorized ? "refused not authorized"
                                                         : "refused attachment ended";
  }
  std::string operator()(const Fence& fence) const {
    return fmt::format("fence epoch {}", fence.former.epoch.value());
  }
  std::string operator()(const LaneTaken& taken) const {
    return fmt::format("taken {}", taken.last.value());
  }
  std::string operator()(const LaneRefused& refused) const {
    return refused.unknown ? "lane unknown"
                           : fmt::format("lane expects {}", refused.expected.value());
  }
  std::string operator()(const Qos2Received& received) const {
    return fmt::format("pubrec {}", received.packet_id.value());
  }
  std::string operator()(const Qos2Completed& completed) const {
    return fmt::format("pubcomp {}{}", completed.packet_id.value(),
                       completed.known ? "" : " unknown");
  }
  std::string operator()(const SendPubrel& pubrel) const {
    return fmt::format("pubrel {}{}", pubrel.packet_id.value(), pubrel.known ? "" : " unknown");
  }
  std::string operator()(const OutboxAdded& added) const {
    return std::holds_alternative<ShardId>(added.destination)
               ? fmt::format("to shard {} at {}", std::get<ShardId>(added.destination).value(),
                             added.sequence.value())
               : fmt::format("to node {} at {}", std::get<NodeId>(added.destination).value(),
                             added.sequence.value());
  }
  std::string operator()(const WillDue& due) const {
    return fmt::format("will {} due", due.will.value());
  }
  std::string operator()(const SessionEnded& ended) const {
    return fmt::format("ended {}", ended.session.value());
  }
};

std::string words_of(const Delivery& delivery) {
  BigEndianReader reader(delivery.record);
  const records::MessageRecord message = records::take_record(reader).value();
  std::string text = fmt::format("deliver {} id {} {}:{} q{}", delivery.owner.session.value(),
                                 delivery.packet_id.value(), message.topic.text(),
                                 as_text(message.payload), static_cast<int>(delivery.qos));
  text += delivery.dup ? " dup" : "";
  text += delivery.retain ? " retain" : "";
  for (const std::uint32_t identifier : delivery.identifiers) {
    text += fmt::format(" #{}", identifier);
  }
  return text;
}

}  // namespace

std::string record(const Said& said) {
  Bytes bytes;
  records::append_record(bytes, {.topic = mqtt::TopicName::from_checked(said.topic),
                                 .payload = as_bytes(said.payload),
                                 .qos = said.qos,
                                 .retain = said.retain,
                                 .publisher = said.publisher,
                                 .lifetime = said.lifetime});
  return std::string(as_text(bytes));
}

std::vector<std::string> words_of(const Effects& effects) {
  std::vector<std::string> words;
  for (const Event& event : effects.events) {
    words.push_back(std::visit(Words(), event));
  }
  for (const Delivery& delivery : effects.deliveries) {
    words.push_back(words_of(delivery));
  }
  const auto say = [&](std::string_view why, std::uint64_t count) {
    if (count > 0) {
      words.push_back(fmt::format("dropped {} {}", count, why));
    }
  };
  say("queue full", effects.dropped.queue_full);
  say("expired", effects.dropped.expired);
  return words;
}

ShardKit::ShardKit(std::size_t cache_bytes) : cache_bytes_(cache_bytes) { start(); }

void ShardKit::start() {
  overlay_ = std::make_unique<storage::Overlay>(store_);
  // Another hash key after each start: nothing may depend on it.
  shard_ = std::make_unique<Shard>(
      ShardSetup{.shard = kShard,
                 .hash_key = {index_, 7},
                 .bodies = {.block_items_max = 4, .cache_bytes_max = cache_bytes_},
                 .take_back_max = 3,
                 .expire_max = 2},
      *overlay_);
  const auto loaded = shard_->load();
  if (!loaded) {
    error_ = loaded.error().text;
  }
}

std::vector<std::string> ShardKit::apply(std::vector<Command> commands) {
  time_ += std::chrono::milliseconds(1);
  return apply_bytes(records::encode({time_, std::move(commands)}));
}

std::vector<std::string> ShardKit::apply_bytes(const Bytes& entry) {
  log_.push_back(entry);
  ++index_;
  Effects effects;
  const auto applied = shard_->apply(index_, entry, effects);
  if (!applied) {
    error_ = applied.error().text;
    return {"error"};
  }
  return words_of(effects);
}

std::vector<std::string> ShardKit::pass(std::chrono::milliseconds time) {
  time_ += time;
  return apply_bytes(records::encode({time_, {}}));
}

void ShardKit::flush_late() {
  overlay_->push(shard_->flush());
  written_ = index_;
}

void ShardKit::flush() {
  const storage::Batch& batch = overlay_->push(shard_->flush());
  store_.write(batch, storage::Sync::kNo);
  overlay_->drop_oldest();
  while (overlay_->layers() > 0) {
    ADD_FAILURE() << "an older layer was left behind";
    overlay_->drop_oldest();
  }
  log_.clear();
  written_ = index_;
}

void ShardKit::restart() {
  const std::uint64_t end = index_;
  index_ -= log_.size();
  start();
  for (const Bytes& entry : std::exchange(log_, {})) {
    apply_bytes(entry);
  }
  EXPECT_EQ(index_, end);
}

records::LaneId ShardKit::lane(std::uint8_t process) {
  records::LaneId lane;
  lane.bytes.front() = std::byte{process};
  return lane;
}

records::Attachment ShardKit::attach(std::uint64_t node, std::uint8_t process) {
  apply(records::Attach{NodeId(node), lane(process)});
  attachment_ = records::Attachment(index_);
  return attachment_;
}

records::Open ShardKit::open_command(const std::string& client, records::Open options) {
  const bool is_default = options.receive_maximum == 0;
  options.client_id = client;
  options.client_hash = std::hash<std::string>()(client);
  options.attachment = attachment_;
  connections_ = records::after(connections_);
  options.connection = connections_;
  options.expiry_interval_seconds =
      options.expiry_interval_seconds == 0 ? 3600 : options.expiry_interval_seconds;
  options.receive_maximum = is_default ? 100 : options.receive_maximum;
  options.queue_messages_max = options.queue_messages_max == 0 ? 1000 : options.queue_messages_max;
  options.queue_bytes_max = options.queue_bytes_max == 0 ? 1'000'000 : options.queue_bytes_max;
  return options;
}

records::Owned ShardKit::open(const std::string& client, records::Open options) {
  apply(open_command(client, std::move(options)));
  DurableSession* session = shard_->sessions().find(TenantId(0), client);
  EXPECT_NE(session, nullptr);
  return {session->number, session->row.epoch};
}

std::vector<std::string> ShardKit::publish(const std::vector<Said>& messages) {
  records::PublishBatch batch{lane(), records::LaneSequence(published_ + 1), {}};
  for (const Said& said : messages) {
    batch.messages += record(said);
  }
  published_ += messages.size();
  auto words = apply(std::move(batch));
  EXPECT_EQ(words.front(), fmt::format("taken {}", published_));
  words.erase(words.begin());
  return words;
}

std::size_t ShardKit::rows(storage::Table table) const {
  const auto cursor = store_.scan(table, {});
  std::size_t rows = 0;
  while (cursor->next().value()) {
    ++rows;
  }
  return rows;
}

}  // namespace godwit::shard
