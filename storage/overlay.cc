#include "storage/overlay.h"

#include <algorithm>
#include <map>

#include "base/check.h"

namespace godwit::storage {
namespace {

// The newest word about each key: of the layers, and below them of the base.
class OverlayCursor final : public Cursor {
 public:
  OverlayCursor(const std::deque<Layer>& layers, std::unique_ptr<Cursor> base, Table table,
                KeyRange range)
      : layers_(layers), base_(std::move(base)), table_(table), range_(std::move(range)) {
    for (const Layer& layer : layers_) {
      next_.push_back(layer.lower_bound(table_, range_.first));
    }
  }

  Result<std::optional<Row>, StorageError> next() override {
    while (true) {
      if (base_wanted_) {
        auto read = base_->next();
        if (!read) {
          return read;
        }
        base_row_ = *read;
        base_wanted_ = false;
      }
      const auto key = smallest();
      if (!key) {
        return std::nullopt;
      }
      if (const auto row = take(*key)) {
        return std::optional(*row);
      }
    }
  }

 private:
  // What layer `number` says next; null behind the range.
  const Layer::Entry* upcoming(std::size_t number) const {
    const auto& entries = layers_[number].entries(table_);
    const std::size_t at = next_[number];
    return at < entries.size() && range_.contains(entries[at].key) ? &entries[at] : nullptr;
  }

  std::optional<ByteView> smallest() const {
    std::optional<ByteView> key;
    if (base_row_) {
      key = base_row_->key;
    }
    for (std::size_t number = 0; number < layers_.size(); ++number) {
      const Layer::Entry* entry = upcoming(number);
      if (entry != nullptr && (!key || compare(entry->key, *key) < 0)) {
        key = entry->key;
      }
    }
    return key;
  }

  // Steps over `key` everywhere. Nothing: the newest word is that it is gone.
  std::optional<Row> take(ByteView key) {
    std::optional<Row> row;
    if (base_row_ && compare(base_row_->key, key) == 0) {
      row = base_row_;
      base_row_.reset();
      base_wanted_ = true;  // But not before the next call: `row` is a view of the cursor's.
    }
    for (std::size_t number = 0; number < layers_.size(); ++number) {
      if (layers_[number].hides(table_, key)) {
        row.reset();
      }
      const Layer::Entry* entry = upcoming(number);
      if (entry != nullptr && compare(entry->key, key) == 0) {
        row = entry->value ? std::optional(Row{entry->key, *entry->value}) : std::nullopt;
        ++next_[number];
      }
    }
    return row;
  }

  const std::deque<Layer>& layers_;
  std::unique_ptr<Cursor> base_;
  Table table_;
  KeyRange range_;
  std::vector<std::size_t> next_;  // A place in the entries of each layer.
  std::optional<Row> base_row_;    // Read and not taken.
  bool base_wanted_ = true;
};

bool key_before(const Layer::Entry& entry, ByteView key) { return compare(entry.key, key) < 0; }

}  // namespace

Layer::Layer(Batch batch) : batch_(std::move(batch)) {
  std::array<std::map<ByteView, std::optional<ByteView>, KeyLess>, kTables> sorted;
  batch_.for_each([&](const Change& change) {
    auto& rows = sorted.at(place(change.table));
    switch (change.kind) {
      case ChangeKind::kPut:
        rows.insert_or_assign(change.key, change.value);
        return;
      case ChangeKind::kRemove:
        rows.insert_or_assign(change.key, std::nullopt);
        return;
      case ChangeKind::kRemoveRange:
        if (compare(change.key, change.value) < 0) {
          rows.erase(rows.lower_bound(change.key), rows.lower_bound(change.value));
          tables_.at(place(change.table)).gone.push_back({change.key, change.value});
        }
        return;
    }
  });
  for (std::size_t table = 0; table < kTables; ++table) {
    std::vector<Entry>& entries = tables_.at(table).entries;
    entries.reserve(sorted.at(table).size());
    for (const auto& [key, value] : sorted.at(table)) {
      entries.push_back({key, value});
    }
  }
}

const std::vector<Layer::Entry>& Layer::entries(Table table) const {
  return tables_.at(place(table)).entries;
}

std::size_t Layer::lower_bound(Table table, ByteView key) const {
  const std::vector<Entry>& all = entries(table);
  return static_cast<std::size_t>(std::lower_bound(all.begin(), all.end(), key, key_before) -
                                  all.begin());
}

const Layer::Entry* Layer::find(Table table, ByteView key) const {
  const std::vector<Entry>& all = entries(table);
  const std::size_t at = lower_bound(table, key);
  return at < all.size() && compare(all[at].key, key) == 0 ? &all[at] : nullptr;
}

bool Layer::hides(Table table, ByteView key) const {
  const std::vector<Gone>& gone = tables_.at(place(table)).gone;
  return std::any_of(gone.begin(), gone.end(), [&](const Gone& range) {
    return compare(range.first, key) <= 0 && compare(key, range.end) < 0;
  });
}

const Batch& Overlay::push(Batch batch) { return layers_.emplace_back(std::move(batch)).batch(); }

void Overlay::drop_oldest() {
  CHECK(!layers_.empty());
  layers_.pop_front();
}

std::size_t Overlay::size_bytes() const {
  std::size_t bytes = 0;
  for (const Layer& layer : layers_) {
    bytes += layer.batch().size_bytes();
  }
  return bytes;
}

Result<std::optional<Bytes>, StorageError> Overlay::get(Table table, ByteView key) const {
  for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
    if (const Layer::Entry* entry = layer->find(table, key)) {
      return entry->value ? std::optional(Bytes(entry->value->begin(), entry->value->end()))
                          : std::nullopt;
    }
    if (layer->hides(table, key)) {
      return std::nullopt;
    }
  }
  return base_.get(table, key);
}

std::unique_ptr<Cursor> Overlay::scan(Table table, KeyRange range) const {
  auto base = base_.scan(table, range);
  return std::make_unique<OverlayCursor>(layers_, std::move(base), table, std::move(range));
}

}  // namespace godwit::storage
