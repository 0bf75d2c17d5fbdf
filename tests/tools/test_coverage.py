"""tools/coverage.py: lines are counted once, wherever they ran."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "tools"))

import coverage  # noqa: E402

TOP = pathlib.Path("/planted")


def report(file, folder="/planted/build", **counts):
    lines = [{"line_number": int(line[1:]), "count": count} for line, count in counts.items()]
    return {"current_working_directory": folder, "files": [{"file": file, "lines": lines}]}


class Coverage(unittest.TestCase):
    def test_a_line_ran_if_it_ran_in_any_program(self):
        lines = coverage.merge(
            [
                report("/planted/broker/mqtt/a.cc", l1=0, l2=3),
                report("../broker/mqtt/a.cc", l1=1, l3=0),
                report("/usr/include/vector", l1=1),
            ],
            TOP,
        )
        self.assertEqual(
            coverage.of_folder(lines, "broker/mqtt"), (2, 3, ["broker/mqtt/a.cc:3"])
        )

    def test_a_folder_is_no_prefix_of_another(self):
        lines = coverage.merge([report("/planted/broker/mqtt2/a.cc", l1=1)], TOP)
        self.assertEqual(coverage.of_folder(lines, "broker/mqtt"), (0, 0, []))
