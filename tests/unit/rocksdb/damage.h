// What a bad disk or a careless hand does to files.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace godwit::storage::rocks {

// Files of `folder` whose name begins and ends so, in order.
[[nodiscard]] std::vector<std::string> files_of(const std::string& folder, std::string_view begins,
                                                std::string_view ends);
[[nodiscard]] std::string content_of(const std::string& path);
void set_content(const std::string& path, const std::string& content);
// One bit of the byte at `offset`.
void flip_bit(const std::string& path, std::size_t offset, unsigned bit = 0);
// The last `bytes` of the file are gone.
void cut(const std::string& path, std::size_t bytes);
// Where the records of a log of RocksDB begin.
[[nodiscard]] std::vector<std::size_t> records_of(const std::string& log);

}  // namespace godwit::storage::rocks
