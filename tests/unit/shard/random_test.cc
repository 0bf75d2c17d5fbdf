// Replicas that apply the same entries say the same, whenever each of them is written, restarted,
// or left alone; and what they say is what a model with nothing but lists says.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/shard/shard_kit.h"

namespace godwit::shard {
namespace {

using records::AckKind;
using records::Owned;

// Draws commands about few clients and topics, some of them out of place.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t count) { return random_() % count; }
  bool one_in(std::size_t count) { return below(count) == 0; }
  std::string client() { return fmt::format("c{}", below(4)); }
  std::string topic() { return fmt::format("t/{}", below(3)); }
  std::string filter() {
    static constexpr std::array<std::string_view, 5> kFilters = {"t/0", "t/1", "t/+", "#", "x"};
    return std::string(kFilters.at(below(5)));
  }
  mqtt::PacketId packet_id(std::size_t most) {
    return mqtt::PacketId(static_cast<std::uint16_t>(1 + below(most)));
  }
  // Of a session that is there; sometimes an ownership that is over.
  Owned owned(Shard& shard) {
    const DurableSession* session = shard.sessions().find(TenantId(0), client());
    if (session == nullptr) {
      return {};
    }
    return {session->number,
            one_in(8) ? records::Epoch(session->row.epoch.value() - 1) : session->row.epoch};
  }

  records::Command command(ShardKit& kit) {
    const Owned by = owned(kit.shard());
    switch (below(12)) {
      case 0:
      case 1: {
        records::Open open;
        open.clean_start = one_in(5);
        open.expiry_interval_seconds = one_in(4) ? 1 : 1000;
        open.receive_maximum = static_cast<std::uint16_t>(1 + below(4));
        open.queue_messages_max = static_cast<std::uint32_t>(1 + below(20));
        if (one_in(3)) {
          open.will =
              records::Will{record({topic(), "will"}), static_cast<std::uint32_t>(below(2))};
        }
        return kit.open_command(client(), std::move(open));
      }
      case 2: {
        const DurableSession* session = kit.shard().sessions().find(by.session);
        const bool has = session != nullptr && !session->row.formers.empty();
        return records::Fenced{by, has ? session->row.formers.front().epoch : records::Epoch(1)};
      }
      case 3:
        return records::Close{.by = by, .keeps_will = one_in(2)};
      case 4:
        return records::Subscribe{by,
                                  {{filter(),
                                    {.qos = static_cast<mqtt::Qos>(below(3)),
                                     .no_local = one_in(4),
                                     .identifier = static_cast<std::uint32_t>(below(4))}}}};
      case 5:
        return records::Unsubscribe{by, {filter()}};
      case 6:
        return records::Qos2Receive{
            by,
            packet_id(3),
            record({topic(), said()}),
            {{kShard, ShardId(static_cast<std::uint16_t>(below(2)))}, {}, {}}};
      case 7:
        return records::Qos2Release{by, packet_id(3)};
      case 8:
        return records::OutboxDone{ShardId(static_cast<std::uint16_t>(below(2))),
                                   records::LaneSequence(below(10))};
      case 9:
        return records::WillFire{
            by.session, records::WillNumber(1 + below(10)), {{kShard}, {NodeId(1)}, {}}};
      default: {
        records::Acks acks{by, {}};
        for (std::size_t left = 1 + below(4); left > 0; --left) {
          acks.acks.push_back({static_cast<AckKind>(1 + below(4)), packet_id(12)});
        }
        return acks;
      }
    }
  }
  std::string said() { return fmt::format("m{}", ++said_); }

 private:
  std::mt19937_64 random_;
  std::uint64_t said_ = 0;
};

std::vector<Said> draw_messages(Draw& draw) {
  std::vector<Said> messages;
  for (std::size_t left = 1 + draw.below(9); left > 0; --left) {
    messages.push_back({.topic = draw.topic(),
                        .payload = draw.said(),
                        .qos = static_cast<mqtt::Qos>(1 + draw.below(2)),
                        .publisher = draw.one_in(3) ? std::hash<std::string>()(draw.client()) : 0});
    if (draw.one_in(4)) {
      messages.back().lifetime = std::chrono::milliseconds(draw.below(200));
    }
  }
  return messages;
}

// Wills that are due and not fired are told again after a restart.
std::vector<std::string> without_due_wills(std::vector<std::string> words) {
  std::erase_if(words, [](const std::string& word) {
    return word.starts_with("will ") && word.ends_with(" due");
  });
  return words;
}

// What a store holds after everything was written, without how it is cut into pages.
std::size_t bytes_of_bodies(ShardKit& kit) {
  kit.flush();
  std::size_t bytes = 0;
  const auto cursor = kit.store().scan(storage::Table::kMessage, {});
  while (const auto row = cursor->next().value()) {
    bytes += row->key.size() + row->value.size();
  }
  return bytes;
}

TEST(Replicas, say_the_same_whenever_they_are_written_and_restarted) {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    Draw draw(seed);
    ShardKit steady;
    ShardKit shaken(draw.below(2) == 0 ? 0 : 300);
    steady.attach();
    shaken.attach();
    std::uint64_t sequence = 0;
    for (int step = 0; step < 300; ++step) {
      std::vector<records::Command> commands;
      for (std::size_t left = 1 + draw.below(3); left > 0; --left) {
        if (draw.one_in(2)) {
          records::PublishBatch batch{ShardKit::lane(), records::LaneSequence(sequence + 1), {}};
          for (const Said& said : draw_messages(draw)) {
            batch.messages += record(said);
            ++sequence;
          }
          commands.emplace_back(std::move(batch));
        } else {
          commands.push_back(draw.command(steady));
        }
      }
      const auto time = steady.time() + std::chrono::milliseconds(draw.below(100) * step);
      const Bytes entry = records::encode({time, std::move(commands)});
      const auto expected = without_due_wills(steady.apply_bytes(entry));
      ASSERT_EQ(without_due_wills(shaken.apply_bytes(entry)), expected)
          << "seed " << seed << " step " << step;
      ASSERT_EQ(steady.error(), "") << "seed " << seed;
      if (draw.one_in(4)) {
        shaken.flush();
      }
      if (draw.one_in(10)) {
        shaken.restart();
      }
    }
    ASSERT_EQ(bytes_of_bodies(shaken), bytes_of_bodies(steady)) << "seed " << seed;
    ASSERT_EQ(shaken.rows(storage::Table::kSession), steady.rows(storage::Table::kSession));
  }
}

// --- one subscriber, and a model of it -----------------------------------------------------------

struct ModelMessage {
  std::string payload;
  std::uint16_t packet_id = 0;
};

// Queue and window of one QoS 1 subscriber as lists.
class Model {
 public:
  Model(std::size_t receive_maximum, std::size_t queue_max)
      : receive_maximum_(receive_maximum), queue_max_(queue_max) {}

  void publish(std::string payload, std::vector<std::string>& out) {
    queue_.push_back({std::move(payload)});
    fill(out);
    while (queue_.size() > queue_max_) {
      queue_.pop_front();
      ++dropped_;
    }
  }
  void ack(std::uint16_t id, std::vector<std::string>& out) {
    std::erase_if(window_, [&](const ModelMessage& message) { return message.packet_id == id; });
    fill(out);
  }
  void disconnect() { connected_ = false; }
  void connect(std::vector<std::string>& out) {
    connected_ = true;
    for (const ModelMessage& message : window_) {
      out.push_back(fmt::format("deliver 1 id {} t:{} q1 dup", message.packet_id, message.payload));
    }
    fill(out);
  }
  [[nodiscard]] bool connected() const { return connected_; }
  std::size_t take_dropped() { return std::exchange(dropped_, 0); }
  [[nodiscard]] std::uint16_t some_id(std::size_t chance) const {
    return window_.empty() ? 1 : window_[chance % window_.size()].packet_id;
  }

 private:
  void fill(std::vector<std::string>& out) {
    while (connected_ && !queue_.empty() && window_.size() < receive_maximum_) {
      queue_.front().packet_id = ++last_id_;
      out.push_back(fmt::format("deliver 1 id {} t:{} q1", last_id_, queue_.front().payload));
      window_.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
  }

  std::size_t receive_maximum_;
  std::size_t queue_max_;
  bool connected_ = true;
  std::uint16_t last_id_ = 0;
  std::size_t dropped_ = 0;
  std::deque<ModelMessage> queue_;
  std::deque<ModelMessage> window_;
};

TEST(Replica, does_what_a_model_of_one_subscriber_does) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Draw draw(seed);
    const records::Open options{
        .receive_maximum = static_cast<std::uint16_t>(1 + draw.below(8)),
        .queue_messages_max = static_cast<std::uint32_t>(1 + draw.below(300))};
    ShardKit kit(draw.below(3) * 500);
    kit.attach();
    Model model(options.receive_maximum, options.queue_messages_max);
    Owned by = kit.open("a", options);
    kit.apply(records::Subscribe{by, {{"t", {.qos = mqtt::Qos::kAtLeastOnce}}}});
    for (int step = 0; step < 400; ++step) {
      std::vector<std::string> expected;
      std::vector<std::string> words;
      switch (draw.below(8)) {
        case 0:
          if (model.connected()) {
            model.disconnect();
            words = kit.apply(records::Close{.by = by});
          } else {
            expected.push_back(fmt::format("opened 1 epoch {} present", by.epoch.value() + 1));
            model.connect(expected);
            words = kit.apply(kit.open_command("a", options));
            by.epoch = records::after(by.epoch);
          }
          break;
        case 1:
          kit.flush();
          break;
        case 2:
          kit.restart();
          break;
        case 3:
        case 4: {
          const std::uint16_t id = model.some_id(draw.below(8));
          model.ack(id, expected);
          words = kit.apply(records::Acks{by, {{AckKind::kPuback, mqtt::PacketId(id)}}});
          break;
        }
        default: {
          std::vector<Said> messages;
          for (std::size_t left = 1 + draw.below(90); left > 0; --left) {
            messages.push_back({"t", draw.said()});
            model.publish(messages.back().payload, expected);
          }
          words = kit.publish(messages);
        }
      }
      if (const std::size_t dropped = model.take_dropped(); dropped > 0) {
        expected.push_back(fmt::format("dropped {} queue full", dropped));
      }
      ASSERT_EQ(words, expected) << "seed " << seed << " step " << step;
      ASSERT_EQ(kit.error(), "");
    }
  }
}

}  // namespace
}  // namespace godwit::shard
