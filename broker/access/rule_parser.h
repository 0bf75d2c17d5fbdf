// Reads the text of a rule file (policy.h shows the form). Private to the room; pure.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "broker/access/rule.h"

namespace godwit::access {

// All mistakes at once, each as "file:line: sentence".
[[nodiscard]] Result<std::vector<Rule>, std::vector<Error>> parse_rules(std::string_view text,
                                                                        std::string_view file_name);

}  // namespace godwit::access
