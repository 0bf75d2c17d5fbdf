// A rule file of any bytes is refused with a place or becomes a policy, and what the policy says of
// a filter agrees with what it says of a topic.
//
// Input: four lines for user name, client id, topic and filter, then the rules. The rules are read
// as a password file too, which must not fall over either.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "broker/access/password_file.h"
#include "broker/access/policy.h"
#include "broker/mqtt/limits.h"

namespace {

using godwit::access::Action;
using godwit::access::FilterAccess;
using godwit::mqtt::CodecLimits;
using godwit::mqtt::TopicFilter;
using godwit::mqtt::TopicName;

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(line.size() < text.size() ? line.size() + 1 : line.size());
  return line;
}

void check_password_file(std::string_view text) {
  const auto file = godwit::access::PasswordFile::parse(text, "users");
  if (!file) {
    CHECK(!file.error().empty());
    return;
  }
  const auto again = godwit::access::PasswordFile::parse(file->text(), "users");
  CHECK(again.has_value() && again->text() == file->text());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const godwit::access::Principal principal{godwit::TenantId{}, std::string(take_line(rest))};
  const godwit::access::Subject subject{principal, take_line(rest)};
  const std::string_view topic_text = take_line(rest);
  const std::string_view filter_text = take_line(rest);
  check_password_file(rest);

  const auto parsed = godwit::access::Policy::parse(rest, "rules");
  if (!parsed) {
    for (const godwit::Error& error : parsed.error()) {
      CHECK(error.text.starts_with("rules:"));
    }
    return 0;
  }
  const CodecLimits limits;
  if (TopicName::check(topic_text, limits) || TopicFilter::check(filter_text, limits)) {
    return 0;
  }
  const auto topic = TopicName::from_checked(topic_text);
  const auto filter = TopicFilter::from_checked(filter_text);
  const bool allowed = (*parsed)->authorize(subject, Action::kSubscribe, topic);
  const FilterAccess access = (*parsed)->authorize_filter(subject, filter);
  if (godwit::mqtt::matches(filter, topic)) {
    CHECK(access != (allowed ? FilterAccess::kNone : FilterAccess::kAll));
  }
  return 0;
}
