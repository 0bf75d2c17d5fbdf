// What is different between the configuration that runs and one that was read again: what can be
// taken over at once, and what needs a restart. Values in, values out; whoever reloads acts on it.
#pragma once

#include <string>
#include <vector>

#include "broker/app/config.h"

namespace godwit::app {

// Values as `godwit config show` has them; a secret is "***".
struct OptionChange {
  std::string name;  // "listener.tls.1.key_file"; of a list with another length "listener.tls".
  std::string before;
  std::string after;
};

struct ConfigChanges {
  std::vector<OptionChange> reloadable;
  std::vector<OptionChange> restart;
};

// In the order of the table. Of lists with different lengths the instances that both have are
// compared.
[[nodiscard]] ConfigChanges compare_configs(const Config& running, const Config& wanted);

// The running configuration with the reloadable options of `wanted`. What belongs together may have
// changed on both sides of that line, so check_combinations has to judge the result.
[[nodiscard]] Config with_reloadable(Config running, const Config& wanted);

}  // namespace godwit::app
