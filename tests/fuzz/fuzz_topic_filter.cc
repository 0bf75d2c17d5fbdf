// Any two texts, parted by the first newline, as topic filter and topic name. What passes the check
// comes apart into parts that fit together, and matching keeps the rules that need no oracle.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "broker/mqtt/topic.h"

namespace godwit::mqtt {
namespace {

constexpr CodecLimits kLimits;

std::string joined(TopicLevels levels) {
  std::string text;
  std::string_view level;
  for (bool first = true; levels.next(level); first = false) {
    text += first ? "" : "/";
    text += level;
  }
  return text;
}

void check_filter(TopicFilter filter) {
  const bool begins_like_a_share = filter.text().starts_with("$share/");
  CHECK(filter.is_shared() == begins_like_a_share);
  CHECK(!filter.pattern().empty() && filter.text().ends_with(filter.pattern()));
  CHECK(joined(filter.levels()) == filter.pattern());
  if (filter.is_shared()) {
    CHECK(filter.share_name().find_first_of("/+#") == std::string_view::npos);
    CHECK("$share/" + std::string(filter.share_name()) + "/" + std::string(filter.pattern()) ==
          filter.text());
  } else {
    CHECK(filter.share_name().empty() && filter.pattern() == filter.text());
  }
}

void check_name(TopicName name) {
  CHECK(joined(name.levels()) == name.text());
  CHECK(matches(TopicFilter::from_checked("#"), name) != name.begins_with_dollar());
  if (!name.text().starts_with("$share/")) {
    CHECK(!TopicFilter::check(name.text(), kLimits));
    CHECK(matches(TopicFilter::from_checked(name.text()), name));
    CHECK(matches(TopicFilter::from_checked(std::string(name.text()) + "/#"), name));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t newline = input.find('\n');
  const std::string_view filter_text = input.substr(0, newline);
  const std::string_view name_text =
      newline == std::string_view::npos ? std::string_view() : input.substr(newline + 1);
  const bool is_filter = !TopicFilter::check(filter_text, kLimits);
  const bool is_name = !TopicName::check(name_text, kLimits);
  const TopicFilter filter = TopicFilter::from_checked(filter_text);
  const TopicName name = TopicName::from_checked(name_text);
  if (is_filter) {
    check_filter(filter);
  }
  if (is_name) {
    check_name(name);
  }
  if (is_filter && is_name && matches(filter, name)) {
    CHECK(filter.has_wildcard() || filter.pattern() == name.text());
    CHECK(!name.begins_with_dollar() || filter.pattern()[0] == '$');
  }
  return 0;
}

}  // namespace godwit::mqtt
