#include "base/log.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace godwit {
namespace {

class RecordingSink final : public LogSink {
 public:
  explicit RecordingSink(LogLevel level) : level_(level) {}
  void write(LogLevel level, std::string_view line, std::string_view event,
             bool rate_limited) override {
    lines.push_back({level, std::string(line), std::string(event), rate_limited});
  }
  [[nodiscard]] LogLevel level() const override { return level_; }

  struct Line {
    LogLevel level;
    std::string text;
    std::string event;
    bool rate_limited;
  };
  std::vector<Line> lines;

 private:
  const LogLevel level_;
};

std::string formatted(std::string_view value) {
  const LogField field{"key", value};
  return format_logfmt("e", "", {&field, 1});
}

struct ValueRow {
  std::string_view value;
  std::string_view line;
};

const ValueRow kValues[] = {
    {"plain", "event=e key=plain"},
    {"with space", "event=e key=\"with space\""},
    {"", "event=e key=\"\""},
    {"a=b", "event=e key=\"a=b\""},
    {"say \"hi\"", "event=e key=\"say \\\"hi\\\"\""},
    {"back\\slash", "event=e key=\"back\\\\slash\""},
    {std::string_view("nul\0end", 7), "event=e key=\"nul\\x00end\""},
    {"tab\t", "event=e key=\"tab\\x09\""},
    {"\x1B[31mred", "event=e key=\"\\x1b[31mred\""},
    {"del\x7F", "event=e key=\"del\\x7f\""},
    // Bytes of UTF-8 stay as they are.
    {"Gr\xC3\xB6\xC3\x9F"
     "e",
     "event=e key=Gr\xC3\xB6\xC3\x9F"
     "e"},
};

TEST(Log, quotes_and_escapes_values_where_needed) {
  for (const ValueRow& row : kValues) {
    EXPECT_EQ(formatted(row.value), row.line);
  }
}

TEST(Log, no_value_can_forge_a_line_or_a_field) {
  const std::string line = formatted("x\nevent=login user=root\r\n");
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(line.find('\r'), std::string::npos);
  // All of it stays inside the quotes of the one field.
  EXPECT_EQ(line, "event=e key=\"x\\x0aevent=login user=root\\x0d\\x0a\"");
  EXPECT_EQ(formatted("\" admin=\"1"), "event=e key=\"\\\" admin=\\\"1\"");
}

TEST(Log, escapes_every_control_character) {
  for (unsigned c = 0; c < 0x20; ++c) {
    const char text = static_cast<char>(c);
    const std::string line = formatted({&text, 1});
    for (const char written : line) {
      EXPECT_GE(static_cast<unsigned char>(written), 0x20) << c;
    }
  }
}

TEST(Log, context_stands_between_event_and_fields) {
  RecordingSink sink(LogLevel::kInfo);
  const Log log = Log(sink).with("thread", "0").with("listener", "tcp one");
  log.info("ready", {{"address", "127.0.0.1:1883"}});
  ASSERT_EQ(sink.lines.size(), 1U);
  EXPECT_EQ(sink.lines[0].text, "event=ready thread=0 listener=\"tcp one\" address=127.0.0.1:1883");
  EXPECT_EQ(sink.lines[0].event, "ready");
  EXPECT_FALSE(sink.lines[0].rate_limited);
}

TEST(Log, context_of_a_derived_log_leaves_the_original_alone) {
  RecordingSink sink(LogLevel::kInfo);
  const Log log(sink);
  static_cast<void>(log.with("thread", "1"));
  log.info("ready");
  ASSERT_EQ(sink.lines.size(), 1U);
  EXPECT_EQ(sink.lines[0].text, "event=ready");
}

TEST(Log, writes_nothing_below_the_level_of_the_sink) {
  RecordingSink sink(LogLevel::kWarn);
  const Log log(sink);
  log.debug("d");
  log.info("i");
  log.client_event(LogLevel::kInfo, "c");
  EXPECT_TRUE(sink.lines.empty());
  EXPECT_FALSE(log.enabled(LogLevel::kInfo));
  log.warn("w");
  log.error("e");
  ASSERT_EQ(sink.lines.size(), 2U);
  EXPECT_EQ(sink.lines[0].level, LogLevel::kWarn);
  EXPECT_EQ(sink.lines[1].level, LogLevel::kError);
}

TEST(Log, lines_that_clients_cause_may_be_left_out) {
  RecordingSink sink(LogLevel::kTrace);
  Log(sink).client_event(LogLevel::kInfo, "packet_refused");
  ASSERT_EQ(sink.lines.size(), 1U);
  EXPECT_TRUE(sink.lines[0].rate_limited);
}

TEST(Log, off_writes_nothing_at_all) {
  RecordingSink sink(LogLevel::kOff);
  Log(sink).error("e");
  EXPECT_TRUE(sink.lines.empty());
}

}  // namespace
}  // namespace godwit
