#include "storage/rocksdb/marker_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/big_endian.h"
#include "base/check.h"
#include "base/crc32c.h"

namespace godwit::storage::rocks {
namespace {

constexpr std::uint32_t kMagic = 0x474d524b;  // "GMRK"
constexpr std::size_t kChecksumBytes = 4;
constexpr std::size_t kCheckedBytes = kMarkerCopyBytes - kChecksumBytes;

struct Copy {
  std::uint64_t sequence = 0;
  ByteView bytes;
};

std::size_t offset_of(std::uint32_t slot, std::size_t copy) {
  return (copy * kMarkerSlots + slot) * kMarkerCopyBytes;
}

Bytes encode(const Marker& marker, std::uint64_t sequence) {
  Bytes copy;
  copy.reserve(kMarkerCopyBytes);
  put_big_endian(copy, kMagic, 4);
  put_big_endian(copy, marker.slot, 4);
  put_big_endian(copy, sequence, 8);
  put_big_endian(copy, marker.bytes.size(), 4);
  append(copy, marker.bytes);
  copy.resize(kCheckedBytes);
  put_big_endian(copy, crc32c(copy), kChecksumBytes);
  return copy;
}

// Nothing: not a whole copy of this slot.
std::optional<Copy> decode(ByteView bytes, std::uint32_t slot) {
  if (bytes.size() != kMarkerCopyBytes) {
    return std::nullopt;
  }
  BigEndianReader end(bytes.subspan(kCheckedBytes));
  if (end.number(kChecksumBytes) != crc32c(bytes.first(kCheckedBytes))) {
    return std::nullopt;
  }
  BigEndianReader reader(bytes);
  const bool ours = reader.number(4) == kMagic && reader.number(4) == slot;
  Copy copy;
  copy.sequence = reader.number(8);
  const std::size_t size = reader.number(4);
  if (!ours || copy.sequence == 0 || size > kMarkerBytesMax) {
    return std::nullopt;
  }
  copy.bytes = reader.run(size);
  return copy;
}

bool never_written(ByteView bytes) {
  return bytes.size() == kMarkerCopyBytes &&
         std::all_of(bytes.begin(), bytes.end(),
                     [](std::byte byte) { return byte == std::byte{}; });
}

// What there is of `size` bytes at `offset`.
ByteView part(ByteView content, std::size_t offset, std::size_t size) {
  return offset >= content.size()
             ? ByteView()
             : content.subspan(offset, std::min(size, content.size() - offset));
}

}  // namespace

Result<void> MarkerFile::make(const std::string& path) {
  // Zeros are written instead of reserving space: a sync later then carries the marker alone, and
  // no change of the file system's own records.
  auto written = write_file(path, std::string(kMarkerFileBytes, '\0'));
  if (!written) {
    return written;
  }
  return sync_folder(std::filesystem::path(path).parent_path().string());
}

Result<OpenedMarkers> MarkerFile::open(const std::string& path, Fatal& fatal) {
  OpenedMarkers opened;
  if (!exists(path)) {
    opened.missing = true;
    auto made = make(path);
    if (!made) {
      return fail(std::move(made.error()));
    }
  }
  const auto content = read_file(path, kMarkerFileBytes);
  if (!content) {
    return fail(content.error());
  }
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) {
    return fail(system_error(path, "cannot open"));
  }
  // What was just read may be in memory only, if the process that wrote it was killed; only what is
  // on disk counts as the copy that stays.
  if (::ftruncate(file.get(), kMarkerFileBytes) != 0 || ::fsync(file.get()) != 0) {
    return fail(system_error(path, "cannot sync"));
  }
  opened.file.reset(new MarkerFile(path, std::move(file), fatal));
  opened.damaged_copies = opened.file->load(as_bytes(*content));
  return opened;
}

MarkerFile::MarkerFile(const std::string& path, Descriptor file, Fatal& fatal)
    : path_(path), file_(std::move(file)), fatal_(fatal), slots_(kMarkerSlots) {}

std::size_t MarkerFile::load(ByteView content) {
  std::size_t damaged = 0;
  for (std::uint32_t slot = 0; slot < kMarkerSlots; ++slot) {
    for (std::size_t copy = 0; copy < kMarkerCopies; ++copy) {
      const ByteView bytes = part(content, offset_of(slot, copy), kMarkerCopyBytes);
      const auto found = decode(bytes, slot);
      if (!found) {
        damaged += never_written(bytes) ? 0 : 1;
      } else if (found->sequence > slots_[slot].sequence) {
        slots_[slot] = {found->sequence, copy, copy,
                        Bytes(found->bytes.begin(), found->bytes.end())};
      }
    }
  }
  return damaged;
}

std::optional<Bytes> MarkerFile::read(std::uint32_t slot) const {
  CHECK(slot < kMarkerSlots);
  const Slot& found = slots_[slot];
  return found.sequence == 0 ? std::nullopt : std::optional(found.bytes);
}

void MarkerFile::write(std::span<const Marker> markers, Sync sync) {
  for (const Marker& marker : markers) {
    CHECK(marker.slot < kMarkerSlots && marker.bytes.size() <= kMarkerBytesMax);
    write_one(marker);
  }
  if (sync == Sync::kYes) {
    this->sync();
  }
}

void MarkerFile::write_one(const Marker& marker) {
  Slot& slot = slots_[marker.slot];
  slot.newest_copy = 1 - slot.protected_copy;
  ++slot.sequence;
  slot.bytes.assign(marker.bytes.begin(), marker.bytes.end());
  const Bytes copy = encode(marker, slot.sequence);
  if (!write_at(file_.get(), copy, offset_of(marker.slot, slot.newest_copy))) {
    fatal_.end(system_error(path_, "cannot write").text);
  }
  unsynced_.push_back(marker.slot);
}

void MarkerFile::sync() {
  // A failed fdatasync is never tried again: the kernel has dropped the pages and would say yes.
  if (::fdatasync(file_.get()) != 0) {
    fatal_.end(system_error(path_, "cannot sync").text);
  }
  for (const std::uint32_t slot : unsynced_) {
    slots_[slot].protected_copy = slots_[slot].newest_copy;
  }
  unsynced_.clear();
}

}  // namespace godwit::storage::rocks
