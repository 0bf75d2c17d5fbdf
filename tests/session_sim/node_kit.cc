#include "tests/session_sim/node_kit.h"

#include <utility>

#include "broker/records/message_record.h"

namespace godwit::host {
namespace {

constexpr std::uint64_t kWallAtStart = 1'700'000'000'000;

}  // namespace

NodeKit::NodeKit(Disk& disk, std::uint8_t life, Instant now, const HostLimits& limits) : now_(now) {
  start(disk, life, limits);
}

void NodeKit::start(Disk& disk, std::uint8_t life, const HostLimits& limits) {
  records::LaneId process;
  process.bytes.front() = std::byte{life};
  commit_cycle_ = std::make_unique<replica::CommitCycle>(disk.store, disk.markers);
  replica::DriverOptions options;
  options.log_entries_kept = 4;
  host_ = std::make_unique<Host>(
      HostPorts{disk.store, *this, *this, probe_},
      HostIdentity{.node = NodeId(1),
                   .process = process,
                   .hash_key = {life, 3},
                   .wall_at_start = records::from_milliseconds(
                       kWallAtStart + static_cast<std::uint64_t>(now_.time_since_epoch() /
                                                                 std::chrono::milliseconds(1))),
                   .started = now_},
      limits, options);
  for (std::uint16_t number = 0; number < kShards; ++number) {
    const ShardId shard(number);
    const raft::ReplicaId replica(1);
    auto recovery = replica::recover(disk.store, disk.markers, group_of(shard)).value();
    raft::Recovered recovered;
    if (recovery) {
      problem_ += recovery->damage;
      commit_cycle_->add(group_of(shard), *recovery);
      recovered = recovery->recovered;
    } else {
      recovered.applied.configuration =
          raft::Configuration::make({.voters = {{replica, NodeId(1)}}}).value();
      commit_cycle_->create(group_of(shard), replica, recovered.applied.configuration);
    }
    const auto added = host_->add(shard, replica, std::move(recovered), 0);
    problem_ += added ? "" : added.error().text;
  }
}

void NodeKit::turn() {
  for (const Finished& one : std::exchange(finished_, {})) {
    host_->finish(one);
  }
  host_->turn();
  for (replica::CommitWork& work : host_->take_work()) {
    gathered_.push_back(std::move(work));
  }
}

void NodeKit::cycle() {
  const std::vector<replica::CommitWork> works = std::exchange(gathered_, {});
  commit_cycle_->run(works);
  for (const replica::CommitWork& work : works) {
    finished_.push_back(finished(work));
  }
}

std::vector<Answers::One> NodeKit::round() {
  turn();
  cycle();
  turn();
  pass(std::chrono::milliseconds(1));
  return answers();
}

void NodeKit::settle() {
  for (int round_number = 0; round_number < 10; ++round_number) {
    turn();
    cycle();
    pass(std::chrono::milliseconds(1));
  }
  turn();
}

std::string make_record(std::string_view topic, std::string_view payload, mqtt::Qos qos) {
  Bytes bytes;
  records::append_record(
      bytes,
      {.topic = mqtt::TopicName::from_checked(topic), .payload = as_bytes(payload), .qos = qos});
  return std::string(as_text(bytes));
}

std::string payload_of(std::string_view record) {
  BigEndianReader reader(as_bytes(record));
  return std::string(as_text(records::take_record(reader).value().payload));
}

}  // namespace godwit::host
