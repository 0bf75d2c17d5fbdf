// A folder for one test, with a name of its own, gone with its end.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

namespace godwit::storage::rocks {

// In memory, if there is room: nobody pulls the plug in these tests, so a disk would show nothing
// more, and a busy one makes their thousands of syncs slow.
inline std::filesystem::path place_for_folders() {
  constexpr std::uintmax_t kEnoughBytes = std::uintmax_t{512} << 20U;
  const std::filesystem::path memory = "/dev/shm";
  std::error_code error;
  const auto space = std::filesystem::space(memory, error);
  const bool usable =
      !error && space.available >= kEnoughBytes && ::access(memory.c_str(), W_OK) == 0;
  return usable ? memory : std::filesystem::temp_directory_path();
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (place_for_folders() / "godwit-rocksdb-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
      throw std::runtime_error("cannot make a temporary folder");
    }
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace godwit::storage::rocks
