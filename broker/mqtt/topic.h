// Topic names and topic filters that are valid because they exist (MQTT 5.0, section 4.7).
//
// Both are views: they borrow their text from a packet or from whoever stores it. Comparison is
// byte by byte, without normalising or case folding (MQTT-4.7.3-4).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "broker/mqtt/limits.h"

namespace godwit::mqtt {

enum class TopicError : std::uint8_t {
  kEmpty,              // MQTT-4.7.3-1
  kTooLong,            // MQTT-4.7.3-3: over 65,535 bytes.
  kNotUtf8,            // MQTT-1.5.4-1, MQTT-4.7.3-2
  kWildcardInName,     // MQTT-4.7.0-1, MQTT-3.3.2-2
  kWildcardMisplaced,  // MQTT-4.7.1-1, MQTT-4.7.1-2
  kTooManyLevels,      // Our bound (E-093).
  kShareNameInvalid,   // MQTT-4.8.2-1, MQTT-4.8.2-2
};

// Walks the levels of a name or filter: "a//b" has the levels "a", "", "b".
class TopicLevels {
 public:
  explicit TopicLevels(std::string_view text) : rest_(text) {}

  // False when there are no more; else `level` is the next one.
  bool next(std::string_view& level) {
    if (done_) {
      return false;
    }
    const std::size_t slash = rest_.find('/');
    level = rest_.substr(0, slash);
    done_ = slash == std::string_view::npos;
    if (!done_) {
      rest_.remove_prefix(slash + 1);
    }
    return true;
  }

 private:
  std::string_view rest_;
  bool done_ = false;
};

// A topic name: at least one character, no wildcard.
class TopicName {
 public:
  TopicName() = default;  // Empty: "none". Only a PUBLISH with a topic alias carries it.

  [[nodiscard]] static std::optional<TopicError> check(std::string_view text,
                                                       const CodecLimits& limits);
  // For text that `check` has accepted, here or before it was stored.
  [[nodiscard]] static TopicName from_checked(std::string_view text) { return TopicName(text); }

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  // MQTT-4.7.2-1: filters that begin with a wildcard do not match it.
  [[nodiscard]] bool begins_with_dollar() const { return !text_.empty() && text_[0] == '$'; }
  [[nodiscard]] TopicLevels levels() const { return TopicLevels(text_); }
  friend bool operator==(TopicName, TopicName) = default;

 private:
  explicit TopicName(std::string_view text) : text_(text) {}
  std::string_view text_;
};

// A topic filter, with its share name taken apart: "$share/group/a/+" has the share name "group"
// and the filter "a/+" (section 4.8.2).
class TopicFilter {
 public:
  TopicFilter() = default;

  [[nodiscard]] static std::optional<TopicError> check(std::string_view text,
                                                       const CodecLimits& limits);
  // For text that `check` has accepted, here or before it was stored.
  [[nodiscard]] static TopicFilter from_checked(std::string_view text);

  // As the client wrote it: what UNSUBSCRIBE compares (MQTT-3.10.4-1, E-027).
  [[nodiscard]] std::string_view text() const { return text_; }
  // What is matched against topic names.
  [[nodiscard]] std::string_view pattern() const { return text_.substr(pattern_offset_); }
  [[nodiscard]] bool is_shared() const { return pattern_offset_ != 0; }
  // Empty unless shared.
  [[nodiscard]] std::string_view share_name() const;
  [[nodiscard]] bool has_wildcard() const {
    return pattern().find_first_of("+#") != std::string_view::npos;
  }
  [[nodiscard]] TopicLevels levels() const { return TopicLevels(pattern()); }
  friend bool operator==(TopicFilter a, TopicFilter b) { return a.text_ == b.text_; }

 private:
  std::string_view text_;
  std::uint32_t pattern_offset_ = 0;
};

// Whether `filter` (its pattern) matches `name`, level by level and literally by the rules of
// section 4.7. Slow on purpose and short: the oracle of every index, and good for single checks.
[[nodiscard]] bool matches(TopicFilter filter, TopicName name);

}  // namespace godwit::mqtt
