// Logging handles: one line is one event with key=value fields (logfmt), written by a sink that
// the application chooses. Rooms know the handle only.
//
//   log.info("listener_ready", {{"address", text}, {"kind", "tcp"}});
//
// error: a human must act. warn: we coped. info: life cycle. debug: per connection. trace: per
// packet. Never payloads, passwords or tokens. Lines that a client can cause use `client_event`,
// whose sink bounds them per event name and says how many it left out.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace godwit {

enum class LogLevel : std::uint8_t { kTrace, kDebug, kInfo, kWarn, kError, kOff };

// One key=value. Borrows its text: a field lives only inside the call that logs it.
struct LogField {
  std::string_view key;
  std::string_view value;
};

// Where lines go. Thread: any; the implementation guards itself.
class LogSink {
 public:
  virtual ~LogSink() = default;
  // `rate_limited`: the line was caused by a client and may be left out when there are too many.
  virtual void write(LogLevel level, std::string_view line, std::string_view event,
                     bool rate_limited) = 0;
  [[nodiscard]] virtual LogLevel level() const = 0;
};

// A cheap handle with context that stands on every line ("thread=0"). Copyable.
class Log {
 public:
  using Fields = std::initializer_list<LogField>;

  explicit Log(LogSink& sink, std::string context = {})
      : sink_(&sink), context_(std::move(context)) {}

  [[nodiscard]] Log with(std::string_view key, std::string_view value) const;
  [[nodiscard]] bool enabled(LogLevel level) const { return level >= sink_->level(); }

  void error(std::string_view event, Fields fields = {}) const {
    write(LogLevel::kError, event, fields, false);
  }
  void warn(std::string_view event, Fields fields = {}) const {
    write(LogLevel::kWarn, event, fields, false);
  }
  void info(std::string_view event, Fields fields = {}) const {
    write(LogLevel::kInfo, event, fields, false);
  }
  void debug(std::string_view event, Fields fields = {}) const {
    write(LogLevel::kDebug, event, fields, false);
  }
  // For whatever a peer can cause, at any level: rate-limited by the sink.
  void client_event(LogLevel level, std::string_view event, Fields fields = {}) const {
    write(level, event, fields, true);
  }

 private:
  void write(LogLevel level, std::string_view event, Fields fields, bool rate_limited) const;

  LogSink* sink_;
  std::string context_;
};

// "event=… context key=value …" with values quoted and escaped where logfmt asks for it, control
// characters always, so that no client can forge a line.
[[nodiscard]] std::string format_logfmt(std::string_view event, std::string_view context,
                                        std::span<const LogField> fields);

}  // namespace godwit
