#include "broker/app/log_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

namespace godwit::app {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class ManualClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return now_; }
  void advance(Duration by) { now_ += by; }

 private:
  Instant now_{std::chrono::hours(1)};
};

class FixedWallClock final : public WallClock {
 public:
  [[nodiscard]] std::chrono::system_clock::time_point now() const override {
    return std::chrono::system_clock::time_point(std::chrono::milliseconds(1'769'860'800'123));
  }
};

class CollectedOutput final : public LogOutput {
 public:
  bool write_line(std::string_view line) override {
    if (stuck) {
      return false;
    }
    lines.emplace_back(line);
    return true;
  }
  std::vector<std::string> lines;
  bool stuck = false;
};

struct LogSinkTest : ::testing::Test {
  CollectedOutput output;
  ManualClock clock;
  FixedWallClock wall_clock;
  LogfmtSink sink{output, clock, wall_clock, LogLevel::kInfo};
  Log log{sink};
};

TEST(UtcText, is_rfc_3339_with_milliseconds) {
  const auto at = [](std::int64_t milliseconds) {
    return utc_text(std::chrono::system_clock::time_point(std::chrono::milliseconds(milliseconds)));
  };
  EXPECT_EQ(at(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(at(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(at(951'782'400'007), "2000-02-29T00:00:00.007Z");
}

TEST_F(LogSinkTest, writes_time_level_and_event) {
  log.with("thread", "0").info("ready", {{"address", "127.0.0.1:1883"}});
  EXPECT_THAT(output.lines, ElementsAre("time=2026-01-31T12:00:00.123Z level=info event=ready "
                                        "thread=0 address=127.0.0.1:1883\n"));
}

TEST_F(LogSinkTest, leaves_out_what_is_below_its_level) {
  log.debug("packet");
  EXPECT_THAT(output.lines, ElementsAre());
  sink.set_level(LogLevel::kDebug);
  log.debug("packet");
  EXPECT_EQ(output.lines.size(), 1U);
  sink.set_level(LogLevel::kOff);
  log.error("fire");
  EXPECT_EQ(output.lines.size(), 1U);
}

TEST_F(LogSinkTest, bounds_lines_of_clients_by_event_and_tells_what_it_left_out) {
  for (int i = 0; i < 1000; ++i) {
    log.client_event(LogLevel::kInfo, "protocol_error");
  }
  EXPECT_EQ(output.lines.size(), 50U);
  // Another event has its own bound; the broker's own lines have none.
  log.client_event(LogLevel::kInfo, "connect_refused");
  for (int i = 0; i < 100; ++i) {
    log.info("listener_ready");
  }
  EXPECT_EQ(output.lines.size(), 151U);

  output.lines.clear();
  clock.advance(std::chrono::seconds(1));
  sink.report_suppressed();
  EXPECT_THAT(output.lines,
              ElementsAre(EndsWith("level=warn event=suppressed name=protocol_error count=950\n")));

  output.lines.clear();
  for (int i = 0; i < 1000; ++i) {
    log.client_event(LogLevel::kInfo, "protocol_error");
  }
  EXPECT_EQ(output.lines.size(), 10U) << "a second earns ten lines";

  output.lines.clear();
  clock.advance(std::chrono::seconds(1));
  log.info("next");
  EXPECT_THAT(output.lines, ElementsAre(HasSubstr("count=990"), HasSubstr("event=next")));
}

TEST_F(LogSinkTest, counts_lines_that_the_output_did_not_take) {
  output.stuck = true;
  log.info("one");
  log.info("two");
  output.stuck = false;
  clock.advance(std::chrono::seconds(2));
  log.info("three");
  EXPECT_THAT(output.lines,
              ElementsAre(HasSubstr("event=log_lines_lost count=2"), HasSubstr("event=three")));
}

TEST(DescriptorOutput, does_not_wait_for_a_reader_that_hangs) {
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(::pipe(pipe_ends.data()), 0);
  DescriptorOutput output(pipe_ends[1]);
  const std::string line = std::string(1023, 'x') + "\n";
  ssize_t written = 0;
  while (output.write_line(line)) {
    ++written;  // Ends, though nobody reads.
  }
  EXPECT_GT(written, 0);
  EXPECT_FALSE(output.write_line("again\n"));

  std::vector<char> bytes(1U << 20U);
  EXPECT_EQ(::read(pipe_ends[0], bytes.data(), bytes.size()), written * 1024);
  EXPECT_TRUE(output.write_line("again\n"));
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);
}

TEST(DescriptorOutput, cuts_a_line_that_a_pipe_would_not_take_whole) {
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(::pipe(pipe_ends.data()), 0);
  DescriptorOutput output(pipe_ends[1]);
  EXPECT_TRUE(output.write_line(std::string(100'000, 'x')));
  std::array<char, 8192> bytes{};
  ASSERT_EQ(::read(pipe_ends[0], bytes.data(), bytes.size()), 4096);
  EXPECT_THAT(std::string(bytes.data(), 4096), EndsWith("x...\n"));
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);
}

}  // namespace
}  // namespace godwit::app
