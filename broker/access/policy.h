// The one authorize(): may this subject do this to this topic?
//
// A Policy is immutable once parsed, cheap to copy, and shared by all threads. It answers at
// subscribe, publish, live delivery, retained, resume, QoS 2 release, will and shared delivery
// (design section 9). Deny is the default, an empty policy denies everything.
//
// Rules are lines, the first that applies decides:
//
//   # allow or deny   who              what        topics
//   allow             user dashboard   subscribe   #
//   allow             everyone         any         devices/%c/#
//   deny              client probe-7   publish     alarms/+
//
// who: `user NAME`, `client ID`, `anonymous`, `authenticated`, `everyone`. what: `publish`,
// `subscribe` (also what is delivered), `any`. %c stands for the client id and %u for the user
// name, each as a whole level; a name that contains `/`, `+` or `#` never matches such a level.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "broker/access/principal.h"
#include "broker/mqtt/topic.h"

namespace godwit::access {

enum class Action : std::uint8_t { kPublish, kSubscribe };

// What a policy says of all the topics that a filter can match.
enum class FilterAccess : std::uint8_t {
  kAll,   // Every one is allowed: nothing to ask at delivery.
  kSome,  // It depends on the topic: ask for each.
  kNone,  // None is allowed: refuse the SUBSCRIBE.
};

class Policy {
 public:
  // All mistakes at once, each with file and line.
  [[nodiscard]] static Result<std::shared_ptr<const Policy>, std::vector<Error>> parse(
      std::string_view text, std::string_view file_name);
  // For development mode and tests.
  [[nodiscard]] static std::shared_ptr<const Policy> allow_all();
  [[nodiscard]] bool authorize(const Subject& subject, Action action, mqtt::TopicName topic) const;
  [[nodiscard]] FilterAccess authorize_filter(const Subject& subject,
                                              mqtt::TopicFilter filter) const;

 private:
  struct Rules;
  explicit Policy(std::shared_ptr<const Rules> rules);
  std::shared_ptr<const Rules> rules_;
};

}  // namespace godwit::access
