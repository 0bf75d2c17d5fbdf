"""The matrix finds what is wrong: a client with one fault fails the scenario that is about it."""

import dataclasses
import os
import unittest
from unittest import mock

from broker import DEADLINE_SECONDS
from matrix import adapter, clients, matrix, page, scenarios, servers

# Some faults show in nothing coming, and need not be waited for as long as a client is.
PATIENCE_SECONDS = DEADLINE_SECONDS / 15
# What is wrong, which scenario finds it, and how that begins.
FAULTS = (
    ("always says that there was a session", "Connect", "session present: 1"),
    ("loses QoS 0", "QoS 0", "no message"),
    ("says a lower QoS", "QoS 1", "expected ("),
    ("hands QoS 2 over twice", "QoS 2", "expected ("),
    ("says that nothing is retained", "Retained", "expected ("),
    ("has no will", "Will", "no message"),
    ("leaves without DISCONNECT", "Will", "expected ("),
    ("never keeps a session", "Resume", "session present: 0"),
    ("cuts large payloads", "1 MiB", "expected ("),
    ("leaves out the last filter", "1,000 subscriptions", "no message"),
    ("never is the same client", "Takeover", "no end"),
)


def row(key):
    return next(one for one in clients.rows() if one.name == key)


def faulty_row():
    whole = row("paho_python_tcp_50")
    interpreter, path = whole.client.command
    command = (interpreter, path.replace("adapter.py", "faulty.py"))
    return dataclasses.replace(whole, client=dataclasses.replace(whole.client, command=command))


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        server = servers.Godwit()
        cls.doors = server.start(("tcp",))
        cls.addClassCleanup(server.stop)

    def run_scenario(self, title, fault):
        only = {title: scenarios.SCENARIOS[title]}
        with mock.patch.object(matrix, "SCENARIOS", only), \
                mock.patch.dict(os.environ, GODWIT_MATRIX_FAULT=fault):
            (result,) = matrix.run([faulty_row()], self.doors)
        return result.cells[title]

    def test_every_scenario_has_a_fault_that_it_finds(self):
        self.assertEqual({title for _, title, _ in FAULTS}, set(scenarios.SCENARIOS))
        for fault, title, words in FAULTS:
            with self.subTest(fault), \
                    mock.patch.object(adapter, "ANSWER_SECONDS", PATIENCE_SECONDS):
                cell = self.run_scenario(title, fault)
                self.assertEqual(cell.outcome, matrix.FAILED)
                self.assertTrue(cell.why.startswith(words), cell.why)

    def test_without_a_fault_all_pass(self):
        for title in scenarios.SCENARIOS:
            with self.subTest(title):
                self.assertEqual(self.run_scenario(title, ""), matrix.Cell(matrix.PASSED))

    def test_a_program_that_ends_is_told_with_its_words(self):
        client = dataclasses.replace(
            row("libmosquitto_tcp_311").client, command=("sh", "-c", "echo no library >&2; exit 1")
        )
        (result,) = matrix.run([clients.Row(client, "tcp", 4)], self.doors)
        self.assertEqual(set(result.failures()), set(scenarios.SCENARIOS))
        self.assertIn("no library", result.cells["Connect"].why)


class Page(unittest.TestCase):
    """The table says what happened."""

    @staticmethod
    def result(key, **outcomes):
        cells = {title: matrix.Cell(matrix.PASSED) for title in scenarios.SCENARIOS}
        cells.update({title: matrix.Cell(*outcome) for title, outcome in outcomes.items()})
        return matrix.Result(row(key), cells, "1.2.3")

    def line_of(self, result, beginning):
        lines = page.render([result]).splitlines()
        return next(line for line in lines if line.startswith(beginning))

    def test_each_outcome_has_its_sign(self):
        outcomes = {"Will": (matrix.FAILED, "no will"), "Resume": (matrix.SKIPPED, "no time"),
                    "Takeover": (matrix.CANNOT, "too shy")}
        result = self.result("paho_go_tcp_311", **outcomes)
        self.assertEqual(
            self.line_of(result, "| Paho Go | 3.1.1 | TCP"),
            "| Paho Go | 3.1.1 | TCP | ✓ | ✓ | ✓ | ✓ | ✓ | **✗** | skipped (1) | ✓ | ✓ | – (2) |",
        )
        self.assertEqual(self.line_of(result, "1. "), "1. No time.")
        self.assertEqual(self.line_of(result, "2. "), "2. Too shy.")

    def test_what_a_client_lacks_is_in_the_table(self):
        line = self.line_of(self.result("libmosquitto_tcp_311"), "| libmosquitto | – | WebSocket |")
        self.assertIn("– (1)", line)

    def test_a_client_that_few_machines_have_is_published_as_skipped(self):
        result = self.result("paho_java_tcp_311")
        self.assertIn("skipped (1)", self.line_of(result, "| Paho Java | 3.1.1 | TCP"))

    def test_a_page_of_another_run_is_told(self):
        with mock.patch.object(page, "_parts", lambda: ("", page.render([self.good()]))):
            self.assertEqual(page.differences([self.good()]), [])
            failed = self.result("paho_go_tcp_311", Will=(matrix.FAILED, "no will"))
            self.assertEqual(len(page.differences([failed])), 2)

    def good(self):
        return self.result("paho_go_tcp_311")


if __name__ == "__main__":
    unittest.main()
