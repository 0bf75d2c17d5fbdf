// Commands in any order and out of place, to a shard that is left alone and to one that is written
// and started anew: both say the same and neither fails.
#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/check.h"
#include "broker/records/command_codec.h"
#include "broker/records/message_record.h"
#include "broker/shard/shard.h"
#include "storage/memory_store.h"
#include "storage/overlay.h"
#include "tests/fuzz/script.h"

namespace godwit::fuzz {
namespace {

using records::Owned;

constexpr ShardId kShard{3};
constexpr std::array<const char*, 4> kTopics = {"a", "a/b", "a/c", "$x"};
constexpr std::array<const char*, 5> kFilters = {"a", "a/+", "#", "+/b", "$x"};

// A shard on a store of its own.
class Replica {
 public:
  Replica() { start(); }

  // What can be told apart of what follows.
  std::string apply(std::uint64_t index, const Bytes& entry) {
    shard::Effects effects;
    const auto applied = shard_->apply(index, entry, effects);
    if (!applied) {
      std::fprintf(stderr, "%s\n", applied.error().text.c_str());
    }
    CHECK(applied);
    std::string said;
    for (const shard::Event& event : effects.events) {
      // Wills that are due are told again after a start.
      if (!std::holds_alternative<shard::WillDue>(event)) {
        said += static_cast<char>('A' + event.index());
      }
    }
    for (const shard::Delivery& delivery : effects.deliveries) {
      said += std::to_string(delivery.packet_id.value()) + std::string(as_text(delivery.record));
    }
    return said + std::to_string(effects.dropped.queue_full);
  }
  void start_anew() {
    const storage::Batch batch = shard_->flush();
    store_.write(batch, storage::Sync::kYes);
    start();
  }
  [[nodiscard]] shard::Shard& shard() { return *shard_; }

 private:
  void start() {
    shard_ = std::make_unique<shard::Shard>(
        shard::ShardSetup{.shard = kShard,
                          .bodies = {.block_items_max = 3, .cache_bytes_max = 0},
                          .take_back_max = 2,
                          .expire_max = 1},
        store_);
    CHECK(shard_->load());
  }

  storage::MemoryStore store_;
  std::unique_ptr<shard::Shard> shard_;
};

class Player {
 public:
  explicit Player(ByteView input) : script_(input) {}

  void play() {
    while (!script_.empty()) {
      records::Entry entry{.time = records::from_milliseconds(time_ += script_.byte())};
      for (std::uint32_t left = 1 + script_.choice(3); left > 0; --left) {
        entry.commands.push_back(command());
      }
      ++index_;
      const Bytes bytes = records::encode(std::move(entry));
      CHECK(steady_.apply(index_, bytes) == shaken_.apply(index_, bytes));
      if (script_.choice(4) == 0) {
        shaken_.start_anew();
      }
    }
  }

 private:
  std::string message() {
    Bytes bytes;
    const ByteView payload = script_.some_bytes();
    records::append_record(bytes,
                           {.topic = mqtt::TopicName::from_checked(kTopics.at(script_.choice(4))),
                            .payload = payload,
                            .qos = static_cast<mqtt::Qos>(script_.choice(3)),
                            .retain = script_.choice(2) == 0,
                            .publisher = script_.choice(3)});
    return std::string(as_text(bytes));
  }
  mqtt::PacketId packet_id() {
    return mqtt::PacketId(static_cast<std::uint16_t>(1 + script_.choice(8)));
  }
  std::string client() { return std::string(1, static_cast<char>('a' + script_.choice(3))); }
  Owned owned() {
    const shard::DurableSession* session = steady_.shard().sessions().find(TenantId(0), client());
    return session == nullptr ? Owned{records::SessionNumber(script_.byte()), records::Epoch(1)}
                              : Owned{session->number, session->row.epoch};
  }
  std::optional<records::Will> will() {
    return script_.choice(2) == 0 ? std::optional(records::Will{message(), script_.choice(2)})
                                  : std::nullopt;
  }
  records::Destinations destinations() {
    return {{kShard, ShardId(static_cast<std::uint16_t>(script_.choice(2)))}, {NodeId(1)}, {}};
  }
  records::Command open() {
    return records::Open{.client_id = client(),
                         .user_name = script_.choice(8) == 0 ? "other" : "",
                         .client_hash = script_.choice(3),
                         .attachment = records::Attachment(1 + script_.choice(3)),
                         .connection = records::ConnectionNumber(script_.byte()),
                         .clean_start = script_.choice(4) == 0,
                         .expiry_interval_seconds = script_.choice(3),
                         .receive_maximum = static_cast<std::uint16_t>(1 + script_.choice(4)),
                         .queue_messages_max = script_.choice(6),
                         .queue_bytes_max = script_.number(),
                         .will = will()};
  }
  records::LaneId lane() {
    records::LaneId lane;
    lane.bytes.front() = static_cast<std::byte>(script_.choice(2));
    return script_.choice(4) == 0 ? records::lane_of(ShardId(0)) : lane;
  }
  records::Command publish() {
    records::PublishBatch batch{.lane = lane(), .first = records::LaneSequence(1 + script_.byte())};
    const auto last = steady_last(batch.lane);
    if (script_.choice(4) != 0) {
      batch.first = records::after(last);
    }
    for (std::uint32_t left = 1 + script_.choice(4); left > 0; --left) {
      batch.messages += message();
      lasts_[batch.lane] = records::after(lasts_[batch.lane]);
    }
    return batch;
  }
  // About: whether the shard takes it is the shard's to say.
  records::LaneSequence steady_last(const records::LaneId& of) { return lasts_[of]; }

  records::Command command() {
    switch (script_.choice(13)) {
      case 0:
        return records::Attach{NodeId(1 + script_.choice(2)), lane()};
      case 1:
      case 2:
        return open();
      case 3:
        return records::Fenced{owned(), records::Epoch(script_.choice(20))};
      case 4:
        return records::Close{.by = owned(), .keeps_will = script_.choice(2) == 0};
      case 5:
        return records::Subscribe{owned(),
                                  {{kFilters.at(script_.choice(5)),
                                    {.qos = static_cast<mqtt::Qos>(script_.choice(3)),
                                     .no_local = script_.choice(3) == 0}}}};
      case 6:
        return records::Unsubscribe{owned(), {kFilters.at(script_.choice(5))}};
      case 7:
        return records::Qos2Receive{owned(), packet_id(), message(), destinations()};
      case 8:
        return records::Qos2Release{owned(), packet_id()};
      case 9:
        return records::Acks{owned(),
                             {{static_cast<records::AckKind>(1 + script_.choice(4)), packet_id()}}};
      case 10:
        return rare();
      default:
        return publish();
    }
  }
  records::Command rare() {
    switch (script_.choice(4)) {
      case 0:
        return records::WillSet{owned(), will()};
      case 1:
        return records::WillFire{owned().session, records::WillNumber(1 + script_.choice(9)),
                                 destinations()};
      case 2:
        return records::OutboxDone{ShardId(static_cast<std::uint16_t>(script_.choice(2))),
                                   records::LaneSequence(script_.choice(9))};
      default:
        return records::OwnerLost{records::Attachment(1 + script_.choice(4))};
    }
  }

  Script script_;
  Replica steady_;
  Replica shaken_;
  std::map<records::LaneId, records::LaneSequence> lasts_;
  std::uint64_t time_ = 0;
  std::uint64_t index_ = 0;
};

}  // namespace
}  // namespace godwit::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace godwit;  // NOLINT(google-build-using-namespace)
  fuzz::Player({reinterpret_cast<const std::byte*>(data), size}).play();
  return 0;
}
