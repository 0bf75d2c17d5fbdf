// CHECK: a statement about our own code that must hold, on in every build. A broken one ends the
// process, because a broker that goes on with a false belief acknowledges what it has not kept.
// Input of a peer never reaches a CHECK: that is a Result.
//
// DCHECK is the same for places that run per message; off where NDEBUG is defined.
#pragma once

#include <string_view>

namespace godwit {

// Prints place and condition to standard error and aborts.
[[noreturn]] void check_failed(std::string_view condition, std::string_view file, int line);

}  // namespace godwit

#define CHECK(condition)                               \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::godwit::check_failed(#condition, __FILE__, __LINE__))

#ifdef NDEBUG
#define DCHECK(condition) static_cast<void>(sizeof(static_cast<bool>(condition)))
#else
#define DCHECK(condition) CHECK(condition)
#endif
