#include "broker/net/rest.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace godwit::net {
namespace {

// Most rests are the first half of a small packet.
constexpr std::size_t kCapacityMin = 128;
// What may be allocated before as much has arrived.
constexpr std::size_t kRoomMin = std::size_t{64} << 10U;

}  // namespace

void Rest::append(ByteView bytes) {
  if (bytes.empty()) {
    return;
  }
  if (capacity_ - end_ < bytes.size()) {
    grow(std::max({size() + bytes.size(), 2 * size(), kCapacityMin}));
  }
  std::memcpy(bytes_.get() + end_, bytes.data(), bytes.size());
  end_ += static_cast<std::uint32_t>(bytes.size());
}

std::span<std::byte> Rest::room(std::size_t wanted) {
  const std::size_t justified = std::min(wanted, std::max(size(), kRoomMin));
  // Not as soon as less than that is free, or each read would move all bytes.
  if (capacity_ - end_ < justified / 2) {
    grow(size() + justified);
  }
  return {bytes_.get() + end_, std::min<std::size_t>(wanted, capacity_ - end_)};
}

void Rest::used(std::size_t count) {
  DCHECK(count <= size());
  begin_ += static_cast<std::uint32_t>(count);
  if (!empty()) {
    return;
  }
  bytes_.reset();
  capacity_ = begin_ = end_ = 0;
}

void Rest::grow(std::size_t capacity) {
  const std::size_t kept = size();
  CHECK(capacity >= kept && capacity <= UINT32_MAX);
  auto larger = std::make_unique_for_overwrite<std::byte[]>(capacity);
  if (kept != 0) {
    std::memcpy(larger.get(), bytes_.get() + begin_, kept);
  }
  bytes_ = std::move(larger);
  capacity_ = static_cast<std::uint32_t>(capacity);
  begin_ = 0;
  end_ = static_cast<std::uint32_t>(kept);
}

}  // namespace godwit::net
