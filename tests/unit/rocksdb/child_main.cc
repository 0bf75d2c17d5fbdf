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

[[noreturn]] void write_for_ever(Store& store, Sync sync) {
  for (std::size_t number = count_rows(store).value();; ++number) {
    put_rows(store, number, number + 1, sync);
    say(fmt::format("{}\n", number));
  }
}

int run(std::string_view mode, const std::string& path) {
  AbortOnFailure fatal;
  auto directory = value_or_exit(NodeDirectory::open(path, {.ballast = {.bytes = 0}}));
  RowsOptions options;
  if (mode == "block") {
    options.memory_bytes = 1U << 20U;  // So that a flush comes soon.
  }
  const auto opened = value_or_exit(directory.open_store({}, options, fatal));
  say("open\n");
  if (mode == "hold") {
    char byte = 0;
    return ::read(STDIN_FILENO, &byte, 1) == 0 ? 0 : 4;
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
  if (mode == "block") {
    take_names_of_tables(path);
  }
  write_for_ever(*opened.rows.store, mode == "block" ? Sync::kNo : Sync::kYes);
}

}  // namespace
}  // namespace godwit::storage::rocks

int main(int count, char** arguments) {
  return count == 3 ? godwit::storage::rocks::run(arguments[1], arguments[2]) : 4;
}
