// A memchr that costs the same wherever its bytes lie. The C library's takes a longer way where a
// cache line ends, so that the counts of short searches would move by some percent whenever the
// linker places a literal elsewhere. Only in godwit_micro_counted.

#include <cstddef>

// No header that declares it may be included: <cstring> gives it two C++ signatures.
extern "C" void* memchr(const void* bytes, int value, std::size_t count) {
  const auto* at = static_cast<const unsigned char*>(bytes);
  for (const auto* const end = at + count; at != end; ++at) {
    if (*at == static_cast<unsigned char>(value)) {
      return const_cast<unsigned char*>(at);
    }
  }
  return nullptr;
}
