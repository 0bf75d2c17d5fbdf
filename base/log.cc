#include "base/log.h"

#include <array>

namespace godwit {
namespace {

bool needs_quotes(std::string_view value) {
  if (value.empty()) {
    return true;
  }
  for (char c : value) {
    const auto u = static_cast<unsigned char>(c);
    if (u <= ' ' || u == '"' || u == '=' || u == '\\' || u == 0x7F) {
      return true;
    }
  }
  return false;
}

void append_escaped(std::string& line, std::string_view value) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (char c : value) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (u < ' ' || u == 0x7F) {
      line += "\\x";
      line += kHex[u >> 4U];
      line += kHex[u & 0xFU];
    } else {
      line += c;
    }
  }
}

void append_field(std::string& line, std::string_view key, std::string_view value) {
  if (!line.empty()) {
    line += ' ';
  }
  line += key;
  line += '=';
  if (!needs_quotes(value)) {
    line += value;
    return;
  }
  line += '"';
  append_escaped(line, value);
  line += '"';
}

}  // namespace

std::string format_logfmt(std::string_view event, std::string_view context,
                          std::span<const LogField> fields) {
  std::string line;
  append_field(line, "event", event);
  if (!context.empty()) {
    line += ' ';
    line += context;
  }
  for (const LogField& field : fields) {
    append_field(line, field.key, field.value);
  }
  return line;
}

Log Log::with(std::string_view key, std::string_view value) const {
  std::string context = context_;
  append_field(context, key, value);
  return Log(*sink_, std::move(context));
}

void Log::write(LogLevel level, std::string_view event, Fields fields, bool rate_limited) const {
  if (!enabled(level)) {
    return;
  }
  sink_->write(level, format_logfmt(event, context_, {fields.begin(), fields.size()}), event,
               rate_limited);
}

}  // namespace godwit
