#include "storage/rocksdb/node_directory.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/check.h"

namespace godwit::storage::rocks {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFormat = "FORMAT";
constexpr std::string_view kFormatUnfinished = "FORMAT.new";  // While a store is founded.
constexpr std::string_view kLock = "LOCK";
constexpr std::string_view kRows = "rows";
constexpr std::string_view kMarkers = "markers";
constexpr std::string_view kBallast = "ballast";
constexpr std::size_t kFormatBytesMax = 4096;

Result<void> make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) {
    const std::string parent = fs::path(path).parent_path().string();
    return sync_folder(parent.empty() ? "." : parent);
  }
  if (errno != EEXIST) {
    return fail(system_error(path, "cannot make the folder"));
  }
  return {};
}

// What may lie in a directory that is to become a store. A volume of its own has lost+found.
bool is_nothing(const std::string& name) {
  static constexpr std::array<std::string_view, 3> kNothing = {kLock, kBallast, "lost+found"};
  return std::find(kNothing.begin(), kNothing.end(), name) != kNothing.end();
}

// The first file that says that the directory is not empty.
Result<std::optional<std::string>> first_file(const std::string& path) {
  std::error_code error;
  std::optional<std::string> first;
  for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (!is_nothing(name) && (!first || name < *first)) {
      first = name;
    }
  }
  if (error) {
    return fail(Error{fmt::format("{}: cannot list the folder: {}", path, error.message())});
  }
  return first;
}

}  // namespace

NodeDirectory::NodeDirectory(std::string path, LockFile lock, const DirectoryOptions& options)
    : path_(std::move(path)),
      lock_(std::move(lock)),
      space_(path_, options.watermark),
      ballast_(file(kBallast), options.ballast) {}

std::string NodeDirectory::file(std::string_view name) const {
  return fmt::format("{}/{}", path_, name);
}

Result<NodeDirectory> NodeDirectory::open(const std::string& path,
                                          const DirectoryOptions& options) {
  auto made = make_folder(path);
  if (!made) {
    return fail(std::move(made.error()));
  }
  auto lock = LockFile::take(fmt::format("{}/{}", path, kLock));
  if (!lock) {
    return fail(std::move(lock.error()));
  }
  NodeDirectory directory(path, std::move(*lock), options);
  const auto space = directory.space_.measure();
  if (!space) {
    return fail(space.error());
  }
  const auto released = directory.ballast_.release_if_low(*space);
  if (!released) {
    return fail(released.error());
  }
  directory.ballast_released_ = *released;
  auto read = directory.read_identity();
  if (!read) {
    return fail(std::move(read.error()));
  }
  return directory;
}

Result<void> NodeDirectory::read_identity() {
  const std::string path = file(kFormat);
  if (exists(path)) {
    const auto text = read_file(path, kFormatBytesMax);
    if (!text) {
      return fail(text.error());
    }
    auto parsed = parse_format(path, *text);
    if (!parsed) {
      return fail(std::move(parsed.error()));
    }
    identity_ = *parsed;
    return {};
  }
  if (exists(file(kFormatUnfinished))) {
    return {};  // What lies beside it was never used; found() begins again.
  }
  const auto first = first_file(path_);
  if (!first) {
    return fail(first.error());
  }
  if (*first) {
    return fail(Error{fmt::format(
        "{}: the folder is not empty (it has \"{}\"), but the file FORMAT, which says whose store "
        "it is, is missing. If this is the store of a node, put FORMAT back from a backup; if not, "
        "give the node a folder of its own.",
        path_, **first)});
  }
  return {};
}

Result<void> NodeDirectory::clear_unfinished() const {
  for (const std::string_view name : {kRows, kMarkers}) {
    std::error_code error;
    fs::remove_all(file(name), error);
    if (error) {
      return fail(Error{fmt::format("{}: cannot remove: {}", file(name), error.message())});
    }
  }
  return {};
}

Result<void> NodeDirectory::found(const Identity& identity, Fatal& fatal) {
  CHECK(!identity_);
  // FORMAT gets its name last: with it, everything is there. Its forerunner says until then that
  // what lies here was never used, so that a founding that was cut off does not look like damage.
  Result<void> done = write_file(file(kFormatUnfinished), format_text(identity));
  if (done) {
    done = sync_folder(path_);
  }
  if (done) {
    done = clear_unfinished();
  }
  if (done) {
    done = MarkerFile::make(file(kMarkers));
  }
  if (done) {
    done = RocksStore::make(file(kRows), fatal);
  }
  if (done) {
    done = rename_file(file(kFormatUnfinished), file(kFormat));
  }
  if (done) {
    identity_ = identity;
  }
  return done;
}

Result<OpenedStore> NodeDirectory::open_store(const ExpectedIdentity& expected, RowsOptions options,
                                              Fatal& fatal) const {
  CHECK(identity_.has_value());
  auto same = compare(path_, *identity_, expected);
  if (!same) {
    return fail(std::move(same.error()));
  }
  auto markers = MarkerFile::open(file(kMarkers), fatal);
  if (!markers) {
    return fail(std::move(markers.error()));
  }
  if (const auto kept = markers->file->read(kSyncedEndSlot)) {
    options.synced_end = decode_synced_end(*kept);
  }
  auto rows = RocksStore::open(file(kRows), options, fatal);
  if (!rows) {
    return fail(std::move(rows.error()));
  }
  return OpenedStore{std::move(*rows), std::move(*markers)};
}

}  // namespace godwit::storage::rocks
