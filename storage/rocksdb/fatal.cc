#include "storage/rocksdb/fatal.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace godwit::storage::rocks {

void AbortOnFailure::end(std::string_view what) {
  fmt::print(stderr,
             "The disk failed; the node stops, so that nothing is acknowledged that may not be "
             "there: {}\n",
             what);
  std::abort();
}

}  // namespace godwit::storage::rocks
