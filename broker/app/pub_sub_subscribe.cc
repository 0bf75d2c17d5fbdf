// `godwit sub`.
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>
#include <vector>

#include "broker/app/pub_sub_session.h"

namespace godwit::app {
namespace {

// Text that is gathered before it is written, within one turn.
constexpr std::size_t kTextBytesMax = std::size_t{64} << 10U;

class Subscriber final : public PubSubSession {
 public:
  explicit Subscriber(const SubCommand& command)
      : PubSubSession("sub", command.connection), command_(command) {}

  int run() {
    const Instant deadline = command_.timeout ? add_saturating(now(), *command_.timeout) : kNever;
    if (connect(deadline) && ask()) {
      while (!done_ && now() < deadline && turn(deadline)) {
        write();
      }
    }
    write();
    // Not over by itself, not interrupted: the time was up.
    if (!done_ && !failed() && !interrupted() && now() >= deadline) {
      set_exit_code(kExitTimeout);
    }
    return finish();
  }

 private:
  // Sends the requests; false after a report.
  bool ask() {
    if (!command_.unsubscribe.empty()) {
      std::vector<mqtt::TopicFilter> filters;
      for (const std::string& filter : command_.unsubscribe) {
        filters.push_back(mqtt::TopicFilter::from_checked(filter));
      }
      if (!taken(client().unsubscribe(filters, now()))) {
        return false;
      }
    }
    if (command_.topics.empty()) {
      return true;
    }
    std::vector<mqtt::FilterRequest> requests;
    for (const std::string& topic : command_.topics) {
      mqtt::FilterRequest request{mqtt::TopicFilter::from_checked(topic), {.qos = command_.qos}};
      if (command_.retained == RetainedChoice::kNoRetained) {
        request.options.retain_handling = mqtt::RetainHandling::kDoNotSend;
      }
      requests.push_back(request);
    }
    return taken(client().subscribe(requests, 0, now()));
  }

  bool taken(const Result<mqtt::PacketId, client::RequestError>& id) {
    if (!id) {
      report(fmt::format("cannot subscribe: {}", client::request_error_text(id.error())));
    }
    return id.has_value();
  }

  void subscribed(mqtt::PacketId, ByteView reason_codes) override {
    std::size_t refusals = 0;
    for (std::size_t i = 0; i < reason_codes.size(); ++i) {
      const auto code = static_cast<mqtt::ReasonCode>(reason_codes[i]);
      if (is_error(code)) {
        ++refusals;
        report(fmt::format("the broker refused the subscription to `{}`: {}", command_.topics[i],
                           reason_code_name(code)));
      }
    }
    if (refusals == reason_codes.size() || command_.exit_after_subscribe) {
      end();
    }
  }

  void unsubscribed(mqtt::PacketId, ByteView) override {
    if (command_.topics.empty()) {
      end();
    }
  }

  void message(const mqtt::Publish& message) override {
    if (done_ || (command_.retained == RetainedChoice::kNoRetained && message.retain)) {
      return;
    }
    if (command_.retained == RetainedChoice::kOnlyRetained && !message.retain) {
      // Live messages come behind the retained ones.
      return end();
    }
    command_.format.append_to(text_, message);
    if (text_.size() >= kTextBytesMax) {
      write();
    }
    if (++count_ == command_.count) {
      end();
    }
  }

  // Nothing more is wanted. The broker hears it at once, so that it sends no more.
  void end() {
    done_ = true;
    client().disconnect();
  }

  void write() {
    if (text_.empty()) {
      return;
    }
    const bool written = std::fwrite(text_.data(), 1, text_.size(), stdout) == text_.size();
    if ((!written || std::fflush(stdout) != 0) && !done_) {
      report("cannot write to standard output: " + std::generic_category().message(errno));
      end();
    }
    text_.clear();
  }

  const SubCommand& command_;
  std::string text_;
  std::uint64_t count_ = 0;
  bool done_ = false;
};

}  // namespace

int run_sub(const SubCommand& command) { return Subscriber(command).run(); }

}  // namespace godwit::app
