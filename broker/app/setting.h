// One wish of one source (a file, the environment, a flag): this option shall have this
// value. Sources produce settings, in rising order of precedence; `apply_settings` judges them
// against the table, so every source has the same rules and the same messages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "broker/app/config_table.h"
#include "broker/app/origins.h"

namespace godwit::app {

// Mistakes of a human, each a sentence that begins with its place. All are shown at once.
using Problems = std::vector<Error>;

inline void add_problems(const Problems& more, Problems& problems) {
  problems.insert(problems.end(), more.begin(), more.end());
}

// Text whose type the option decides: of the command line, where everything is text.
struct Untyped {
  std::string text;
};

// No value: a repeatable section stands, whatever is in it. Setting::option is its name.
struct Stands {};

using RawValue = std::variant<bool, std::int64_t, double, std::string, Untyped, Stands>;

struct Setting {
  std::string option;
  std::size_t instance = 0;  // Of a repeatable section.
  RawValue value;
  std::string origin;       // "godwit.toml:12", "--set"
  std::string base_folder;  // Relative paths start here; empty: the working directory.
};

// Reads a TOML file; the text is handed in, the name is for messages and relative paths.
void read_toml(std::string_view text, const std::string& file_name, std::vector<Setting>& settings,
               Problems& problems);

// What a name with or without a number means: "listener.tcp.1.bind" is the second listener's
// "listener.tcp.bind". Whether such an option exists is not asked.
struct InstanceOf {
  std::string option;
  std::size_t instance = 0;
};
[[nodiscard]] Result<InstanceOf> find_instance(std::string_view dotted);

// Reads "name=value" of --set.
void read_assignment(std::string_view assignment, const std::string& origin,
                     std::vector<Setting>& settings, Problems& problems);

// In this order: what comes later wins. Notes where each value came from.
void apply_settings(const std::vector<Setting>& settings, Config& config, Origins& origins,
                    Problems& problems);

// What somebody may have meant by that name; null if nothing is near.
[[nodiscard]] const Option* nearest_option(std::string_view name);
// "unknown option a.b", with the nearest that exists.
[[nodiscard]] std::string unknown_option_text(std::string_view name);

}  // namespace godwit::app
