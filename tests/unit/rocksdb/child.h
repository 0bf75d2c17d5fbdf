// Runs rocksdb_child (child_main.cc) and hears what it says.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <sys/types.h>

#include "storage/rocksdb/file.h"

namespace godwit::storage::rocks {

// Killed with the end of the object, if it still runs.
class Child {
 public:
  // Throws if the program cannot be started.
  Child(const std::string& mode, const std::string& folder);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  // Waits for a line of its output; nothing: it has ended.
  [[nodiscard]] std::optional<std::string> read_line();
  // SIGKILL, as a power cut for the process.
  void kill();
  // Closes its input and waits for its end; what waitpid says.
  int wait();
  // After wait(): all it wrote to standard error.
  [[nodiscard]] std::string errors();

 private:
  pid_t pid_ = -1;
  int status_ = 0;
  Descriptor input_;
  Descriptor output_;
  Descriptor errors_;
  std::string unread_;
};

}  // namespace godwit::storage::rocks
