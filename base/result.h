// The one way a function says that the peer or the world may have gone wrong.
//
// A bug of ours is not a Result: that is a CHECK (base/check.h). Each room has its own small typed
// errors; `Error` is for start-up, where a clear sentence is what the reader needs.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace godwit {

// A sentence for a human: what went wrong, where (file and line), and what to do about it.
struct Error {
  std::string text;
};

// Holds a T or an E. Dropping one without a look is a compiler warning, and so an error. The
// alias exists because g++ 12 has no std::expected in C++20; when it has, this line changes.
template <class T, class E = Error>
class [[nodiscard]] Result : public tl::expected<T, E> {
 public:
  using tl::expected<T, E>::expected;
};

template <class E>
[[nodiscard]] tl::unexpected<std::decay_t<E>> fail(E&& error) {
  return tl::unexpected<std::decay_t<E>>(std::forward<E>(error));
}

}  // namespace godwit
