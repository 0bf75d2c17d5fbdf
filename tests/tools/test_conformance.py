"""The tool that finds which test holds which statement."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import conformance  # noqa: E402

CPP = """
// MQTT-1.0.0-1: for the whole file.
void helper() {}

// E-001, MQTT-3.1.2-4 to -6.
TEST(Suite, first) {
  run();  // MQTT311-3.8.4-1, -3.
}

TEST_P(Suite, second) {
}
// Behind the last test: E-009.
"""

PYTHON = '''
class Clients(BrokerTest):
    def test_one(self):
        """MQTT-3.3.1-1."""

    def helper(self):
        pass  # E-002

    def test_two(self):
        pass
'''

ROWS = '''
TABLE = {"E-003": 1}

# MQTT-3.3.1-2.
@row("MQTT-3.3.1-1", "E-004", cases={
    "one": 1,
})
def the_first(server, case):
    pass  # E-005

def helper():
    pass  # E-006

@row("E-004")
def the_second(server):
    pass
'''

LOG = """
test_the_first (test_wire_rows.GodwitRows.test_the_first) ... ok
test_the_second (test_wire_rows.GodwitRows.test_the_second) ... FAIL
test_the_first (test_wire_rows.MosquittoRows.test_the_first) ... FAIL
test_the_second (test_wire_rows.MuteRows.test_the_second) ... ok
"""


class Citations(unittest.TestCase):
    def test_lists_and_ranges_are_written_out(self):
        rows = {
            "MQTT-3.1.2-24": ["MQTT-3.1.2-24"],
            "E-012, E-013": ["E-012", "E-013"],
            "MQTT-3.3.4-3 to -5": ["MQTT-3.3.4-3", "MQTT-3.3.4-4", "MQTT-3.3.4-5"],
            "MQTT311-3.8.4-1, -2 and -6": [
                "MQTT311-3.8.4-1",
                "MQTT311-3.8.4-2",
                "MQTT311-3.8.4-6",
            ],
            "MQTT-3.1.3-5,\n// -8": ["MQTT-3.1.3-5", "MQTT-3.1.3-8"],
            "no id, not E-12x nor MQTT-3": [],
        }
        for text, ids in rows.items():
            with self.subTest(text):
                self.assertEqual(list(conformance.ids_in(text)), ids)

    def test_tests_are_found_with_their_comments(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "some_test.cc").write_text(CPP, encoding="utf-8")
            (root / "test_clients.py").write_text(PYTHON, encoding="utf-8")
            cited = conformance.citations(root)
        both = {"Suite.first", "Suite.second"}
        one, two = "test_clients.Clients.test_one", "test_clients.Clients.test_two"
        self.assertEqual(
            dict(cited),
            {
                "MQTT-1.0.0-1": both,
                "E-009": both,
                "E-001": {"Suite.first"},
                "MQTT-3.1.2-4": {"Suite.first"},
                "MQTT-3.1.2-5": {"Suite.first"},
                "MQTT-3.1.2-6": {"Suite.first"},
                "MQTT311-3.8.4-1": {"Suite.first"},
                "MQTT311-3.8.4-3": {"Suite.first"},
                "MQTT-3.3.1-1": {one},
                "E-002": {one, two},
            },
        )

    def test_wire_rows_are_tests(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "rows_some.py").write_text(ROWS, encoding="utf-8")
            cited = conformance.citations(root)
        first, second = "wire.the_first", "wire.the_second"
        self.assertEqual(
            dict(cited),
            {
                "E-003": {first, second},
                "E-006": {first, second},
                "MQTT-3.3.1-1": {first},
                "MQTT-3.3.1-2": {first},
                "E-004": {first, second},
                "E-005": {first},
            },
        )

    def test_a_wire_row_ended_as_it_did_on_godwit(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "unittest-wire.log").write_text(LOG, encoding="utf-8")
            found = conformance.results(pathlib.Path(folder))
        rows = {name: outcome for name, outcome in found.items() if name.startswith("wire.")}
        self.assertEqual(rows, {"wire.the_first": "passed", "wire.the_second": "failed"})


class Judgement(unittest.TestCase):
    def judge(self, tests, outcomes, who="S", exceptions=None):
        statement = conformance.Statement("E-001", who, "duty", "section")
        return conformance.judge(statement, tests, outcomes, exceptions or {})[0]

    def test_every_test_of_a_statement_has_to_pass(self):
        self.assertEqual(self.judge({"a", "b"}, {"a": "passed", "b": "passed"}), "passed")
        self.assertEqual(self.judge({"a", "b"}, {"a": "passed", "b": "failed"}), "failed")
        self.assertEqual(self.judge({"a", "b"}, {"a": "passed"}), "failed")
        self.assertEqual(self.judge({"a"}, {"a": "skipped"}), "failed")

    def test_a_statement_without_a_test_is_a_gap_unless_there_is_a_reason(self):
        self.assertEqual(self.judge(set(), {}), "gap")
        self.assertEqual(self.judge(set(), {}, exceptions={"E-001": "why"}), "exception")
        self.assertEqual(self.judge(set(), {}, who="C"), "client")


class Lists(unittest.TestCase):
    def test_are_complete(self):
        counts = {
            title: len(list(conformance.read_list(name)))
            for title, name in conformance.LISTS.items()
        }
        self.assertEqual(list(counts.values()), [251, 141, 120])

    def test_exceptions_name_statements_that_exist(self):
        known = {row.id for name in conformance.LISTS.values() for row in conformance.read_list(name)}
        self.assertLessEqual(set(conformance.read_exceptions()), known)

    def test_the_page_ends_with_the_deviations_of_mosquitto(self):
        deviation = {"row": "the_first", "ids": ["E-001", "E-002"], "what": "It does nothing."}
        *_, title, _, row = conformance.page({}, "1.2.3", [deviation])
        self.assertEqual(title, "\n## Deviations of Mosquitto 1.2.3\n")
        self.assertEqual(row, "| E-001, E-002 | wire.the_first | It does nothing. |")

    def test_deviations_name_statements_that_exist(self):
        known = {row.id for name in conformance.LISTS.values() for row in conformance.read_list(name)}
        for entry in conformance.read_deviations()[1]:
            self.assertLessEqual(set(entry["ids"]), known, entry["row"])


if __name__ == "__main__":
    unittest.main()
