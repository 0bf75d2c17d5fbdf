// The end markers on disk (P-13): one small file of fixed size, whose bytes are described in
// docs/internals/storage.md.
//
// Each slot has two copies, written in turn, so that one that a loss of power tears leaves the
// other. The copy that was synced last is not touched before the other is synced too, however many
// unsynced writes there are between. The first copies of all slots lie together and the second
// ones: a disk that tears more than 512 bytes at once does not take both of a slot.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/marker_store.h"
#include "storage/rocksdb/fatal.h"
#include "storage/rocksdb/file.h"

namespace godwit::storage::rocks {

inline constexpr std::size_t kMarkerCopyBytes = 512;  // What a disk writes whole or not at all.
inline constexpr std::size_t kMarkerCopies = 2;
inline constexpr std::size_t kMarkerFileBytes = kMarkerCopies * kMarkerSlots * kMarkerCopyBytes;

class MarkerFile;

struct OpenedMarkers {
  std::unique_ptr<MarkerFile> file;
  // The file was not there and was made anew. With rows beside it, that is a loss (P-13).
  bool missing = false;
  // Copies that hold something that was never written: torn by a loss of power, damaged, or cut
  // off with the end of the file. Their slots have what the other copy says, or nothing.
  std::size_t damaged_copies = 0;
};

// Thread: as MarkerStore says.
class MarkerFile final : public MarkerStore {
 public:
  // All slots empty; its space is taken here, so that a full disk does not stop a marker later.
  [[nodiscard]] static Result<void> make(const std::string& path);
  // `fatal` outlives the file.
  [[nodiscard]] static Result<OpenedMarkers> open(const std::string& path, Fatal& fatal);

  [[nodiscard]] std::optional<Bytes> read(std::uint32_t slot) const override;
  void write(std::span<const Marker> markers, Sync sync) override;

 private:
  struct Slot {
    std::uint64_t sequence = 0;      // Of the newest copy; 0: never written.
    std::size_t newest_copy = 1;     // The one with `sequence`.
    std::size_t protected_copy = 1;  // On disk; stays until another is.
    Bytes bytes;
  };

  MarkerFile(const std::string& path, Descriptor file, Fatal& fatal);
  // Takes in what is on disk; returns the number of damaged copies.
  std::size_t load(ByteView content);
  void write_one(const Marker& marker);
  void sync();

  std::string path_;
  Descriptor file_;
  Fatal& fatal_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> unsynced_;  // Slots written since the last sync.
};

}  // namespace godwit::storage::rocks
