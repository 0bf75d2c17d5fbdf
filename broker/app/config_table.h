// The one table of options. File, command line, --help and docs/operations/configuration.md come
// from it: an option exists by having a row, and by nothing else.
//
// Thread: any; the table is constant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "broker/app/config.h"

namespace godwit::app {

enum class OptionType : std::uint8_t {
  kBoolean,
  kInteger,
  kSeconds,  // An integer.
  kBytes,    // An integer, or text such as "64 MiB".
  kChoice,   // One of Option::choices.
  kAddress,  // HOST:PORT, see address.h.
  kText,     // As MQTT takes it: UTF-8 without U+0000, kTextBytesMax at most.
  kPath,     // Relative paths in a file are taken from the folder of that file.
};

inline constexpr std::size_t kTextBytesMax = 1'024;

// A value that fits an option: the type says which alternative.
using OptionValue = std::variant<bool, std::int64_t, std::string>;

// Reads and writes one field of a Config, which must have that instance. `instance`: which one of a
// repeatable section, else 0.
struct OptionField {
  OptionValue (*read)(const Config& config, std::size_t instance) = nullptr;
  void (*write)(Config& config, std::size_t instance, const OptionValue& value) = nullptr;
};

struct Option {
  std::string_view name;  // "limits.queue_messages_max": the section's name, a dot, the key.
  OptionType type = OptionType::kInteger;
  std::int64_t min = 0;  // Of integers, seconds and bytes, as max.
  std::int64_t max = 0;
  std::string_view choices = {};  // "trace debug info": parted by blanks.
  bool reloadable = false;        // May change without a restart.
  bool secret = false;            // Never shown: not in messages, logs or `godwit config show`.
  std::string_view flag = {};     // "--bind": its own flag of `serve`, besides --set.
  std::string_view help;          // Sentences.
  // Of kText, beyond its type: the end of a sentence, "must begin with /"; empty: it will do.
  std::string_view (*refuse)(std::string_view text) = nullptr;
  OptionField field;
};

// A table of the file. The section without a name holds the options at the top.
struct Section {
  std::string_view name;
  std::string_view help;
  // Not null: the section may stand several times; makes the list `count` long.
  void (*resize)(Config& config, std::size_t count) = nullptr;
  // How long that list is. Null: the section stands once.
  std::size_t (*size)(const Config& config) = nullptr;

  [[nodiscard]] bool repeatable() const { return resize != nullptr; }
};

// How often a repeatable section may stand.
inline constexpr std::size_t kSectionInstancesMax = 64;

[[nodiscard]] std::span<const Section> sections();
// In the order of their sections.
[[nodiscard]] std::span<const Option> options();

// Null if there is none.
[[nodiscard]] const Option* find_option(std::string_view name);
[[nodiscard]] const Section* find_section(std::string_view name);
[[nodiscard]] const Section& section_of(const Option& option);
// "queue_messages_max" of "limits.queue_messages_max".
[[nodiscard]] std::string_view key_of(const Option& option);
// The value of an instance that nothing is said about.
[[nodiscard]] OptionValue default_value(const Option& option);
// The same as one would write it.
[[nodiscard]] std::string default_text(const Option& option);
// "1 to 65535", "true or false", …
[[nodiscard]] std::string bounds_text(const Option& option);
[[nodiscard]] std::string_view type_text(OptionType type);

// Text as one would write it in the file: in quotes, with escapes for what needs them.
[[nodiscard]] std::string quoted(std::string_view text);
// Values as one would write them in the file; bytes with the largest unit that divides them.
[[nodiscard]] std::string value_text(const Option& option, const OptionValue& value);

}  // namespace godwit::app
