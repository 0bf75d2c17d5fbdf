// A text that does not change, in eight bytes: for names that are kept once a session. An empty one
// owns nothing; another one owns exactly its bytes and four for their number.
//
// Pure; owned like any value.
#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "base/check.h"

namespace godwit {

class CompactText {
 public:
  CompactText() = default;
  // Implicit, as for std::string, whose place it takes.
  CompactText(std::string_view text) {  // NOLINT(google-explicit-constructor)
    if (text.empty()) {
      return;
    }
    CHECK(text.size() <= UINT32_MAX);
    const auto size = static_cast<std::uint32_t>(text.size());
    bytes_ = std::make_unique_for_overwrite<char[]>(sizeof(size) + text.size());
    std::memcpy(bytes_.get(), &size, sizeof(size));
    std::memcpy(bytes_.get() + sizeof(size), text.data(), text.size());
  }
  CompactText(const std::string& text)  // NOLINT(google-explicit-constructor)
      : CompactText(std::string_view(text)) {}
  CompactText(const char* text)  // NOLINT(google-explicit-constructor)
      : CompactText(std::string_view(text)) {}
  CompactText(const CompactText& other) : CompactText(other.view()) {}
  CompactText(CompactText&&) noexcept = default;
  CompactText& operator=(const CompactText& other) { return *this = CompactText(other); }
  CompactText& operator=(CompactText&&) noexcept = default;
  ~CompactText() = default;

  [[nodiscard]] std::string_view view() const {
    if (bytes_ == nullptr) {
      return {};
    }
    std::uint32_t size = 0;
    std::memcpy(&size, bytes_.get(), sizeof(size));
    return {bytes_.get() + sizeof(size), size};
  }
  operator std::string_view() const { return view(); }  // NOLINT(google-explicit-constructor)
  [[nodiscard]] bool empty() const { return bytes_ == nullptr; }
  [[nodiscard]] std::size_t size() const { return view().size(); }

  friend bool operator==(const CompactText& a, const CompactText& b) {
    return a.view() == b.view();
  }
  template <std::convertible_to<std::string_view> Text>
  requires(!std::same_as<Text, CompactText>) friend bool operator==(const CompactText& a,
                                                                    const Text& b) {
    return a.view() == std::string_view(b);
  }

 private:
  std::unique_ptr<char[]> bytes_;
};

}  // namespace godwit
