import unittest

from planted_tree import PlantedTree

import check_layers
import tidy


def function_lengths(code):
    return [length for _, length in tidy.functions(check_layers.without_comments(code))]


class Tidy(PlantedTree):
    def problems(self):
        return tidy.check_tree(self.top)[1]

    def warnings(self):
        return tidy.check_tree(self.top)[2]

    def test_accepts_a_tidy_room(self):
        self.write("base/README.md", "# base\n")
        self.write("base/CMakeLists.txt", "add_room(base HEADERS bytes.h)\n")
        self.write("base/bytes.h", "#pragma once\n// TODO(#7): bounds\n")
        self.assertEqual(self.problems(), [])

    def test_finds_long_files(self):
        self.write("tools/a.py", "pass\n" * 501)
        self.assert_found(self.problems(), "501 lines")

    def test_warns_of_longish_files(self):
        self.write("tests/unit/a.cc", "int a;\n" * 301)
        self.assertEqual(self.problems(), [])
        self.assert_found(self.warnings(), "301 lines")

    def test_finds_long_functions(self):
        self.write("tests/unit/a.cc", "void f(int a) {\n" + "g();\n" * 69 + "}\n")
        self.assert_found(self.problems(), "a.cc:1: a function of 71 lines")

    def test_finds_sleeping_tests(self):
        self.write("tests/unit/a.cc", "void f() { std::this_thread::sleep_for(1ms); }\n")
        self.assert_found(self.problems(), "sleep_for", "ManualClock")

    def test_finds_banned_calls(self):
        for code in (
            "int a = rand();",
            "std::regex a;",
            "std::shared_ptr<Session> a;",
            "std::shared_ptr<const broker::session::Session> a;",
        ):
            with self.subTest(code):
                self.write("tests/unit/a.cc", code + "\n")
                self.assertEqual(len(self.problems()), 1)

    def test_does_not_take_longer_names_for_banned_calls(self):
        self.write("tests/unit/a.cc", "int a = operand(1) + random.rand(2);  // not rand()\n")
        self.assertEqual(self.problems(), [])

    def test_finds_using_namespace_in_headers(self):
        self.write("tests/testkit/a.h", "#pragma once\nusing namespace std;\n")
        self.assert_found(self.problems(), "a.h:2:", "using namespace")

    def test_finds_generated_headers_in_headers(self):
        self.write("tests/testkit/a.h", '#pragma once\n#include "proto/records.pb.h"\n')
        self.assert_found(self.problems(), "generated header")

    def test_finds_headers_without_pragma_once(self):
        self.write("tests/testkit/a.h", "int a();\n")
        self.assert_found(self.problems(), "#pragma once")

    def test_finds_todo_without_issue(self):
        self.write("tests/unit/a.cc", "// TODO" + ": later\n")
        self.assert_found(self.problems(), "without an issue")

    def test_finds_trailing_whitespace(self):
        self.write("docs/a.md", "# A\n\nb \n")
        self.assert_found(self.problems(), "docs/a.md:3: trailing whitespace")

    def test_finds_two_titles(self):
        self.write("docs/a.md", "# A\n\n```sh\n# not a title\n```\n\n# B\n")
        self.assert_found(self.problems(), "docs/a.md:7: more than one")

    def test_finds_a_page_without_title(self):
        self.write("docs/a.md", "text\n")
        self.assert_found(self.problems(), "no `# Title`")

    def test_finds_rooms_without_readme(self):
        self.write("base/CMakeLists.txt", "add_room(base HEADERS a.h)\n")
        self.write("base/a.h", "#pragma once\n")
        self.assert_found(self.problems(), "base has no README.md")

    def test_finds_dead_files(self):
        self.write("base/README.md", "# base\n")
        self.write("base/CMakeLists.txt", "add_room(base HEADERS a.h)\n")
        self.write("base/a.h", "#pragma once\n")
        self.write("base/b.h", "#pragma once\n")
        self.assert_found(self.problems(), "base/b.h:1:", "dead file")

    def test_finds_metrics_that_only_one_side_knows(self):
        self.write("base/README.md", "# base\n")
        self.write("base/CMakeLists.txt", "add_room(base SOURCES a.cc)\n")
        self.write(
            "base/a.cc",
            'auto a = {"godwit_a_total", "godwit_b_seconds", "godwit_c_total"};\n// "godwit_e"\n',
        )
        self.write(
            "docs/operations/metrics.md",
            "# Metrics\n\n`godwit_a_total` `godwit_b_seconds_bucket` `godwit_b_seconds` "
            "`godwit_d_total`\n",
        )
        problems = self.problems()
        self.assertEqual(len(problems), 2, problems)
        self.assertIn("godwit_c_total is not in", problems[0])
        self.assertIn("godwit_d_total is in no room", problems[1])


class Functions(unittest.TestCase):
    def test_sees_functions_methods_and_tests(self):
        code = """\
        namespace a {
        class B : public C<int (*)()> {
         public:
          explicit B(int x) : x_(x), y_{x} {
            g();
          }
          B(int x, int y) noexcept : y_{y}, x_(x) {}
          int f() const noexcept override {
            if (x_) {
              return [] { return 1; }();
            }
            return 0;
          }
          auto g() -> std::vector<int> {
            return {};
          }
          bool operator<(const B&) const = default;
          int x_ = 0;
          int y_{1};
        };
        const int kTable[] = {
            1,
            2,
        };
        TEST(A, b) {
          EXPECT_EQ("}", '{');
        }
        template <class T>
        struct D {
        };
        }  // namespace a
        """
        self.assertEqual(function_lengths(code), [3, 1, 6, 3, 3])

    def test_does_not_trip_over_macros_and_raw_strings(self):
        code = '#define F(x) \\\n  if (x) {\nvoid f() {\n  g(R"(}}}{)");\n}\nvoid h() {\n}\n'
        self.assertEqual(function_lengths(code), [3, 2])


if __name__ == "__main__":
    unittest.main()
