// One core among hostile peers: time, its own node's requests and any messages in any order.
// Nothing that a peer sends may break it, and what it has applied stays.
//
// The input is read as a script: a byte that chooses, and bytes for the fields, small on purpose so
// that terms, indexes and rounds meet.
#include <array>
#include <cstdint>
#include <memory>

#include "base/check.h"
#include "base/metrics.h"
#include "cluster/raft/raft.h"

namespace godwit::raft {
namespace {

class Script {
 public:
  Script(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  [[nodiscard]] bool done() const { return place_ >= size_; }
  std::uint64_t next() { return done() ? 0 : data_[place_++]; }
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t place_ = 0;
};

class FixedRandom final : public Random {
 public:
  std::uint64_t next_u64() override { return 0; }
};

class Fuzzed {
 public:
  explicit Fuzzed(Script& script) : script_(script) {
    options_.log_cache_bytes_max = script.below(2) == 0 ? 0 : 1024;
    options_.append_entries_max = 3;
    options_.uncommitted_bytes_max = 2000;
    raft_ = std::make_unique<Raft>(Setup{.identity = {GroupId(1), ReplicaId(1)},
                                         .options = options_,
                                         .recovered = {.applied = {{}, members({1, 2, 3})}},
                                         .random = random_,
                                         .probe = probe_},
                                   now_);
  }

  void run() {
    while (!script_.done()) {
      act(script_.below(16));
      settle();
    }
  }

 private:
  static Configuration members(std::initializer_list<std::uint64_t> ids) {
    Configuration::Parts parts;
    for (const std::uint64_t id : ids) {
      parts.voters.push_back({ReplicaId(id), NodeId(id)});
    }
    return Configuration::make(std::move(parts)).value();
  }

  void act(std::uint64_t choice) {
    switch (choice) {
      case 0:
        now_ += std::chrono::milliseconds(script_.below(32) * 64);
        return raft_->tick(now_);
      case 1:
        static_cast<void>(raft_->propose(std::array{make_payload(as_bytes("x"))}));
        return;
      case 2:
        static_cast<void>(raft_->read(ReadToken(script_.next())));
        return;
      case 3:
        static_cast<void>(raft_->change_configuration(script_.below(2) == 0 ? members({1, 2})
                                                                            : members({2, 3, 4})));
        return;
      case 4:
        static_cast<void>(raft_->transfer_leadership(ReplicaId(script_.below(5))));
        return;
      case 5:
        return raft_->snapshot_sent(ReplicaId(script_.below(5)), position());
      case 6:
        return raft_->unreachable(ReplicaId(script_.below(5)));
      case 7:
        return write_one();
      default:
        static_cast<void>(raft_->step(message(), now_));
    }
  }

  LogIndex index() { return LogIndex(script_.below(12)); }
  LogPosition position() { return {Term(script_.below(6)), index()}; }

  Message message() {
    Message message{.group = GroupId(1),
                    .from = ReplicaId(script_.below(5)),
                    .to = ReplicaId(1),
                    .term = Term(script_.below(8))};
    message.body = body(script_.below(9));
    return message;
  }

  MessageBody body(std::uint64_t kind) {
    const std::uint64_t flags = script_.next();
    const bool first = (flags & 1) != 0;
    const bool second = (flags & 2) != 0;
    switch (kind) {
      case 0:
        return VoteRequest{.last = position(), .pre_vote = first, .transfer = second};
      case 1:
        return VoteReply{.granted = first, .pre_vote = second};
      case 2:
        return append();
      case 3: {
        AppendReply reply{.round = Round(script_.below(6)),
                          .matched = first ? LogIndex(0) : index(),
                          .last = index(),
                          .counts = !second};
        if (first) {
          reply.rejection = AppendRejection{index(), position()};
        }
        return reply;
      }
      case 4:
        return Heartbeat{.commit = index(), .round = Round(script_.below(6))};
      case 5: {
        const LogIndex matched = index();
        const LogIndex received = plus(matched, script_.below(3));
        return HeartbeatReply{.round = Round(script_.below(6)),
                              .received = received,
                              .matched = matched,
                              .last = plus(received, script_.below(3)),
                              .counts = !first};
      }
      case 6:
        return InstallSnapshot{{position(), first ? members({1, 2, 3}) : members({2, 3})}, nullptr};
      case 7:
        return TimeoutNow{};
      default:
        return Outcast{index()};
    }
  }

  AppendRequest append() {
    AppendRequest request{
        .previous = position(), .commit = index(), .round = Round(script_.below(6))};
    Term term = request.previous.term;
    LogIndex at = request.previous.index;
    for (std::uint64_t left = script_.below(4); left > 0; --left) {
      term = Term(term.value() + script_.below(2));
      at = next(at);
      const bool change = script_.below(8) == 0;
      request.entries.push_back({term, at, change ? EntryKind::kConfiguration : EntryKind::kCommand,
                                 change ? make_payload(members({1, 3}).encode()) : nullptr});
    }
    return request;
  }

  void settle() {
    while (raft_->has_ready()) {
      Ready ready = raft_->ready();
      for (const Entry& entry : ready.committed) {
        CHECK(entry.index == next(applied_));
        applied_ = entry.index;
      }
      if (ready.persist) {
        pending_.push_back(ready.persist->number);
        if (ready.persist->snapshot) {
          snapshot_ = {ready.persist->number, ready.persist->snapshot->meta.last.index};
        }
      }
    }
  }

  void write_one() {
    if (pending_.empty()) {
      return;
    }
    const PersistNumber number = pending_.front();
    pending_.pop_front();
    if (snapshot_.first == number) {
      CHECK(snapshot_.second > applied_);
      applied_ = snapshot_.second;
    }
    raft_->persisted(number);
  }

  Script& script_;
  Options options_;
  FixedRandom random_;
  MetricSheet sheet_;
  Probe probe_{sheet_};
  Instant now_{};
  std::unique_ptr<Raft> raft_;
  std::deque<PersistNumber> pending_;
  std::pair<PersistNumber, LogIndex> snapshot_;
  LogIndex applied_;
};

}  // namespace
}  // namespace godwit::raft

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  godwit::raft::Script script(data, size);
  godwit::raft::Fuzzed(script).run();
  return 0;
}
