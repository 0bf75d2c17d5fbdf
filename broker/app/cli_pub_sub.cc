// `godwit pub` and `godwit sub`.

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <utility>

#include "broker/app/cli_connection_flags.h"
#include "broker/app/cli_subcommand.h"
#include "broker/app/exit_code.h"

namespace godwit::app {
namespace {

constexpr const char* kPubFooter =
    "Example: godwit pub -t home/door -m open\n\n"
    "Waits until the broker has every message at QoS 1 or 2. Does not reconnect.\n\n"
    "Exit codes: 0 done, 1 refused, or the connection was lost, 2 the command line or a file that "
    "it names is wrong.";

constexpr const char* kSubFooter =
    "Example: godwit sub -v -t 'home/#'\n\n"
    "Ends with --count, --timeout, SIGINT or SIGTERM. Does not reconnect.\n\n"
    "Exit codes: 0 done, or ended by a signal, 1 refused, or the connection was lost, 2 the "
    "command "
    "line or a file that it names is wrong, 27 --timeout has run out.";

constexpr double kSecondsMax = 86'400.0 * 365;

Command usage(std::string_view name, std::string_view text) {
  return PrintCommand{
      fmt::format("godwit {}: {}\nRun `godwit {} --help` for the flags.\n", name, text, name),
      kExitUsage};
}

mqtt::CodecLimits no_own_limits() { return client::ClientLimits{}.codec; }

class Pub final : public Subcommand {
 public:
  explicit Pub(CLI::App& root)
      : app_(*root.add_subcommand("pub", "Publish messages, like mosquitto_pub")) {
    app_.footer(kPubFooter);
    flags_.add_to(app_);
    app_.add_option("-t,--topic", topic_, "The topic")->type_name("TOPIC");
    app_.add_option("-m,--message", text_, "The message")->type_name("TEXT");
    app_.add_option("-f,--file", file_, "The message is the content of this file")
        ->type_name("FILE");
    app_.add_flag("-s,--stdin-file", stdin_file_, "The message is all of standard input");
    app_.add_flag("-l,--stdin-line", stdin_line_, "Each line of standard input is a message");
    app_.add_flag("-n,--null-message", null_message_,
                  "An empty message; with --retain it removes the retained one");
    app_.add_option("-q,--qos", qos_, "The QoS")
        ->type_name("N")
        ->check(CLI::Range(0, 2))
        ->capture_default_str();
    app_.add_flag("-r,--retain", retain_, "The broker keeps the message for later subscribers");
    app_.add_option("-D,--property", properties_,
                    "A user property; may be given several times; MQTT 5")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
    app_.add_option("--repeat", repeat_, "Publish the message this many times")
        ->type_name("N")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app_.add_option("--repeat-delay", repeat_delay_seconds_,
                    "Seconds between two of them; may be a fraction [0]")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.0, kSecondsMax));
  }

  [[nodiscard]] std::optional<Command> chosen() const override {
    if (!app_.parsed()) {
      return std::nullopt;
    }
    auto made = command();
    return made ? Command(std::move(*made)) : usage("pub", made.error().text);
  }

 private:
  [[nodiscard]] Result<PayloadSource> payload() const {
    const int sources = (text_ ? 1 : 0) + (file_ ? 1 : 0) + (stdin_file_ ? 1 : 0) +
                        (stdin_line_ ? 1 : 0) + (null_message_ ? 1 : 0);
    if (sources != 1) {
      return fail(
          Error{"say once what to publish: --message, --file, --stdin-file, --stdin-line "
                "or --null-message"});
    }
    if (text_) {
      return TextPayload{*text_};
    }
    if (file_) {
      return FilePayload{*file_};
    }
    if (stdin_file_) {
      return StandardInputPayload{};
    }
    if (stdin_line_) {
      return StandardInputLines{};
    }
    return NoPayload{};
  }

  [[nodiscard]] Result<std::vector<client::UserProperty>> user_properties(
      mqtt::ProtocolVersion version) const {
    std::vector<client::UserProperty> found;
    for (const std::string& text : properties_) {
      const std::size_t equals = text.find('=');
      if (equals == std::string::npos) {
        return fail(Error{fmt::format("`{}` is no NAME=VALUE", text)});
      }
      found.push_back({text.substr(0, equals), text.substr(equals + 1)});
    }
    // The same rules as in CONNECT.
    client::ClientSettings settings;
    settings.version = version;
    settings.user_properties = found;
    if (auto checked = client::check(settings); !checked) {
      return fail(std::move(checked.error()));
    }
    return found;
  }

  [[nodiscard]] Result<PubCommand> command() const {
    auto connection = flags_.connection();
    auto url_topic = flags_.url_topic();
    auto source = payload();
    if (!connection || !url_topic || !source) {
      return fail(!connection ? connection.error()
                              : (!url_topic ? url_topic.error() : source.error()));
    }
    auto properties = user_properties(connection->settings.version);
    if (!properties) {
      return fail(std::move(properties.error()));
    }
    PubCommand command{.connection = std::move(*connection),
                       .topic = topic_.value_or(*url_topic),
                       .payload = std::move(*source),
                       .user_properties = std::move(*properties),
                       .qos = static_cast<mqtt::Qos>(qos_),
                       .retain = retain_,
                       .repeat = repeat_};
    command.repeat_delay = std::chrono::milliseconds(
        static_cast<std::chrono::milliseconds::rep>(repeat_delay_seconds_ * 1'000));
    if (command.topic.empty()) {
      return fail(Error{"say where to publish: --topic"});
    }
    if (mqtt::TopicName::check(command.topic, no_own_limits())) {
      return fail(Error{fmt::format(
          "`{}` is no topic to publish to: it is too long, not UTF-8, or has a wildcard (+, #)",
          command.topic)});
    }
    return command;
  }

  CLI::App& app_;
  ConnectionFlags flags_;
  std::optional<std::string> topic_;
  std::optional<std::string> text_;
  std::optional<std::string> file_;
  bool stdin_file_ = false;
  bool stdin_line_ = false;
  bool null_message_ = false;
  std::uint32_t qos_ = 0;
  bool retain_ = false;
  std::vector<std::string> properties_;
  std::uint32_t repeat_ = 1;
  double repeat_delay_seconds_ = 0;
};

class Sub final : public Subcommand {
 public:
  explicit Sub(CLI::App& root)
      : app_(*root.add_subcommand("sub", "Print messages, like mosquitto_sub")) {
    app_.footer(kSubFooter);
    flags_.add_to(app_);
    app_.add_option("-t,--topic", topics_, "A topic filter; may be given several times")
        ->type_name("FILTER")
        ->allow_extra_args(false);
    app_.add_option("-U,--unsubscribe", unsubscribe_,
                    "A filter to drop from a kept session; may be given several times")
        ->type_name("FILTER")
        ->allow_extra_args(false);
    app_.add_option("-q,--qos", qos_, "The highest QoS that messages come with")
        ->type_name("N")
        ->check(CLI::Range(0, 2))
        ->capture_default_str();
    app_.add_option("-C,--count", count_, "End after this many messages")
        ->type_name("N")
        ->check(CLI::PositiveNumber);
    app_.add_option("-W,--timeout", timeout_seconds_, "End after this many seconds, with code 27")
        ->type_name("SECONDS")
        ->check(CLI::Range(1U, static_cast<unsigned>(kSecondsMax)));
    app_.add_flag("-E,--exit-after-subscribe", exit_after_subscribe_,
                  "End once the broker has taken the subscriptions");
    CLI::Option* verbose = app_.add_flag("-v,--verbose", verbose_, "Print topic and payload");
    CLI::Option* format =
        app_.add_option("-F,--format", format_,
                        "How to print a message: %t topic, %p payload, %x payload in hexadecimal, "
                        "%q QoS, %r RETAIN, %% a percent sign, \\n \\t \\\\")
            ->type_name("TEXT")
            ->excludes(verbose);
    app_.add_flag("--json", json_, "Print an object a line")->excludes(verbose)->excludes(format);
    CLI::Option* retained =
        app_.add_flag("--retained-only", retained_only_,
                      "Print retained messages, and end with the first other one");
    app_.add_flag("-R,--no-retained", no_retained_, "Leave out retained messages")
        ->excludes(retained);
  }

  [[nodiscard]] std::optional<Command> chosen() const override {
    if (!app_.parsed()) {
      return std::nullopt;
    }
    auto made = command();
    return made ? Command(std::move(*made)) : usage("sub", made.error().text);
  }

 private:
  [[nodiscard]] Result<MessageFormat> message_format() const {
    if (json_) {
      return MessageFormat::json();
    }
    if (format_) {
      return MessageFormat::parse(*format_);
    }
    return verbose_ ? MessageFormat::parse("%t %p") : MessageFormat();
  }

  [[nodiscard]] static Result<void> check_filters(const std::vector<std::string>& filters) {
    for (const std::string& filter : filters) {
      if (mqtt::TopicFilter::check(filter, no_own_limits())) {
        return fail(
            Error{fmt::format("`{}` is no topic filter: empty, too long, not UTF-8, or `+` "
                              "or `#` do not stand alone in a level",
                              filter)});
      }
    }
    return {};
  }

  [[nodiscard]] Result<SubCommand> command() const {
    auto connection = flags_.connection();
    auto url_topic = flags_.url_topic();
    auto format = message_format();
    if (!connection || !url_topic || !format) {
      return fail(!connection ? connection.error()
                              : (!url_topic ? url_topic.error() : format.error()));
    }
    SubCommand command{.connection = std::move(*connection),
                       .topics = topics_,
                       .unsubscribe = unsubscribe_,
                       .qos = static_cast<mqtt::Qos>(qos_),
                       .format = std::move(*format),
                       .count = count_,
                       .exit_after_subscribe = exit_after_subscribe_};
    if (!url_topic->empty()) {
      command.topics.push_back(*url_topic);
    }
    if (timeout_seconds_) {
      command.timeout = std::chrono::seconds(*timeout_seconds_);
    }
    command.retained = retained_only_ ? RetainedChoice::kOnlyRetained
                       : no_retained_ ? RetainedChoice::kNoRetained
                                      : RetainedChoice::kAll;
    if (command.topics.empty() && command.unsubscribe.empty()) {
      return fail(Error{"say what to subscribe to: --topic"});
    }
    for (const auto* filters : {&command.topics, &command.unsubscribe}) {
      if (auto checked = check_filters(*filters); !checked) {
        return fail(std::move(checked.error()));
      }
    }
    return command;
  }

  CLI::App& app_;
  ConnectionFlags flags_;
  std::vector<std::string> topics_;
  std::vector<std::string> unsubscribe_;
  std::uint32_t qos_ = 0;
  std::optional<std::uint64_t> count_;
  std::optional<std::uint32_t> timeout_seconds_;
  bool exit_after_subscribe_ = false;
  bool verbose_ = false;
  std::optional<std::string> format_;
  bool json_ = false;
  bool retained_only_ = false;
  bool no_retained_ = false;
};

}  // namespace

std::unique_ptr<Subcommand> add_pub(CLI::App& root) { return std::make_unique<Pub>(root); }
std::unique_ptr<Subcommand> add_sub(CLI::App& root) { return std::make_unique<Sub>(root); }

}  // namespace godwit::app
