// The string rules of MQTT 5.0, section 1.5.4: well-formed UTF-8 without surrogates and without
// U+0000 (MQTT-1.5.4-1, MQTT-1.5.4-2). Control characters and non-characters are accepted and pass
// unchanged, for all fields and versions alike (E-091); U+FEFF is an ordinary character
// (MQTT-1.5.4-3).
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace godwit::mqtt {

// The offset of the first byte that breaks the rules; none if `text` is good.
[[nodiscard]] std::optional<std::size_t> find_invalid_utf8(std::string_view text);

}  // namespace godwit::mqtt
