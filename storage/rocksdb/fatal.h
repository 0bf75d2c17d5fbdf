// What happens when the disk fails under a write: the process ends. Nobody could say what is on
// disk then; a write that was told to have failed may be there after the next start, because the
// page cache still had it, and a retry that is told to have worked may be missing.
#pragma once

#include <string_view>

namespace godwit::storage::rocks {

// Thread: any, RocksDB's own among them. Outlives everything that was opened with it.
class Fatal {
 public:
  virtual ~Fatal() = default;
  // `what` is for a human: which file, what was tried, what the system said.
  [[noreturn]] virtual void end(std::string_view what) = 0;
};

// One line to standard error, then abort(): no destructor runs, so nothing is flushed, answered or
// tidied on the way out.
class AbortOnFailure final : public Fatal {
 public:
  [[noreturn]] void end(std::string_view what) override;
};

}  // namespace godwit::storage::rocks
