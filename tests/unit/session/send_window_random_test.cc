// SendWindow against a model that is too plain to be wrong.

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <random>

#include "broker/session/send_window.h"
#include "tests/unit/session/messages.h"

namespace godwit::session {
namespace {

using mqtt::PacketId;
using mqtt::Qos;

struct ModelEntry {
  std::uint64_t order = 0;  // Of the last thing that was sent: PUBLISH, then PUBREL.
  SendState state = SendState::kFree;
  bool uses_quota = false;
};

// The same calls as the window's.
class Model {
 public:
  void begin_connection(std::uint16_t limit) {
    limit_ = limit;
    resend_.clear();
    for (auto& [id, entry] : entries_) {
      entry.uses_quota = false;
      resend_.emplace(entry.order, id);
    }
  }
  [[nodiscard]] bool has_room() {
    forget_dead_resends();
    return used() < limit_ && resend_.empty() && entries_.size() < 65'535;
  }
  // False if the window should not have chosen this id.
  [[nodiscard]] bool add(std::uint16_t id, Qos qos) {
    const bool qos1 = qos == Qos::kAtLeastOnce;
    const SendState state = qos1 ? SendState::kAwaitPuback : SendState::kAwaitPubrec;
    return id != 0 && entries_.try_emplace(id, ModelEntry{next_order_++, state, true}).second;
  }
  std::optional<std::uint16_t> next_resend() {
    forget_dead_resends();
    if (resend_.empty()) {
      return std::nullopt;
    }
    const std::uint16_t id = resend_.begin()->second;
    ModelEntry& entry = entries_.at(id);
    if (entry.state != SendState::kAwaitPubcomp) {
      if (used() >= limit_) {
        return std::nullopt;
      }
      entry.uses_quota = true;
    }
    resend_.erase(resend_.begin());
    return id;
  }
  AckOutcome ack(std::uint16_t id, SendState expected) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) {
      return AckOutcome::kUnknown;
    }
    if (found->second.state != expected) {
      return AckOutcome::kWrongPacket;
    }
    entries_.erase(found);
    return AckOutcome::kFinished;
  }
  AckOutcome pubrec(std::uint16_t id, bool error) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) {
      return AckOutcome::kUnknown;
    }
    ModelEntry& entry = found->second;
    if (entry.state == SendState::kAwaitPuback) {
      return AckOutcome::kWrongPacket;
    }
    if (entry.state == SendState::kAwaitPubcomp) {
      return AckOutcome::kSendPubrel;
    }
    if (error) {
      entries_.erase(found);
      return AckOutcome::kFinished;
    }
    entry.state = SendState::kAwaitPubcomp;
    entry.order = next_order_++;
    return AckOutcome::kSendPubrel;
  }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  // Mostly one that is in flight.
  [[nodiscard]] std::uint16_t any_id(std::mt19937_64& random) const {
    if (entries_.empty() || random() % 10 == 0) {
      return static_cast<std::uint16_t>(1 + random() % 65'535);
    }
    return std::next(entries_.begin(), static_cast<std::ptrdiff_t>(random() % entries_.size()))
        ->first;
  }

 private:
  [[nodiscard]] std::size_t used() const {
    return static_cast<std::size_t>(
        std::count_if(entries_.begin(), entries_.end(),
                      [](const auto& entry) { return entry.second.uses_quota; }));
  }
  void forget_dead_resends() {
    std::erase_if(resend_, [&](const auto& resend) { return !entries_.contains(resend.second); });
  }

  std::map<std::uint16_t, ModelEntry> entries_;
  std::map<std::uint64_t, std::uint16_t> resend_;  // By order.
  std::uint64_t next_order_ = 0;
  std::uint16_t limit_ = 0;
};

void one_step(SendWindow& window, Model& model, std::mt19937_64& random) {
  const std::uint16_t number = model.any_id(random);
  const PacketId id(number);
  switch (random() % 20) {
    case 0: {
      if (random() % 20 != 0) {
        break;
      }
      const auto limit = static_cast<std::uint16_t>(1 + random() % 40);
      window.begin_connection(limit);
      model.begin_connection(limit);
      break;
    }
    case 1:
    case 2:
    case 3: {
      const InFlight* entry = window.next_resend();
      const auto expected = model.next_resend();
      ASSERT_EQ(entry != nullptr, expected.has_value());
      if (expected) {
        ASSERT_EQ(entry->packet_id.value(), *expected);
      }
      break;
    }
    case 4:
    case 5:
    case 6:
      ASSERT_EQ(window.puback(id), model.ack(number, SendState::kAwaitPuback));
      break;
    case 7:
    case 8:
    case 9: {
      const bool error = random() % 5 == 0;
      ASSERT_EQ(window.pubrec(id, error), model.pubrec(number, error));
      break;
    }
    case 10:
    case 11:
      ASSERT_EQ(window.pubcomp(id), model.ack(number, SendState::kAwaitPubcomp));
      break;
    default:
      if (!model.has_room()) {
        break;
      }
      // As the window's user does: what is to be repeated comes first.
      ASSERT_EQ(window.next_resend(), nullptr);
      ASSERT_TRUE(window.has_room());
      const Qos qos = random() % 2 == 0 ? Qos::kAtLeastOnce : Qos::kExactlyOnce;
      ASSERT_TRUE(model.add(window.add({testing::message("x"), qos, false, {}}).value(), qos));
  }
  ASSERT_EQ(window.size(), model.size());
}

TEST(SendWindow, agrees_with_a_plain_map) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    SendWindow window;
    Model model;
    window.begin_connection(20);
    model.begin_connection(20);
    for (int i = 0; i < 3'000; ++i) {
      one_step(window, model, random);
      if (HasFatalFailure()) {
        return;
      }
    }
  }
}

}  // namespace
}  // namespace godwit::session
