#!/usr/bin/env python3
"""Which lines of a room have run, from what a build with --coverage has counted.

  coverage.py BUILD [--least PERCENT] [--lines] FOLDER ...

Prints for each FOLDER (broker/mqtt) how many of its lines ran; --lines names the others. Fails if
less than PERCENT of the lines of a folder ran. Headers count like sources. A line counts as run if it
ran in any program.
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent


def counted(build):
    """What gcov says of each object of the build, one JSON text each."""
    notes = sorted(path.resolve() for path in pathlib.Path(build).rglob("*.gcda"))
    for start in range(0, len(notes), 50):
        done = subprocess.run(
            ["gcov", "--json-format", "--stdout", *map(str, notes[start : start + 50])],
            capture_output=True,
            text=True,
            check=True,
            cwd=TOP,
        )
        for line in done.stdout.splitlines():
            if line.strip():
                yield json.loads(line)


def merge(reports, top=TOP):
    """{file below top: {line: how often it ran}}."""
    lines = collections.defaultdict(collections.Counter)
    for report in reports:
        folder = pathlib.Path(report["current_working_directory"])
        for file in report["files"]:
            path = pathlib.Path(file["file"])
            path = (path if path.is_absolute() else folder / path).resolve()
            if path.is_relative_to(top):
                of_file = lines[str(path.relative_to(top))]
                for line in file["lines"]:
                    of_file[line["line_number"]] += line["count"]
    return lines


def of_folder(lines, folder):
    """(lines that ran, lines, ["file:line" that did not])."""
    ran = total = 0
    missed = []
    for name, counts in sorted(lines.items()):
        if not name.startswith(folder.rstrip("/") + "/"):
            continue
        for line, count in sorted(counts.items()):
            total += 1
            ran += count > 0
            if count == 0:
                missed.append(f"{name}:{line}")
    return ran, total, missed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("build", metavar="BUILD")
    parser.add_argument("--least", type=float, default=0, metavar="PERCENT")
    parser.add_argument("--lines", action="store_true")
    parser.add_argument("folders", nargs="+", metavar="FOLDER")
    options = parser.parse_args()
    lines = merge(counted(options.build))
    too_few = False
    for folder in options.folders:
        ran, total, missed = of_folder(lines, folder)
        percent = 100 * ran / total if total else 0
        too_few = too_few or percent < options.least
        print(f"{folder}: {ran} of {total} lines, {percent:.1f} %")
        if options.lines:
            print("".join(f"  {place}\n" for place in missed), end="")
    return 1 if too_few else 0


if __name__ == "__main__":
    sys.exit(main())
