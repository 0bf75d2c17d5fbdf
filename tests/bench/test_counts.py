"""The parts of the instruction counts that decide whether something got worse."""

import contextlib
import io
import pathlib
import sys
import tempfile
import types
import unittest
from unittest import mock

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE / "micro"))

import counts as tool  # noqa: E402
from harness import callgrind, counts  # noqa: E402

# As callgrind writes it: names are told once, inlined code has the file of another function, and
# what a call costs inside is in the line after `calls=`.
PROFILE = """version: 1
creator: callgrind-3.19.0
cmd: godwit_micro --counted=decode_puback
part: 1

desc: I1 cache:
desc: Timerange: Basic block 0 - 100
desc: Trigger: Client Request: decode_puback 40

positions: line
events: Ir
summary: 18446744073694593614

ob=(1) godwit_micro
fl=(1) one.cc
fn=(1) outer(int)
10 100
fi=(2) two.h
+3 20
cfi=(3) three.cc
cfn=(2) inner(int)
calls=40 7
-2 700
* 30
fe=(1)
12 50

fl=(3)
fn=(2)
7 600
8 0
fn=(1)
13 200
totals: 1000
"""
END = PROFILE.replace("Client Request: decode_puback 40", "Program termination")


class Profiles(unittest.TestCase):
    def test_tells_benchmark_and_instructions_of_an_operation(self):
        profile = callgrind.parse(PROFILE)
        self.assertEqual((profile.name, profile.operations, profile.total),
                         ("decode_puback", 40, 1000))
        self.assertEqual(profile.each, 25.0)

    def test_leaves_out_what_the_program_does_at_its_end(self):
        self.assertIsNone(callgrind.parse(END))
        self.assertIsNone(callgrind.parse(""))

    def test_gives_each_function_its_own_cost(self):
        # 100 + 20 + 30 + 50 + 200; the 700 of the call are the other's.
        self.assertEqual(callgrind.self_costs(PROFILE), {"outer(int)": 400, "inner(int)": 600})

    def test_own_costs_add_up_to_the_total(self):
        profile = callgrind.parse(PROFILE)
        self.assertEqual(sum(profile.functions.values()), profile.total)


class Comparing(unittest.TestCase):
    def verdict(self, before, now):
        return counts.compare({"x": before}, {"x": now}).rows[0].verdict

    def test_tolerates_five_percent_both_ways(self):
        self.assertEqual([self.verdict(100.0, now) for now in (95.0, 100.0, 105.0)], ["", "", ""])

    def test_tells_more_than_five_percent(self):
        self.assertEqual(self.verdict(100.0, 105.1), "WORSE")
        self.assertEqual(self.verdict(100.0, 94.9), "better")

    def test_worse_new_and_gone_are_not_fine_but_better_is(self):
        fine = {"worse": counts.compare({"x": 100.0}, {"x": 106.0}).fine,
                "new": counts.compare({"x": 100.0}, {"x": 100.0, "y": 1.0}).fine,
                "gone": counts.compare({"x": 100.0, "y": 1.0}, {"x": 100.0}).fine,
                "better": counts.compare({"x": 100.0}, {"x": 50.0}).fine}
        self.assertEqual(fine, {"worse": False, "new": False, "gone": False, "better": True})

    def test_says_what_to_do_about_each(self):
        said = "\n".join(counts.sentences(counts.compare(
            {"slower": 100.0, "faster": 100.0, "gone": 1.0},
            {"slower": 110.0, "faster": 80.0, "new": 1.0})))
        self.assertIn("slower takes 10.0% more instructions than the reference: 100.0 became 110.0",
                      said)
        self.assertIn("new is not in the reference", said)
        self.assertIn("gone is in the reference and there is no such benchmark", said)
        self.assertIn("1 got better by more than 5%: faster", said)
        self.assertIn("./dev bench --accept", said)

    def test_says_nothing_when_all_is_as_before(self):
        self.assertEqual(counts.sentences(counts.compare({"x": 1.0}, {"x": 1.0})), [])

    def test_shows_reference_count_and_change(self):
        shown = counts.table(counts.compare({"x": 1000.0, "z": 3.0}, {"x": 1100.0, "y": 2.0}))
        self.assertEqual([line.split() for line in shown.splitlines()[1:]],
                         [["x", "1,000.0", "1,100.0", "+10.0%", "WORSE"],
                          ["y", "-", "2.0", "-", "new"],
                          ["z", "3.0", "-", "-", "gone"]])


class TheReference(unittest.TestCase):
    def test_is_read_as_it_was_written(self):
        reference = counts.Reference('g++ "12"', {"flags": "-O2"}, {"b": 20.5, "a": 1.0})
        self.assertEqual(counts.read(counts.render(reference)), reference)

    def test_must_be_a_list_of_counts(self):
        for text in ("", "built_with = 'x'", "= 3", "[instructions]\nx = 1.0",
                     "built_with = 'x'\n[instructions]\nx = 'many'",
                     "built_with = 'x'\n[instructions]\nx = 0.0"):
            with self.assertRaises(counts.Unreadable, msg=text):
                counts.read(text)

    def test_of_the_tree_can_be_read(self):
        self.assertGreater(len(counts.load(tool.REFERENCE).instructions), 30)

    def test_that_is_missing_is_named(self):
        with self.assertRaisesRegex(counts.Unreadable, "no nowhere.toml"):
            counts.load(HERE / "nowhere.toml")


class TheTool(unittest.TestCase):
    """With counts that are made up."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="bench-test-")
        self.addCleanup(folder.cleanup)
        self.reference = pathlib.Path(folder.name) / "counts.toml"
        self.now = {"x": 100.0}
        self.built_with = "g++ 1"
        patched = mock.patch.object(
            tool, "count", lambda _: counts.Reference(self.built_with, {}, self.now))
        patched.start()
        self.addCleanup(patched.stop)

    def run_tool(self, what):
        arguments = types.SimpleNamespace(reference=self.reference)
        with contextlib.redirect_stdout(io.StringIO()) as out:
            status = {"check": tool.check, "accept": tool.accept}[what](arguments)
        return status, out.getvalue()

    def test_checks_against_what_was_accepted(self):
        self.assertEqual(self.run_tool("accept")[0], 0)
        self.assertEqual(self.run_tool("check")[0], 0)
        self.now = {"x": 106.0}
        status, said = self.run_tool("check")
        self.assertEqual(status, 1)
        self.assertIn("x takes 6.0% more", said)
        self.assertEqual(self.run_tool("accept")[0], 0)
        self.assertEqual(self.run_tool("check")[0], 0)

    def test_does_not_judge_another_compiler_and_says_so(self):
        self.run_tool("accept")
        self.now, self.built_with = {"x": 200.0}, "g++ 2"
        status, said = self.run_tool("check")
        self.assertEqual(status, 0)
        self.assertIn("NOT JUDGED: the reference is of g++ 1, and this is\ng++ 2", said)

    def test_has_nothing_to_check_against_without_a_reference(self):
        with self.assertRaises(counts.Unreadable):
            self.run_tool("check")


if __name__ == "__main__":
    unittest.main()
