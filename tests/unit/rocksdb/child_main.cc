// A process that uses a store and may be killed at any moment; a forked copy of the test would not
// do, because RocksDB's threads do not survive a fork.
//
//   rocksdb_child hold FOLDER     opens, says "open", keeps it until its input ends
//   rocksdb_child write FOLDER    writes synced rows for ever, and says each number when it is
//   there rocksdb_child fill FOLDER     the same, with a limit on the size of files that it will
//   reach rocksdb_child starve FOLDER   the same, with one descriptor left, so that a flush fails
//   rocksdb_child mark FOLDER     writes a marker behind the limit on the size of files
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "storage/rocksdb/node_directory.h"
#include "tests/unit/rocksdb/rows.h"

namespace godwit::storage::rocks {
namespace {

void say(std::string_view line) {
  if (::write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    std::exit(4);
  }
}

template <class Value>
Value value_or_exit(Result<Value> result) {
  if (!result) {
    fmt::print(stderr, "{}\n", result.error().text);
    std::exit(2);
  }
  return std::move(*result);
}

void set_limit(__rlimit_resource resource, rlim_t value) {
  const rlimit limit{value, value};
  if (::setrlimit(resource, &limit) != 0) {
    std::exit(4);
  }
}

void limit_files() {
  std::signal(SIGXFSZ, SIG_IGN);  // Else the signal would end the process before the error does.
  set_limit(RLIMIT_FSIZE, rlim_t{1} << 16U);
}

// Folders stand where the next tables would be written.
void take_names_of_tables(const std::string& path) {
  for (int number = 0; number < 100; ++number) {
    std::filesystem::create_directory(fmt::format("{}/rows/{:06}.sst", path, number));
  }
}

[[noreturn]] void write_for_ever(Store& store) {
  for (std::size_t number = count_rows(store).value();; ++number) {
    put_rows(store, number, number + 1, Sync::kYes);
    say(fmt::format("{}\n", number));
  }
}

// Keeps the store until the input ends.
int hold() {
  char byte = 0;
  return ::read(STDIN_FILENO, &byte, 1) == 0 ? 0 : 4;
}

// The second write finds the memtable full and leaves it to another thread.
int fill_memtable(Store& store, std::uint64_t memory_bytes) {
  Batch batch;
  batch.put(Table::kQueue, as_bytes(key_of(0)), as_bytes(std::string(memory_bytes, 'v')));
  store.write(batch, Sync::kYes);
  put_rows(store, 1, 2, Sync::kYes);
  ::alarm(20);  // It will be over at once; if not, the test should not hang.
  return hold();
}

int run(std::string_view mode, const std::string& path) {
  AbortOnFailure fatal;
  auto directory = value_or_exit(NodeDirectory::open(path, {.ballast = {.bytes = 0}}));
  RowsOptions options;
  options.memory_bytes = 1U << 20U;
  const auto opened = value_or_exit(directory.open_store({}, options, fatal));
  say("open\n");
  Store& store = *opened.rows.store;
  if (mode == "hold") {
    return hold();
  }
  if (mode == "block") {
    take_names_of_tables(path);
    return fill_memtable(store, options.memory_bytes);
  }
  if (mode == "mark") {
    limit_files();
    const std::array markers = {Marker{kMarkerSlots - 1, as_bytes("x")}};
    opened.markers.file->write(markers, Sync::kYes);
    return 4;
  }
  if (mode == "fill") {
    limit_files();
  }
  write_for_ever(store);
}

}  // namespace
}  // namespace godwit::storage::rocks

int main(int count, char** arguments) {
  return count == 3 ? godwit::storage::rocks::run(arguments[1], arguments[2]) : 4;
}
