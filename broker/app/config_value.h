// The value of a setting, as its option's type has it. Part of apply_settings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "broker/app/config_table.h"
#include "broker/app/setting.h"

namespace godwit::app {

// The error is the end of a sentence that begins with the option: "must be 1 to 64".
[[nodiscard]] Result<OptionValue> to_option_value(const Option& option, const Setting& setting);

// What a value is called in a message. Not for secrets.
[[nodiscard]] std::string described(const RawValue& value);

// Nothing if the text is not a number from its first to its last character.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);

}  // namespace godwit::app
