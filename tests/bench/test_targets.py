"""What the table of targets says."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from harness import report, scenarios, settings, targets  # noqa: E402


def row(scenario, broker, key, **more):
    return {"scenario": scenario, "broker": broker, "key": key, "rate": 10, "faults": {}, **more}


class Targets(unittest.TestCase):
    UNITS = {"a": "bytes", "b": "µs"}

    def judge(self, target, *rows, reasons=None):
        return targets.judge_one(settings.Target(**target), report.cells(rows), self.UNITS,
                                 reasons or {})

    def test_stand_on_scenarios_of_quick_and_full(self):
        configured = settings.load(HERE / "bench.toml")
        for depth in ("quick", "full"):
            names = {each.name for each in scenarios.choose(depth, [])}
            for each in configured.targets:
                self.assertLessEqual({each.scenario, each.of.get("scenario", each.scenario)}, names)
                self.assertIn(each.of.get("broker", "godwit"), configured.depths[depth].brokers)
                self.assertLessEqual(set(each.of), {"broker", "scenario"})

    def test_that_are_not_met_are_explained_by_scenarios_that_have_one(self):
        aimed = {each.scenario for each in settings.load(HERE / "bench.toml").targets}
        self.assertLessEqual(set(targets.load_reasons(HERE / "explained.toml")), aimed)

    def test_compare_a_figure_with_a_bound(self):
        verdict = self.judge({"scenario": "a", "at_most": 700}, row("a", "godwit", 700.4))
        self.assertEqual(verdict.words(), ["a", "≤ 700 bytes", "700", "met", ""])
        verdict = self.judge({"scenario": "a", "at_most": 700}, row("a", "godwit", 701))
        self.assertEqual(verdict.verdict, "NOT MET")

    def test_compare_minima_with_another_broker_or_another_scenario(self):
        rows = [row("a", "godwit", 9.0), row("a", "godwit", 6.0), row("a", "floor", 3.0),
                row("a", "floor", 4.0), row("b", "godwit", 12.0)]
        verdict = self.judge({"scenario": "a", "at_most": 2, "of": {"broker": "floor"}}, *rows)
        self.assertEqual(verdict.words(), ["a", "≤ 2 × floor", "2 (6 / 3)", "met", ""])
        verdict = self.judge({"scenario": "b", "at_most": 1.5, "of": {"scenario": "a"}}, *rows)
        self.assertEqual(verdict.words()[1:4], ["≤ 1.5 × godwit at a", "2 (12 / 6)", "NOT MET"])
        verdict = self.judge(
            {"scenario": "b", "at_most": 4, "of": {"broker": "floor", "scenario": "a"}}, *rows)
        self.assertEqual(verdict.words()[1:4], ["≤ 4 × floor at a", "4 (12 / 3)", "met"])

    def test_may_be_on_a_detail(self):
        verdict = self.judge({"scenario": "a", "at_most": 2, "field": "p99", "unit": "× p99"},
                             row("a", "godwit", 1, p99=2.5))
        self.assertEqual(verdict.words()[1:4], ["≤ 2 × p99", "2.5", "NOT MET"])

    def test_say_when_they_were_seen_at_another_size(self):
        target = {"scenario": "a", "at_most": 150, "size": 1000}
        self.assertEqual(self.judge(target, row("a", "godwit", 10, size=200)).seen, "10 at 200")
        self.assertEqual(self.judge(target, row("a", "godwit", 10, size=1000)).seen, "10")

    def test_are_explained_only_while_they_are_not_met(self):
        target, reasons = {"scenario": "a", "at_most": 1}, {"a": "the wire\nis long"}
        missed = self.judge(target, row("a", "godwit", 2), reasons=reasons)
        self.assertEqual(missed.why, "the wire is long")
        self.assertEqual(self.judge(target, row("a", "godwit", 1), reasons=reasons).why, "")
        self.assertEqual(self.judge(target, row("a", "godwit", 2)).why, "not explained")

    def test_are_not_met_by_a_run_that_lost_something(self):
        verdict = self.judge({"scenario": "a", "at_most": 5},
                             row("a", "godwit", 1, faults={"lost": 2}), reasons={"a": "noise"})
        self.assertEqual((verdict.verdict, verdict.why), ("NOT MET", "lost 2"))

    def test_say_why_they_were_not_measured(self):
        target = {"scenario": "a", "at_most": 1, "of": {"broker": "floor"}}
        failed = {"scenario": "a", "broker": "floor", "error": "died", "faults": {}}
        ours = row("a", "godwit", 1)
        for rows, why in (([], "a was not run"),
                          ([ours], "a was not run with floor"),
                          ([ours, failed], "every run of a with floor failed"),
                          ([ours, row("a", "floor", 0)],
                           "the figure to compare with is 0: measure longer")):
            verdict = self.judge(target, *rows)
            self.assertEqual((verdict.seen, verdict.verdict, verdict.why),
                             ("-", "not measured", why))

    def test_are_shown_with_the_reason_below_and_counted(self):
        verdicts = [self.judge({"scenario": "a", "at_most": 1}, row("a", "godwit", 2)),
                    self.judge({"scenario": "b", "at_most": 1}, row("b", "godwit", 1)),
                    self.judge({"scenario": "b", "at_most": 1})]
        lines = targets.text(verdicts).splitlines()
        self.assertTrue(lines[1].startswith("a") and lines[1].endswith("NOT MET"))
        self.assertEqual(lines[2], "    not explained")
        self.assertTrue(lines[3].startswith("b") and lines[3].endswith("met"))
        self.assertTrue(lines[4].endswith("not measured: b was not run"))
        self.assertEqual(lines[-1], "targets: 1 met, 1 NOT MET, 1 not measured")
        self.assertIn("| a | ≤ 1 bytes | 2 | NOT MET | not explained |", targets.markdown(verdicts))


if __name__ == "__main__":
    unittest.main()
