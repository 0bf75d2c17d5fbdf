#include "tests/testkit/store_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace godwit::testkit {

std::vector<std::string> script_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(GODWIT_STORAGE_SCRIPTS)) {
    files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string read_script(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) {
    throw std::runtime_error("cannot read " + path);
  }
  return text.str();
}

}  // namespace godwit::testkit
