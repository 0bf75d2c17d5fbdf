// A method of enhanced authentication in which what is said is plain: the client's first step is
// answered with "word?"; "open" lets it in as `user_name`, "busy" says so, "again" asks once more,
// and anything else is refused.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "broker/access/authentication_methods.h"

namespace godwit::testkit {

class TwoStepMethod final : public access::AuthenticationMethod {
 public:
  explicit TwoStepMethod(std::string user_name = "ann") : user_name_(std::move(user_name)) {}

  [[nodiscard]] std::string_view name() const override { return "two-step"; }
  [[nodiscard]] std::unique_ptr<access::AuthenticationExchange> begin() const override {
    return std::make_unique<Exchange>(user_name_);
  }

  // The only one, as FrontWorld takes them.
  [[nodiscard]] static access::AuthenticationMethods alone(std::string user_name = "ann") {
    access::AuthenticationMethods::List list;
    list.push_back(std::make_unique<TwoStepMethod>(std::move(user_name)));
    return access::AuthenticationMethods(std::move(list));
  }

 private:
  class Exchange final : public access::AuthenticationExchange {
   public:
    explicit Exchange(std::string user_name) : user_name_(std::move(user_name)) {}
    access::ExchangeAnswer step(ByteView data) override {
      using enum access::AuthenticationVerdict;
      const std::string_view word = as_text(data);
      if (!std::exchange(asked_, true) || word == "again") {
        const ByteView question = as_bytes("word?");
        return {.verdict = kContinue, .data = {question.begin(), question.end()}};
      }
      if (word == "busy") {
        return {.verdict = kBusy};
      }
      if (word != "open") {
        return {};
      }
      const ByteView welcome = as_bytes("welcome");
      return {.verdict = kAccepted,
              .principal = {TenantId(0), user_name_},
              .data = {welcome.begin(), welcome.end()}};
    }

   private:
    std::string user_name_;
    bool asked_ = false;
  };

  std::string user_name_;
};

}  // namespace godwit::testkit
