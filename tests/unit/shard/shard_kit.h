// A shard on a store in memory, its log, and words for what goes in and comes out.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "broker/records/command_codec.h"
#include "broker/shard/shard.h"
#include "storage/memory_store.h"
#include "storage/overlay.h"

namespace godwit::shard {

inline constexpr ShardId kShard{3};

// "topic:payload" as a message record, with QoS 1 and nothing else unless told.
struct Said {
  std::string topic;
  std::string payload;
  mqtt::Qos qos = mqtt::Qos::kAtLeastOnce;
  bool retain = false;
  std::uint64_t publisher = 0;
  std::optional<std::chrono::milliseconds> lifetime;
};
[[nodiscard]] std::string record(const Said& said);

// What came of an entry, a word or two each: "opened 1/1", "deliver 1 id 1 t:a q1" …
[[nodiscard]] std::vector<std::string> words_of(const Effects& effects);

class ShardKit {
 public:
  explicit ShardKit(std::size_t cache_bytes = std::size_t{4} << 20U);

  // An entry of these commands, a millisecond after the last.
  std::vector<std::string> apply(std::vector<records::Command> commands);
  std::vector<std::string> apply(records::Command command) {
    return apply(std::vector<records::Command>{std::move(command)});
  }
  // Bytes that were made elsewhere.
  std::vector<std::string> apply_bytes(const Bytes& entry);
  // An entry for its time alone.
  std::vector<std::string> pass(std::chrono::milliseconds time);

  // The state is written (and has arrived in the store).
  void flush();
  // The same, but the store does not have it yet: it is read from the overlay.
  void flush_late();
  // The process starts anew from what is in the store, and reads the log from there.
  void restart();

  // A process is attached, whose lane is `lane()`.
  records::Attachment attach(std::uint64_t node = 1, std::uint8_t process = 1);
  [[nodiscard]] static records::LaneId lane(std::uint8_t process = 1);
  // Opens a session and returns by what it is owned; expects that it works.
  records::Owned open(const std::string& client, records::Open options = {});
  std::vector<std::string> publish(const std::vector<Said>& messages);

  [[nodiscard]] records::Open open_command(const std::string& client, records::Open options = {});
  [[nodiscard]] Shard& shard() { return *shard_; }
  [[nodiscard]] const storage::MemoryStore& store() const { return store_; }
  [[nodiscard]] std::uint64_t index() const { return index_; }
  [[nodiscard]] records::ShardTime time() const { return time_; }
  [[nodiscard]] const std::string& error() const { return error_; }
  // Rows of the store in a table, as it is.
  [[nodiscard]] std::size_t rows(storage::Table table) const;
  storage::MemoryStore& damage() { return store_; }

 private:
  void start();

  std::size_t cache_bytes_;
  storage::MemoryStore store_;
  std::unique_ptr<storage::Overlay> overlay_;
  std::unique_ptr<Shard> shard_;
  std::vector<Bytes> log_;  // Since the state in the store.
  std::uint64_t index_ = 0;
  std::uint64_t written_ = 0;  // The index of that state.
  records::ShardTime time_{std::chrono::milliseconds(1'000'000)};
  records::Attachment attachment_;
  records::ConnectionNumber connections_;
  std::uint64_t published_ = 0;
  std::string error_;
};

}  // namespace godwit::shard
