#include "broker/access/authentication_methods.h"

#include <algorithm>
#include <utility>

namespace godwit::access {

AuthenticationResult AuthenticationMethods::step(ExchangeStep step) const {
  if (step.exchange == nullptr) {
    const auto method = std::ranges::find(methods_, std::string_view(step.method),
                                          [](const auto& one) { return one->name(); });
    if (method == methods_.end()) {
      return {.verdict = AuthenticationVerdict::kUnknownMethod};
    }
    step.exchange = (*method)->begin();
  }
  ExchangeAnswer answer = step.exchange->step(step.data);
  AuthenticationResult result{.verdict = answer.verdict,
                              .principal = std::move(answer.principal),
                              .data = std::move(answer.data)};
  if (answer.verdict == AuthenticationVerdict::kContinue) {
    result.exchange = std::move(step.exchange);
  }
  return result;
}

}  // namespace godwit::access
