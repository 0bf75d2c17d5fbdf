// `godwit config sample`: a configuration file to begin with.
#pragma once

#include <string>

namespace godwit::app {

// TOML with every option commented out, as `#key = default` behind its help and bounds as `# text`.
[[nodiscard]] std::string config_sample();

}  // namespace godwit::app
