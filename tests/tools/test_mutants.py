"""The list of mutants fits the source: each can be put in, at one place."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "model"))

import mutants  # noqa: E402


class Mutants(unittest.TestCase):
    def test_each_changes_one_place(self):
        for mutant in mutants.read_list():
            with self.subTest(mutant["name"]):
                self.assertEqual(set(mutant), {"name", "breaks", "file", "find", "put"})
                source = (mutants.TOP / mutant["file"]).read_text(encoding="utf-8")
                self.assertNotEqual(mutants.mutate(mutant), source)

    def test_there_are_enough_and_no_two_of_a_name(self):
        names = [mutant["name"] for mutant in mutants.read_list()]
        self.assertEqual(len(names), len(set(names)))
        self.assertGreaterEqual(len(names), 20)

    def test_text_that_has_gone_is_told(self):
        mutant = {"name": "x", "file": "README.md", "find": "no such text anywhere", "put": ""}
        with self.assertRaisesRegex(mutants.Broken, "0 times"):
            mutants.mutate(mutant)
