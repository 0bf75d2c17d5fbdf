// Numbers that have a name, so that a packet id is never taken for a connection's index.
//
//   struct ThreadIndexTag;
//   using ThreadIndex = StrongId<ThreadIndexTag, std::uint16_t>;
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace godwit {

template <class Tag, class Rep>
class StrongId {
 public:
  using rep = Rep;

  constexpr StrongId() = default;
  constexpr explicit StrongId(Rep value) : value_(value) {}

  [[nodiscard]] constexpr Rep value() const { return value_; }
  // clang-tidy takes the comparison's hidden zero for a null pointer.
  friend constexpr auto operator<=>(StrongId, StrongId) = default;  // NOLINT(modernize-use-nullptr)

 private:
  Rep value_{};
};

}  // namespace godwit

template <class Tag, class Rep>
struct std::hash<godwit::StrongId<Tag, Rep>> {
  std::size_t operator()(godwit::StrongId<Tag, Rep> id) const noexcept {
    return std::hash<Rep>{}(id.value());
  }
};
