#include "broker/shard/state_writer.h"

#include <utility>

#include "storage/seal.h"

namespace godwit::shard {

void StateWriter::put_new(storage::Table table, Bytes key, Bytes value) {
  bytes_ += key.size() + value.size();
  // What was removed and comes again may still be in the store.
  auto [at, added] = changes_.at(place(table)).try_emplace(std::move(key));
  at->second.is_new = added || at->second.is_new;
  at->second.value = std::move(value);
}

void StateWriter::put(storage::Table table, Bytes key, Bytes value) {
  bytes_ += key.size() + value.size();
  changes_.at(place(table))[std::move(key)].value = std::move(value);
}

void StateWriter::remove(storage::Table table, const Bytes& key) {
  Changes& changes = changes_.at(place(table));
  const auto found = changes.find(key);
  if (found != changes.end() && found->second.is_new) {
    changes.erase(found);
    return;
  }
  bytes_ += key.size();
  changes[key].value.reset();
}

void StateWriter::flush(storage::Batch& to) {
  for (std::size_t table = 0; table < changes_.size(); ++table) {
    for (auto& [key, change] : std::exchange(changes_.at(table), {})) {
      if (change.value) {
        storage::seal(key, *change.value);
        to.put(static_cast<storage::Table>(table), key, *change.value);
      } else {
        to.remove(static_cast<storage::Table>(table), key);
      }
    }
  }
  bytes_ = 0;
}

}  // namespace godwit::shard
