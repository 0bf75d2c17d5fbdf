"""A small tree on disk in which the tests plant faults."""

import pathlib
import shutil
import sys
import tempfile
import textwrap
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))


class PlantedTree(unittest.TestCase):
    def setUp(self):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="godwit-tree-"))
        self.addCleanup(shutil.rmtree, self.top)

    def write(self, path, text=""):
        file = self.top / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text), encoding="utf-8")

    def assert_found(self, problems, *parts):
        """Exactly one finding, and it says all of `parts`."""
        self.assertEqual(len(problems), 1, problems)
        for part in parts:
            self.assertIn(part, problems[0])
