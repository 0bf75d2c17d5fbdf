#include "tests/sim/machine.h"

#include <utility>

#include "base/big_endian.h"
#include "base/check.h"

namespace godwit::sim {
namespace {

void put(Bytes& to, std::uint64_t value) { put_big_endian(to, value, 8); }

}  // namespace

raft::Payload encode(const Command& command) {
  Bytes bytes;
  bytes.reserve(40);
  put(bytes, command.client);
  put(bytes, command.sequence);
  put(bytes, static_cast<std::uint64_t>(command.kind));
  put(bytes, command.object);
  put(bytes, command.argument);
  return std::make_shared<const Bytes>(std::move(bytes));
}

Command decode_command(ByteView bytes) {
  BigEndianReader reader(bytes);
  Command command;
  command.client = static_cast<std::uint32_t>(reader.number(8));
  command.sequence = reader.number(8);
  command.kind = static_cast<OperationKind>(reader.number(8));
  command.object = static_cast<std::uint32_t>(reader.number(8));
  command.argument = reader.number(8);
  CHECK(reader.ok());
  return command;
}

// --- one group -----------------------------------------------------------------------------------

std::uint64_t GroupState::apply(const Command& command) {
  Answer& answer = answers_[command.client];
  if (command.sequence <= answer.sequence) {
    return answer.result;
  }
  answer = {command.sequence, 0};
  switch (command.kind) {
    case OperationKind::kWrite:
      registers_[command.object] = command.argument;
      break;
    case OperationKind::kRead:
      answer.result = read(command.object);
      break;
    case OperationKind::kPut:
      queue_.push_back(command.argument);
      break;
    case OperationKind::kTake:
      if (!queue_.empty()) {
        answer.result = queue_.front();
        queue_.pop_front();
      }
      break;
  }
  return answer.result;
}

std::uint64_t GroupState::read(std::uint32_t object) const {
  const auto found = registers_.find(object);
  return found == registers_.end() ? 0 : found->second;
}

Bytes GroupState::encode() const {
  Bytes bytes;
  put(bytes, registers_.size());
  for (const auto& [object, value] : registers_) {
    put(bytes, object);
    put(bytes, value);
  }
  put(bytes, queue_.size());
  for (const std::uint64_t value : queue_) {
    put(bytes, value);
  }
  put(bytes, answers_.size());
  for (const auto& [client, answer] : answers_) {
    put(bytes, client);
    put(bytes, answer.sequence);
    put(bytes, answer.result);
  }
  return bytes;
}

GroupState GroupState::decode(ByteView bytes) {
  BigEndianReader reader(bytes);
  GroupState state;
  for (std::uint64_t left = reader.number(8); left > 0; --left) {
    const auto object = static_cast<std::uint32_t>(reader.number(8));
    state.registers_[object] = reader.number(8);
  }
  for (std::uint64_t left = reader.number(8); left > 0; --left) {
    state.queue_.push_back(reader.number(8));
  }
  for (std::uint64_t left = reader.number(8); left > 0; --left) {
    const auto client = static_cast<std::uint32_t>(reader.number(8));
    const std::uint64_t sequence = reader.number(8);
    state.answers_[client] = {sequence, reader.number(8)};
  }
  CHECK(reader.ok());
  return state;
}

// --- all groups ----------------------------------------------------------------------------------

Machine::Machine(Disk& disk, std::uint64_t save_interval, Events events)
    : disk_(disk), save_interval_(save_interval), events_(std::move(events)) {}

void Machine::start(raft::GroupId group) {
  One one;
  const Image* image = disk_.image(group);
  if (image != nullptr && image->saved()) {
    one.meta = image->saved()->meta;
    one.state = GroupState::decode(*image->saved()->data);
  }
  groups_[group] = std::move(one);
}

const Machine::One& Machine::at(raft::GroupId group) const {
  const auto found = groups_.find(group);
  CHECK(found != groups_.end());
  return found->second;
}

std::uint64_t Machine::read(raft::GroupId group, std::uint32_t object) const {
  return at(group).state.read(object);
}

raft::LogIndex Machine::applied(raft::GroupId group) const { return at(group).meta.last.index; }

Bytes Machine::bytes(raft::GroupId group) const { return at(group).state.encode(); }

void Machine::apply(raft::GroupId group, const raft::Entry& entry,
                    const raft::Configuration& configuration) {
  One& one = groups_.at(group);
  std::uint64_t result = 0;
  if (entry.kind == raft::EntryKind::kCommand) {
    result = one.state.apply(decode_command(entry.bytes()));
  }
  one.meta.last = entry.position();
  if (entry.kind == raft::EntryKind::kConfiguration || one.meta.configuration.empty()) {
    one.meta.configuration = configuration;
  }
  events_.applied(group, entry, result);
  if (entry.index.value() % save_interval_ == 0) {
    Bytes bytes = one.state.encode();
    events_.saved(group, entry.index, bytes);
    disk_.save(group, std::make_shared<const raft::InstallSnapshot>(raft::InstallSnapshot{
                          one.meta, std::make_shared<const Bytes>(std::move(bytes))}));
  }
}

std::optional<raft::InstallSnapshot> Machine::snapshot(raft::GroupId group) {
  const One& one = at(group);
  if (one.meta.last.index == raft::LogIndex(0)) {
    return std::nullopt;
  }
  return raft::InstallSnapshot{one.meta, std::make_shared<const Bytes>(one.state.encode())};
}

void Machine::install(raft::GroupId group, const raft::InstallSnapshot& snapshot) {
  One& one = groups_.at(group);
  one.meta = snapshot.meta;
  one.state = GroupState::decode(*snapshot.data);
  events_.saved(group, snapshot.meta.last.index, *snapshot.data);
}

}  // namespace godwit::sim
