// Opening the rows: the checks before RocksDB may touch them, and its errors as sentences.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "storage/rocksdb/engine.h"
#include "storage/rocksdb/file.h"
#include "storage/rocksdb/log_recovery.h"
#include "storage/rocksdb/rocks_store.h"

namespace godwit::storage::rocks {
namespace {

bool is_ours(const std::string& family) {
  return family == rocksdb::kDefaultColumnFamilyName ||
         std::find(kTableNames.begin(), kTableNames.end(), family) != kTableNames.end();
}

bool tells_of_loss(const std::string& line) { return line.find("dropping ") != std::string::npos; }

// RocksDB's status seldom names the file; what it logged before does.
Error open_error(const std::string& path, const rocksdb::Status& status,
                 const std::vector<std::string>& lines) {
  const auto line = std::find_if(lines.begin(), lines.end(), tells_of_loss);
  const std::string details = line == lines.end() ? "" : fmt::format(" ({})", *line);
  // A file that is named in another and not there is as bad as one that is damaged.
  const bool damaged = status.IsCorruption() || status.IsPathNotFound();
  const std::string_view what = damaged ? "the store is damaged" : "cannot open the store";
  std::string_view to_do = "The rows are as they were.";
  if (damaged) {
    to_do = kWhatToDo;
  } else if (status.IsNoSpace()) {
    to_do = "Make room on the disk and start again; the rows are as they were.";
  }
  return Error{fmt::format("{}: {}: {}{}. {}", path, what, status.ToString(), details, to_do)};
}

// The store must have the tables that are known here, and no others.
Result<void> check_families(const std::string& path, const rocksdb::DBOptions& options) {
  std::vector<std::string> families;
  const rocksdb::Status listed = rocksdb::DB::ListColumnFamilies(options, path, &families);
  if (!listed.ok()) {
    return fail(open_error(path, listed, {}));
  }
  for (const std::string& family : families) {
    if (!is_ours(family)) {
      return fail(Error{fmt::format(
          "{}: the store has a table \"{}\" that this program does not know. Start the version of "
          "Godwit that wrote it, or a newer one.",
          path, family)});
    }
  }
  if (families.size() != kTables + 1) {
    return fail(Error{fmt::format("{}: the store has {} tables and should have {}. {}", path,
                                  families.size() - 1, kTables, kWhatToDo)});
  }
  return {};
}

// Everything that is looked at, and then the one thing that is changed, before RocksDB may open it.
Result<Recovery> prepare(const std::string& path, const RowsOptions& options,
                         const rocksdb::DBOptions& database) {
  auto findings = check_logs(path, options.synced_end);
  if (!findings) {
    return fail(std::move(findings.error()));
  }
  auto known = check_families(path, database);
  if (!known) {
    return fail(std::move(known.error()));
  }
  if (findings->cut) {
    auto done = cut_file(findings->cut->path, findings->cut->bytes_left);
    if (!done) {
      return fail(std::move(done.error()));
    }
  }
  return std::move(findings->recovery);
}

std::vector<rocksdb::ColumnFamilyDescriptor> descriptors(
    const rocksdb::ColumnFamilyOptions& options) {
  std::vector<rocksdb::ColumnFamilyDescriptor> all;
  all.reserve(kTables + 1);
  for (const std::string_view table : kTableNames) {
    all.emplace_back(std::string(table), options);
  }
  all.emplace_back(rocksdb::kDefaultColumnFamilyName, options);
  return all;
}

// With `database` as it is: the callers differ in what may be missing.
Result<std::unique_ptr<Engine>> open_engine(const std::string& path, const RowsOptions& options,
                                            const rocksdb::DBOptions& database,
                                            std::unique_ptr<Engine> engine) {
  engine->path = path;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(
      database, path, descriptors(family_options(options, *engine)), &handles, &db);
  if (!status.ok()) {
    return fail(open_error(path, status, engine->log->take_lines()));
  }
  engine->db.reset(db);
  std::copy_n(handles.begin(), kTables, engine->tables.begin());
  engine->unused = handles.back();
  return engine;
}

// What is known to be missing only now that the rows can be read.
void add_losses(const RowsOptions& options, Engine& engine, Recovery& recovery) {
  for (std::string& line : engine.log->take_lines()) {
    recovery.dropped = recovery.dropped || tells_of_loss(line);
    recovery.lines.push_back(std::move(line));
  }
  const std::uint64_t changes = engine.db->GetLatestSequenceNumber();
  if (options.synced_end && changes < options.synced_end->changes) {
    recovery.dropped = true;
    recovery.lines.push_back(fmt::format("{}: the rows end at change {}, and {} were on disk",
                                         engine.path, changes, options.synced_end->changes));
  }
}

}  // namespace

Result<void> RocksStore::make(const std::string& path, Fatal& fatal) {
  if (::mkdir(path.c_str(), 0700) != 0) {
    return fail(system_error(path, "cannot make the folder"));
  }
  auto engine = std::make_unique<Engine>(fatal);
  const RowsOptions options;
  rocksdb::DBOptions database = database_options(options, *engine);
  database.create_if_missing = true;
  database.create_missing_column_families = true;
  database.error_if_exists = true;
  auto made = open_engine(path, options, database, std::move(engine));
  if (!made) {
    return fail(std::move(made.error()));
  }
  return {};
}

Result<OpenedRows> RocksStore::open(const std::string& path, const RowsOptions& options,
                                    Fatal& fatal) {
  if (!exists(path + "/CURRENT")) {
    return fail(Error{fmt::format(
        "{}: the file CURRENT is missing, so the store cannot be read. {}", path, kWhatToDo)});
  }
  auto engine = std::make_unique<Engine>(fatal);
  const rocksdb::DBOptions database = database_options(options, *engine);
  auto recovery = prepare(path, options, database);
  if (!recovery) {
    return fail(std::move(recovery.error()));
  }
  auto opened = open_engine(path, options, database, std::move(engine));
  if (!opened) {
    return fail(std::move(opened.error()));
  }
  Engine& ready = **opened;
  ready.watch->opened();
  if (ready.watch->failed()) {
    return fail(Error{path + ": the disk failed while the store was opened"});
  }
  add_losses(options, ready, *recovery);
  OpenedRows rows;
  rows.recovery = std::move(*recovery);
  rows.store.reset(new RocksStore(std::move(*opened)));
  return rows;
}

}  // namespace godwit::storage::rocks
