#!/usr/bin/env python3
"""Counts what ran: prints lines `<passed> <failed> <name>` for ./dev.

  count_tests.py ctest <build folder>       reads ctest.xml and the gtest reports beside it
  count_tests.py unittest <log> <name>      reads the end of a log of python's unittest
"""

import pathlib
import re
import sys
import xml.etree.ElementTree as xml


def count_gtest(report):
    """(passed, failed) of one GoogleTest program, or None without a report to believe."""
    try:
        root = xml.parse(report).getroot()
    except (OSError, xml.ParseError):
        return None
    cases = root.findall(".//testcase")
    failed = sum(1 for case in cases if case.find("failure") is not None)
    skipped = sum(
        1 for case in cases if case.find("failure") is None and case.get("result") != "completed"
    )
    return len(cases) - failed - skipped, failed


def count_ctest(build):
    """One line a CTest test; a GoogleTest program counts as the tests it ran."""
    for case in xml.parse(build / "ctest.xml").getroot().findall("testcase"):
        name = case.get("name")
        succeeded = case.get("status") == "run" and case.find("failure") is None
        counted = count_gtest(build / "gtest" / f"{name}.xml")
        if counted is None:
            counted = (1, 0) if succeeded else (0, 1)
        elif not succeeded and counted[1] == 0:
            counted = (counted[0], 1)  # for example a leak, reported when the program ended
        yield counted, name


def count_unittest(log):
    ran = re.findall(r"^Ran (\d+) tests? in ", log, re.MULTILINE)
    if not ran:
        return 0, 1
    end = re.findall(r"^(?:OK|FAILED|NO TESTS RAN)\b.*$", log, re.MULTILINE)
    numbers = dict(re.findall(r"(\w+(?: \w+)?)=(\d+)", end[-1] if end else ""))
    failed = sum(int(numbers.get(key, 0)) for key in ("failures", "errors", "unexpected successes"))
    skipped = int(numbers.get("skipped", 0))
    if not end or (end[-1].startswith("FAILED") and failed == 0):
        failed += 1
    # A failing setUpClass is an error without a test of its own.
    return max(0, int(ran[-1]) - failed - skipped), failed


def main():
    kind, source, *rest = sys.argv[1:]
    if kind == "ctest":
        for (passed, failed), name in count_ctest(pathlib.Path(source)):
            print(passed, failed, name)
    else:
        log = pathlib.Path(source).read_text(encoding="utf-8", errors="replace")
        passed, failed = count_unittest(log)
        print(passed, failed, rest[0])


if __name__ == "__main__":
    main()
