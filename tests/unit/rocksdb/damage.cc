#include "tests/unit/rocksdb/damage.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "storage/rocksdb/file.h"

namespace godwit::storage::rocks {
namespace {

constexpr std::size_t kBlockBytes = 32768;
constexpr std::size_t kHeadBytes = 7;

}  // namespace

std::vector<std::string> files_of(const std::string& folder, std::string_view begins,
                                  std::string_view ends) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(begins) && name.ends_with(ends)) {
      files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string content_of(const std::string& path) {
  return read_file(path, std::size_t{1} << 30U).value();
}

void set_content(const std::string& path, const std::string& content) {
  if (!write_file(path, content)) {
    throw std::runtime_error("cannot write " + path);
  }
}

void flip_bit(const std::string& path, std::size_t offset, unsigned bit) {
  std::string content = content_of(path);
  content.at(offset) =
      static_cast<char>(static_cast<unsigned char>(content.at(offset)) ^ 1U << bit);
  set_content(path, content);
}

void cut(const std::string& path, std::size_t bytes) {
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - bytes);
}

std::vector<std::size_t> records_of(const std::string& log) {
  const std::string content = content_of(log);
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(content.at(at)); };
  std::vector<std::size_t> records;
  for (std::size_t at = 0; at + kHeadBytes <= content.size();) {
    const std::size_t left = kBlockBytes - at % kBlockBytes;
    if (left < kHeadBytes) {
      at += left;
      continue;
    }
    records.push_back(at);
    at += kHeadBytes + byte(at + 4) + std::size_t{256} * byte(at + 5);
  }
  return records;
}

}  // namespace godwit::storage::rocks
