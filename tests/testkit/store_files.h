// The script files of tests/data/storage.
#pragma once

#include <string>
#include <vector>

namespace godwit::testkit {

[[nodiscard]] std::vector<std::string> script_files();
[[nodiscard]] std::string read_script(const std::string& path);

}  // namespace godwit::testkit
