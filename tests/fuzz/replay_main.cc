// Runs a fuzz harness over files instead of generated input: every file of the folders and every
// file named on the command line, in the order of their names. Built without libFuzzer, so that the
// corpora are tests with every compiler. An empty input always comes first.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::filesystem::path> inputs(const std::filesystem::path& argument) {
  std::vector<std::filesystem::path> found;
  if (!std::filesystem::is_directory(argument)) {
    if (std::filesystem::exists(argument)) {
      found.push_back(argument);
    }
    return found;
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(argument)) {
    if (entry.is_regular_file()) {
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::uint8_t> read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return {bytes.begin(), bytes.end()};
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint8_t none = 0;
  LLVMFuzzerTestOneInput(&none, 0);
  std::size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& path : inputs(argv[i])) {
      // Printed first and flushed, so that a crash is preceded by the name of its input.
      std::printf("%s\n", path.c_str());
      std::fflush(stdout);
      // The exact size on the heap lets the address sanitizer see a read past the end.
      const std::vector<std::uint8_t> bytes = read(path);
      LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
      ++count;
    }
  }
  std::printf("replayed %zu inputs\n", count);
  return 0;
}
