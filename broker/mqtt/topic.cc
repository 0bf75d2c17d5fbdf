#include "broker/mqtt/topic.h"

#include <cstdint>
#include <cstring>

#include "broker/mqtt/topic_fault.h"
#include "broker/mqtt/utf8.h"

namespace godwit::mqtt {
namespace {

constexpr std::string_view kSharePrefix = "$share/";
constexpr std::string_view kWildcards = "+#";
constexpr std::size_t kTextSizeMax = 65'535;

constexpr std::uint64_t kLowBits = 0x0101010101010101U;
constexpr std::uint64_t kHighBits = 0x8080808080808080U;

// Has a bit set if one of eight bytes is 0x00; possibly also if one is over 0x7F.
constexpr std::uint64_t marks_zero(std::uint64_t word) { return (word - kLowBits) & kHighBits; }

// Whether eight bytes are ASCII without U+0000, '+' and '#'. May say no too often, never yes.
bool is_plain(std::uint64_t word) {
  const std::uint64_t marks = word | marks_zero(word) | marks_zero(word ^ (kLowBits * '+')) |
                              marks_zero(word ^ (kLowBits * '#'));
  return (marks & kHighBits) == 0;
}

// The same for a text that is not empty.
bool is_plain(std::string_view text) {
  std::uint64_t word = 0;
  if (text.size() < sizeof word) {
    for (const char c : text) {
      word = (word << 8U) | static_cast<std::uint8_t>(c);
    }
    // Filled up with a plain letter.
    return is_plain(word | (kLowBits * 'a') << (8 * text.size()));
  }
  for (std::size_t at = 0; at + sizeof word <= text.size(); at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    if (!is_plain(word)) {
      return false;
    }
  }
  // The last eight bytes overlap what was read before.
  std::memcpy(&word, text.data() + text.size() - sizeof word, sizeof word);
  return is_plain(word);
}

// The offset of the '/' that opens one level more than allowed (E-093).
std::optional<std::size_t> find_surplus_level(std::string_view text, std::size_t levels_max) {
  if (text.size() < levels_max) {
    return std::nullopt;
  }
  std::size_t levels = 1;
  for (std::size_t at = text.find('/'); at != std::string_view::npos; at = text.find('/', at + 1)) {
    if (++levels > levels_max) {
      return at;
    }
  }
  return std::nullopt;
}

// Empty, too long, not UTF-8: the same for names and filters.
std::optional<TopicFault> find_text_fault(std::string_view text) {
  if (text.empty()) {
    return TopicFault{TopicError::kEmpty, 0};
  }
  if (text.size() > kTextSizeMax) {
    return TopicFault{TopicError::kTooLong, kTextSizeMax};
  }
  if (const auto at = find_invalid_utf8(text)) {
    return TopicFault{TopicError::kNotUtf8, *at};
  }
  return std::nullopt;
}

// MQTT-4.7.1-1, MQTT-4.7.1-2: a wildcard fills its level, and '#' is the last one.
std::optional<std::size_t> find_misplaced_wildcard(std::string_view pattern) {
  for (std::size_t at = pattern.find_first_of(kWildcards); at != std::string_view::npos;
       at = pattern.find_first_of(kWildcards, at + 1)) {
    const bool begins_level = at == 0 || pattern[at - 1] == '/';
    const bool is_last = at + 1 == pattern.size();
    const bool ends_level = is_last || (pattern[at] == '+' && pattern[at + 1] == '/');
    if (!begins_level || !ends_level) {
      return at;
    }
  }
  return std::nullopt;
}

// MQTT-4.8.2-1, MQTT-4.8.2-2: a name of one or more characters without wildcard, '/', and more.
// `text` begins with the prefix.
std::optional<std::size_t> find_share_name_fault(std::string_view text) {
  const std::size_t begin = kSharePrefix.size();
  const std::size_t end = text.find_first_of("/+#", begin);
  if (end == std::string_view::npos) {
    return text.size();
  }
  if (end == begin || text[end] != '/') {
    return end;
  }
  return end + 1 == text.size() ? std::optional(text.size()) : std::nullopt;
}

}  // namespace

bool is_plain_topic_name(std::string_view text, const CodecLimits& limits) {
  // One level more than slashes: a short text cannot have too many.
  return !text.empty() && text.size() < limits.topic_levels_max && is_plain(text);
}

std::optional<TopicFault> find_topic_name_fault(std::string_view text, const CodecLimits& limits) {
  if (is_plain_topic_name(text, limits)) {
    return std::nullopt;
  }
  if (const auto fault = find_text_fault(text)) {
    return fault;
  }
  // MQTT-3.3.2-2, MQTT-4.7.0-1
  if (const auto at = text.find_first_of(kWildcards); at != std::string_view::npos) {
    return TopicFault{TopicError::kWildcardInName, at};
  }
  if (const auto at = find_surplus_level(text, limits.topic_levels_max)) {
    return TopicFault{TopicError::kTooManyLevels, *at};
  }
  return std::nullopt;
}

std::optional<TopicFault> find_topic_filter_fault(std::string_view text,
                                                  const CodecLimits& limits) {
  if (const auto fault = find_text_fault(text)) {
    return fault;
  }
  if (text.starts_with(kSharePrefix)) {
    if (const auto at = find_share_name_fault(text)) {
      return TopicFault{TopicError::kShareNameInvalid, *at};
    }
  }
  const std::string_view pattern = TopicFilter::from_checked(text).pattern();
  const std::size_t pattern_offset = text.size() - pattern.size();
  if (const auto at = find_misplaced_wildcard(pattern)) {
    return TopicFault{TopicError::kWildcardMisplaced, pattern_offset + *at};
  }
  if (const auto at = find_surplus_level(pattern, limits.topic_levels_max)) {
    return TopicFault{TopicError::kTooManyLevels, pattern_offset + *at};
  }
  return std::nullopt;
}

std::optional<TopicError> TopicName::check(std::string_view text, const CodecLimits& limits) {
  const auto fault = find_topic_name_fault(text, limits);
  return fault ? std::optional(fault->error) : std::nullopt;
}

std::optional<TopicError> TopicFilter::check(std::string_view text, const CodecLimits& limits) {
  const auto fault = find_topic_filter_fault(text, limits);
  return fault ? std::optional(fault->error) : std::nullopt;
}

TopicFilter TopicFilter::from_checked(std::string_view text) {
  TopicFilter filter;
  filter.text_ = text;
  if (text.starts_with(kSharePrefix)) {
    const std::size_t slash = text.find('/', kSharePrefix.size());
    if (slash != std::string_view::npos) {
      filter.pattern_offset_ = static_cast<std::uint32_t>(slash + 1);
    }
  }
  return filter;
}

std::string_view TopicFilter::share_name() const {
  if (!is_shared()) {
    return {};
  }
  return text_.substr(kSharePrefix.size(), pattern_offset_ - 1 - kSharePrefix.size());
}

bool matches(TopicFilter filter, TopicName name) {
  const std::string_view pattern = filter.pattern();
  if (pattern.empty() || name.empty()) {
    return false;
  }
  // MQTT-4.7.2-1
  if (name.begins_with_dollar() && kWildcards.find(pattern[0]) != std::string_view::npos) {
    return false;
  }
  TopicLevels wanted = filter.levels();
  TopicLevels given = name.levels();
  std::string_view wanted_level;
  std::string_view given_level;
  while (wanted.next(wanted_level)) {
    if (wanted_level == "#") {
      return true;  // Takes the parent level as well: "a/#" matches "a".
    }
    if (!given.next(given_level)) {
      return false;
    }
    if (wanted_level != "+" && wanted_level != given_level) {
      return false;
    }
  }
  return !given.next(given_level);
}

}  // namespace godwit::mqtt
