// A vector of eight bytes: a pointer to its elements, with their number in front of them. For state
// that exists once a session or a connection and is empty in most of them.
//
// Grows by half, so that a large one wastes a third at most. Elements are relocated by their move
// constructor, which must not throw. At most 2^32 - 1 elements.
//
// Pure; owned like any value, and used on its owner's thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "base/check.h"

namespace godwit {

template <class T>
class ThinVector {
 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  ThinVector() = default;
  explicit ThinVector(std::size_t size) { resize(size); }
  ThinVector(const ThinVector& other) {
    reserve(other.size());
    for (const T& element : other) {
      push_back(element);
    }
  }
  ThinVector(ThinVector&& other) noexcept : header_(std::exchange(other.header_, nullptr)) {}
  ThinVector& operator=(ThinVector other) noexcept {
    std::swap(header_, other.header_);
    return *this;
  }
  ~ThinVector() { release(); }

  [[nodiscard]] std::size_t size() const { return header_ == nullptr ? 0 : header_->size; }
  [[nodiscard]] std::size_t capacity() const { return header_ == nullptr ? 0 : header_->capacity; }
  [[nodiscard]] bool empty() const { return size() == 0; }

  [[nodiscard]] T* data() { return header_ == nullptr ? nullptr : elements(header_); }
  [[nodiscard]] const T* data() const { return header_ == nullptr ? nullptr : elements(header_); }
  [[nodiscard]] T* begin() { return data(); }
  [[nodiscard]] T* end() { return data() + size(); }
  [[nodiscard]] const T* begin() const { return data(); }
  [[nodiscard]] const T* end() const { return data() + size(); }

  [[nodiscard]] T& operator[](std::size_t position) {
    DCHECK(position < size());
    return elements(header_)[position];
  }
  [[nodiscard]] const T& operator[](std::size_t position) const {
    DCHECK(position < size());
    return elements(header_)[position];
  }
  [[nodiscard]] T& back() { return (*this)[size() - 1]; }
  [[nodiscard]] const T& back() const { return (*this)[size() - 1]; }

  void push_back(T element) {
    if (size() == capacity()) {
      grow(size() + 1);
    }
    std::construct_at(elements(header_) + header_->size, std::move(element));
    ++header_->size;
  }
  void pop_back() {
    DCHECK(!empty());
    --header_->size;
    std::destroy_at(elements(header_) + header_->size);
  }
  T* insert(T* at, T element) {
    const std::ptrdiff_t position = at - begin();
    if (at == end()) {
      push_back(std::move(element));
      return begin() + position;
    }
    push_back(std::move(back()));
    std::move_backward(begin() + position, end() - 2, end() - 1);
    (*this)[static_cast<std::size_t>(position)] = std::move(element);
    return begin() + position;
  }
  T* erase(T* at) {
    std::move(at + 1, end(), at);
    pop_back();
    return at;
  }
  // New elements are in their default state.
  void resize(std::size_t size) {
    reserve(size);
    while (this->size() > size) {
      pop_back();
    }
    while (this->size() < size) {
      push_back(T());
    }
  }
  // Exactly this capacity, if it is more than now.
  void reserve(std::size_t capacity) {
    if (capacity > this->capacity()) {
      relocate(capacity);
    }
  }
  void shrink_to_fit() {
    if (empty()) {
      release();
    } else if (size() < capacity()) {
      relocate(size());
    }
  }
  // Gives the memory back too.
  void clear() { release(); }

 private:
  struct Header {
    std::uint32_t size;
    std::uint32_t capacity;
  };
  static_assert(alignof(T) <= sizeof(Header) && alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
  static_assert(std::is_nothrow_move_constructible_v<T>);

  static T* elements(Header* header) { return reinterpret_cast<T*>(header + 1); }
  static const T* elements(const Header* header) { return reinterpret_cast<const T*>(header + 1); }

  void grow(std::size_t needed) {
    constexpr std::size_t kFirst = std::max<std::size_t>(1, 16 / sizeof(T));
    relocate(std::max({needed, kFirst, capacity() + capacity() / 2}));
  }

  void relocate(std::size_t capacity) {
    CHECK(capacity <= UINT32_MAX);
    void* const memory = ::operator new(sizeof(Header) + capacity * sizeof(T));
    const auto count = static_cast<std::uint32_t>(size());
    auto* const header =
        std::construct_at(static_cast<Header*>(memory),
                          Header{.size = count, .capacity = static_cast<std::uint32_t>(capacity)});
    if (count != 0) {
      std::uninitialized_move_n(elements(header_), count, elements(header));
    }
    release();
    header_ = header;
  }

  void release() {
    if (header_ == nullptr) {
      return;
    }
    std::destroy_n(elements(header_), header_->size);
    ::operator delete(header_);
    header_ = nullptr;
  }

  Header* header_ = nullptr;
};

}  // namespace godwit
