// A connected socket that closes itself, and its place among the connections that are allowed.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace godwit::net {

// How many client connections the process has, and may have (`connections_max`). Thread: any.
class ConnectionLimit {
 public:
  explicit ConnectionLimit(std::uint32_t connections_max) : max_(connections_max) {}
  ConnectionLimit(const ConnectionLimit&) = delete;
  ConnectionLimit& operator=(const ConnectionLimit&) = delete;

  [[nodiscard]] bool try_take() {
    if (taken_.fetch_add(1, std::memory_order_relaxed) < max_) {
      return true;
    }
    give_back();
    return false;
  }
  void give_back() { taken_.fetch_sub(1, std::memory_order_relaxed); }
  [[nodiscard]] std::uint32_t taken() const { return taken_.load(std::memory_order_relaxed); }

 private:
  const std::uint32_t max_;
  std::atomic<std::uint32_t> taken_{0};
};

// Owns the descriptor and the place taken in the limit, which outlives it. Moves between threads.
class OwnedSocket {
 public:
  OwnedSocket() = default;
  // `limit` may be null (tests); else a place in it has been taken.
  OwnedSocket(int descriptor, ConnectionLimit* limit) : limit_(limit), descriptor_(descriptor) {}
  OwnedSocket(OwnedSocket&& other) noexcept
      : limit_(std::exchange(other.limit_, nullptr)),
        descriptor_(std::exchange(other.descriptor_, -1)) {}
  OwnedSocket& operator=(OwnedSocket&& other) noexcept {
    OwnedSocket old(std::move(*this));
    std::swap(limit_, other.limit_);
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~OwnedSocket();

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] explicit operator bool() const { return descriptor_ >= 0; }

 private:
  ConnectionLimit* limit_ = nullptr;
  int descriptor_ = -1;
};

}  // namespace godwit::net
