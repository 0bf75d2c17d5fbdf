// Where the value of each option comes from: "default", "godwit.toml:12", "--set".
//
// Thread: any, once written.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace godwit::app {

inline constexpr std::string_view kDefaultOrigin = "default";

class Origins {
 public:
  // `name`: of an option, or of a repeatable section that stands in a file; the last one counts.
  void note(std::string_view name, std::size_t instance, std::string_view origin);

  // kDefaultOrigin if nobody set it.
  [[nodiscard]] std::string_view of(std::string_view name, std::size_t instance = 0) const;

  // How a sentence about this option begins: "godwit.toml:12: listener.tls.bind". An option that
  // nobody set stands where its section does, or nowhere.
  [[nodiscard]] std::string place(std::string_view name, std::size_t instance = 0) const;

 private:
  std::map<std::pair<std::string, std::size_t>, std::string, std::less<>> origins_;
};

// The option of one instance as `--set` takes it: "listener.tls.1.bind"; of the first instance the
// name alone.
[[nodiscard]] std::string instance_name(std::string_view option, std::size_t instance);

}  // namespace godwit::app
