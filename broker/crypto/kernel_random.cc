#include "broker/crypto/kernel_random.h"

#include <sys/random.h>

#include <cerrno>
#include <utility>

#include "base/check.h"

namespace godwit::crypto {

void fill_random(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = getrandom(bytes.data(), bytes.size(), 0);
    if (count < 0) {
      CHECK(errno == EINTR);
      continue;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

HashKey make_hash_key() {
  std::array<std::uint64_t, 2> words{};
  fill_random(std::as_writable_bytes(std::span(words)));
  return {words[0], words[1]};
}

std::uint64_t KernelRandom::next_u64() {
  if (left_ == 0) {
    fill_random(std::as_writable_bytes(std::span(numbers_)));
    left_ = kAhead;
  }
  return std::exchange(numbers_[--left_], 0);
}

}  // namespace godwit::crypto
