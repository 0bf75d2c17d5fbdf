// One shard that applies its log: 64 publishes of 256 bytes an entry, to a subscriber who is away,
// or to one who acknowledges with the next entry. The state is written every 64 entries, to a store
// in memory that takes it at once. What is left is the cost of decoding and applying, and of rows.

#include <memory>
#include <utility>

#include "base/check.h"
#include "broker/records/command_codec.h"
#include "broker/records/message_record.h"
#include "broker/shard/shard.h"
#include "storage/overlay.h"
#include "tests/bench/micro/suite.h"

namespace godwit::bench {
namespace {

constexpr std::uint64_t kBatch = 64;
constexpr std::uint64_t kEntriesPerFlush = 64;
constexpr std::size_t kPayloadBytes = 256;

// Keeps nothing: what is flushed is not read back here.
class NoStore final : public storage::Reader {
 public:
  Result<std::optional<Bytes>, storage::StorageError> get(storage::Table /*table*/,
                                                          ByteView /*key*/) const override {
    return std::nullopt;
  }
  std::unique_ptr<storage::Cursor> scan(storage::Table /*table*/,
                                        storage::KeyRange /*range*/) const override {
    class Nothing final : public storage::Cursor {
      Result<std::optional<storage::Row>, storage::StorageError> next() override {
        return std::nullopt;
      }
    };
    return std::make_unique<Nothing>();
  }
};

class ShardBench {
 public:
  explicit ShardBench(bool online) : online_(online), shard_({}, store_) {
    CHECK(shard_.load());
    apply({records::Attach{NodeId(1), {}}});
    apply({records::Open{.client_id = "subscriber",
                         .attachment = records::Attachment(1),
                         .expiry_interval_seconds = 3600,
                         .receive_maximum = 1000,
                         .queue_messages_max = UINT32_MAX,
                         .queue_bytes_max = UINT64_MAX}});
    const records::Owned by{records::SessionNumber(1), records::Epoch(1)};
    apply({records::Subscribe{by, {{"sensors/+/state", {.qos = mqtt::Qos::kAtLeastOnce}}}}});
    if (!online_) {
      apply({records::Close{.by = by}});
    }
    Bytes messages;
    const Bytes payload(kPayloadBytes);
    for (std::uint64_t left = kBatch; left > 0; --left) {
      records::append_record(messages, {.topic = mqtt::TopicName::from_checked("sensors/17/state"),
                                        .payload = payload,
                                        .publisher = 7});
    }
    messages_ = std::string(as_text(messages));
  }

  // kBatch messages, as an entry of their own, with the acknowledgements of those before.
  void publish() {
    std::vector<records::Command> commands;
    commands.reserve(2);
    records::Acks acks{{records::SessionNumber(1), records::Epoch(1)}, {}};
    for (const shard::Delivery& delivery : effects_.deliveries) {
      acks.acks.push_back({records::AckKind::kPuback, delivery.packet_id});
    }
    if (!acks.acks.empty()) {
      commands.emplace_back(std::move(acks));
    }
    commands.emplace_back(records::PublishBatch{{}, records::after(sequence_), messages_});
    sequence_ = records::after(sequence_, kBatch);
    apply(std::move(commands));
    if (++entries_ % kEntriesPerFlush == 0) {
      flushed_ += shard_.flush().size_bytes();
    }
  }

 private:
  void apply(std::vector<records::Command> commands) {
    const Bytes entry =
        records::encode({records::from_milliseconds(++index_), std::move(commands)});
    effects_.clear();
    CHECK(shard_.apply(index_, entry, effects_));
  }

  bool online_;
  NoStore store_;
  shard::Shard shard_;
  shard::Effects effects_;
  std::string messages_;
  std::uint64_t index_ = 0;
  std::uint64_t entries_ = 0;
  records::LaneSequence sequence_;
  std::size_t flushed_ = 0;
};

void publish_to(Bench& bench, bool online) {
  ShardBench shard(online);
  bench.repeat(kBatch, [&] { shard.publish(); });
}

}  // namespace

void add_shard(Suite& suite) {
  suite.add("shard_offline_qos1_256", 256, [](Bench& bench) { publish_to(bench, false); });
  suite.add("shard_online_qos1_256", 256, [](Bench& bench) { publish_to(bench, true); });
}

}  // namespace godwit::bench
