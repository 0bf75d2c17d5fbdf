// The log of one replica: the part of it that is in memory, and how far it has come.
//
//        on disk only    |               in memory                    |
//   ─────────────────────┼────────────┬───────────┬──────────────────┤
//   first_on_disk     memory_start  applied     commit   durable     last
//                        (any order of commit and durable; applied <= both)
//
// Entries leave the memory when they are applied and there are more than the cache holds. What was
// asked to be made durable is remembered until it is, so that a write which a truncation has
// overtaken is not taken for more than it still is.
//
// Owned by the replica, used on its thread.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "cluster/raft/entry.h"
#include "cluster/raft/ids.h"

namespace godwit::raft {

class Log {
 public:
  // `start`: the newest applied entry. `entries`: what comes after it, durable.
  Log(LogPosition start, LogIndex first_on_disk, std::vector<Entry> entries);

  // --- looking ---------------------------------------------------------------------------------

  [[nodiscard]] LogPosition last() const;
  [[nodiscard]] LogIndex commit() const { return commit_; }
  [[nodiscard]] LogIndex durable() const { return durable_; }
  [[nodiscard]] LogIndex applied() const { return applied_; }
  // The newest entry that is not in memory, or 0.
  [[nodiscard]] LogPosition memory_start() const { return start_; }
  [[nodiscard]] LogIndex first_on_disk() const { return first_on_disk_; }
  [[nodiscard]] std::size_t memory_bytes() const { return memory_bytes_; }
  [[nodiscard]] std::size_t uncommitted_bytes() const { return uncommitted_bytes_; }

  // Nothing: not in memory, or after the end.
  [[nodiscard]] std::optional<Term> term_at(LogIndex index) const;
  [[nodiscard]] bool matches(LogPosition position) const {
    return term_at(position.index) == position.term;
  }
  // The last position at or before `index` whose term is at most `term`, as far as memory goes.
  [[nodiscard]] LogPosition last_not_after(LogIndex index, Term term) const;
  // The entries from `first` on, which must be in memory, up to these limits but at least one.
  [[nodiscard]] std::vector<Entry> entries_from(LogIndex first, std::size_t entries_max,
                                                std::size_t bytes_max) const;

  // --- growing ---------------------------------------------------------------------------------

  // Directly after the last.
  void append(Entry entry);
  // Never what is committed.
  void truncate_from(LogIndex index);
  // The log is nothing but `last` now, whatever it was.
  void reset(LogPosition last);
  // Never goes back. Only entries that are there.
  void commit_to(LogIndex index);

  // --- being durable ---------------------------------------------------------------------------

  // The entries to ask the storage for, each once.
  [[nodiscard]] bool has_unasked() const { return asked_ < last().index; }
  [[nodiscard]] std::vector<Entry> take_unasked();
  // A request was made; all entries so far are in it or in an earlier one.
  void requested(PersistNumber number);
  // Returns whether `durable` moved.
  bool persisted(PersistNumber number);
  // Numbers above it are not durable yet.
  [[nodiscard]] bool requests_pending() const { return !requests_.empty(); }

  // --- being applied ---------------------------------------------------------------------------

  // Committed and durable but not taken yet.
  [[nodiscard]] bool has_committed() const { return applied_ < apply_limit(); }
  [[nodiscard]] std::vector<Entry> take_committed(std::size_t bytes_max);
  // Drops applied entries from memory until the rest fits `cache_bytes_max`.
  void trim(std::size_t cache_bytes_max);
  void compacted(LogIndex index);

 private:
  struct Request {
    PersistNumber number;
    LogIndex last;  // Of the entries in it or before it that are still in the log.
  };

  [[nodiscard]] LogIndex apply_limit() const;
  [[nodiscard]] const Entry& entry(LogIndex index) const;

  LogPosition start_;
  LogIndex first_on_disk_;
  std::deque<Entry> entries_;  // From start_.index + 1 on.
  LogIndex commit_;
  LogIndex durable_;
  LogIndex applied_;
  LogIndex asked_;
  std::deque<Request> requests_;
  std::size_t memory_bytes_ = 0;
  std::size_t uncommitted_bytes_ = 0;
};

}  // namespace godwit::raft
