#include "broker/app/pub_sub_lines.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <vector>

namespace godwit::app {
namespace {

class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe(ends_.data()), 0); }
  ~Pipe() {
    ::close(ends_[0]);
    close_writer();
  }
  void write(std::string_view text) const {
    EXPECT_EQ(::write(ends_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void close_writer() {
    if (ends_[1] >= 0) {
      ::close(ends_[1]);
      ends_[1] = -1;
    }
  }
  [[nodiscard]] int reader() const { return ends_[0]; }

 private:
  std::array<int, 2> ends_{-1, -1};
};

std::vector<std::string> take(LineReader& lines) {
  std::vector<std::string> found;
  while (const auto line = lines.next()) {
    found.emplace_back(*line);
  }
  return found;
}

using Texts = std::vector<std::string>;

TEST(LineReader, gives_lines_as_they_become_whole) {
  Pipe pipe;
  LineReader lines(pipe.reader(), 100);
  EXPECT_EQ(take(lines), Texts{});
  pipe.write("one\n\ntw");
  ASSERT_TRUE(lines.fill());
  EXPECT_EQ(take(lines), (Texts{"one", ""}));
  pipe.write("o\nthree");
  ASSERT_TRUE(lines.fill());
  EXPECT_EQ(take(lines), Texts{"two"});
  EXPECT_FALSE(lines.done());
  pipe.close_writer();
  ASSERT_TRUE(lines.fill());
  EXPECT_FALSE(lines.done());
  EXPECT_EQ(take(lines), Texts{"three"});
  EXPECT_TRUE(lines.done());
}

TEST(LineReader, makes_nothing_of_a_last_line_end) {
  Pipe pipe;
  LineReader lines(pipe.reader(), 100);
  pipe.write("one\n");
  pipe.close_writer();
  ASSERT_TRUE(lines.fill());
  ASSERT_TRUE(lines.fill());
  EXPECT_EQ(take(lines), Texts{"one"});
  EXPECT_TRUE(lines.done());
}

TEST(LineReader, refuses_a_line_without_end) {
  Pipe pipe;
  LineReader lines(pipe.reader(), 4);
  pipe.write("12345");
  ASSERT_TRUE(lines.fill());
  EXPECT_EQ(take(lines), Texts{});
  pipe.write("6");
  EXPECT_FALSE(lines.fill());
}

TEST(ReadToEnd, reads_everything_up_to_its_limit) {
  for (const std::size_t bytes_max : {5U, 4U}) {
    Pipe pipe;
    pipe.write("a\nb\nc");
    pipe.close_writer();
    const auto text = read_to_end(pipe.reader(), bytes_max);
    if (bytes_max == 5) {
      EXPECT_EQ(text.value(), "a\nb\nc");
    } else {
      EXPECT_FALSE(text);
    }
  }
}

}  // namespace
}  // namespace godwit::app
