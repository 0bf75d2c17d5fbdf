// The directory of a node: whose it is, that nobody else uses it, and what is in it.
//
//   FORMAT    format version, cluster, node and disk; whoever finds it finds a whole store
//   LOCK      held by the process that uses the directory
//   rows/     RocksDB (rocks_store.h)
//   markers   the end markers (marker_file.h)
//   ballast   a reserve of space (ballast.h)
//
// Byte by byte in docs/internals/storage.md.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "storage/rocksdb/ballast.h"
#include "storage/rocksdb/identity.h"
#include "storage/rocksdb/lock_file.h"
#include "storage/rocksdb/marker_file.h"
#include "storage/rocksdb/rocks_store.h"
#include "storage/rocksdb/space.h"

namespace godwit::storage::rocks {

struct DirectoryOptions {
  BallastOptions ballast;
  Watermark watermark;
};

// Ends before the directory it was opened from.
struct OpenedStore {
  OpenedRows rows;
  OpenedMarkers markers;
};

// Holds the lock while it lives. Thread: one; `space` and what is opened have threads of their own.
// Errors are for a start that cannot go on: what was found, and what to do.
class NodeDirectory {
 public:
  // Makes the folder if it is not there (its parent is), with mode 0700; takes the lock; gives up
  // the ballast if the disk is too full to go on; reads FORMAT. Refused: data without FORMAT, a
  // damaged one, one of another version.
  [[nodiscard]] static Result<NodeDirectory> open(const std::string& path,
                                                  const DirectoryOptions& options);

  // Nothing: the directory is empty, or its founding was cut off.
  [[nodiscard]] const std::optional<Identity>& identity() const { return identity_; }
  // Makes an empty store of this identity. All of it is there afterwards or, after a crash, nothing
  // that counts. Only without an identity.
  [[nodiscard]] Result<void> found(const Identity& identity, Fatal& fatal);
  // Opens what is in it, which must be what was expected. Only with an identity. How far the rows
  // were synced is looked up among the markers. `fatal` outlives what is opened.
  [[nodiscard]] Result<OpenedStore> open_store(const ExpectedIdentity& expected,
                                               RowsOptions options, Fatal& fatal) const;

  // At this start the disk was so full that the ballast was given up.
  [[nodiscard]] bool ballast_released() const { return ballast_released_; }
  [[nodiscard]] Ballast& ballast() { return ballast_; }
  [[nodiscard]] const Space& space() const { return space_; }

 private:
  NodeDirectory(std::string path, LockFile lock, const DirectoryOptions& options);
  [[nodiscard]] std::string file(std::string_view name) const;
  [[nodiscard]] Result<void> read_identity();
  [[nodiscard]] Result<void> clear_unfinished() const;

  std::string path_;
  LockFile lock_;
  Space space_;
  Ballast ballast_;
  std::optional<Identity> identity_;
  bool ballast_released_ = false;
};

}  // namespace godwit::storage::rocks
