"""The parts of the harness that decide what a table says."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from harness import measure, report, scenarios, settings, syscalls  # noqa: E402

STRACE = """% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 50.00    0.000100           1       100           epoll_wait
 25.00    0.000050           1        51         1 recvfrom
 25.00    0.000050           1         9           mmap
------ ----------- ----------- --------- --------- ----------------
100.00    0.000200           1       160         1 total
"""


def row(scenario, broker, key, **more):
    return {"scenario": scenario, "broker": broker, "key": key, "rate": 10, "faults": {}, **more}


class Syscalls(unittest.TestCase):
    def test_reads_the_summary_of_strace(self):
        self.assertEqual(syscalls.parse(STRACE), {"epoll_wait": 100, "recvfrom": 51, "mmap": 9})

    def test_leaves_out_what_does_not_grow_with_messages(self):
        few = {"epoll_wait": 120, "mmap": 40}
        many = {"epoll_wait": 220, "mmap": 40, "sendto": 100}
        self.assertEqual(syscalls.per_message(few, many, 100), {"epoll_wait": 1.0, "sendto": 1.0})


class Report(unittest.TestCase):
    def test_compares_minima_with_the_floor_of_the_same_session(self):
        rows = [row("s", "floor", 2.0), row("s", "floor", 4.0),
                row("s", "godwit", 9.0), row("s", "godwit", 6.0)]
        brokers = report.cells(rows)["s"]
        self.assertEqual(report.of_floor(brokers["godwit"], brokers), 3.0)
        self.assertEqual(brokers["godwit"].median("key"), 7.5)

    def test_has_no_multiple_without_a_floor(self):
        brokers = report.cells([row("s", "godwit", 9.0)])["s"]
        self.assertIsNone(report.of_floor(brokers["godwit"], brokers))

    def test_shows_failed_runs_and_sums_faults(self):
        rows = [row("s", "godwit", 1.0, faults={"lost": 2}), row("s", "godwit", 1.0),
                {"scenario": "s", "broker": "godwit", "error": "died", "faults": {}}]
        cell = report.cells(rows)["s"]["godwit"]
        self.assertEqual(report.faults_text(cell), "lost 2, 1 failed runs")

    def test_survives_a_scenario_in_which_every_run_failed(self):
        rows = [{"scenario": "idle", "broker": "godwit", "error": "died", "faults": {}}]
        self.assertIn("died", report.text(scenarios.SCENARIOS, rows))
        about = {"command": "c", "commit": "1", "versions": {}, "settings": "",
                 "machine": {"cpu": "x", "cores": 1, "kernel": "k", "load_average": 0}}
        self.assertIn("1 failed runs", report.markdown(scenarios.SCENARIOS, rows, about))

    def test_keeps_three_digits(self):
        self.assertEqual([report.number(each) for each in (None, 0.1234, 123.4, 1234567, -2560)],
                         ["-", "0.123", "123", "1,234,567", "-2,560"])


class Scenarios(unittest.TestCase):
    def test_have_names_of_their_own(self):
        names = [each.name for each in scenarios.SCENARIOS]
        self.assertEqual(len(names), len(set(names)))

    def test_smoke_and_full_have_all_of_them(self):
        for depth in ("smoke", "full"):
            self.assertEqual(scenarios.choose(depth, []), list(scenarios.SCENARIOS))

    def test_refuse_an_unknown_name(self):
        with self.assertRaises(KeyError):
            scenarios.choose("quick", ["nonsense"])


class Settings(unittest.TestCase):
    def test_name_only_brokers_that_exist(self):
        configured = settings.load(HERE / "bench.toml")
        for depth in configured.depths.values():
            self.assertLessEqual(set(depth.brokers), set(configured.brokers))
            self.assertIn(f"[depth.{depth.name}]", settings.shown(depth, []))


class Faults(unittest.TestCase):
    def test_are_what_must_be_zero_and_is_not(self):
        result = {"lost": 0, "duplicates": 3, "delivered": 10, "stalls": 1}
        self.assertEqual(measure.faults_of(result), {"duplicates": 3})


if __name__ == "__main__":
    unittest.main()
