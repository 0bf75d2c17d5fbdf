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


if __name__ == "__main__":
    unittest.main()
