#!/usr/bin/env python3
"""Which statement of the standard is held by which test, and what became of it.

  conformance.py [--write FILE | --check FILE] [--gaps]

Reads the statements of tests/conformance/*.tsv, finds the tests that cite them, and looks up in the
reports of the last run (build/asan/gtest, build/unittest-*.log) how those tests ended. Fails if a
statement that concerns a server has no test, or a test of one failed or did not run. --write makes
the page docs/conformance.md, --check fails if it is not the page of this run; --gaps prints only what
is missing.

A test cites a statement by its id, in its body or in the comment above it: MQTT-3.1.2-24 and E-012
of 5.0, MQTT311-3.1.4-2 of 3.1.1; "MQTT-3.3.4-3 to -5" and "MQTT-3.3.4-3, -5" name several. An id
outside every test of a file counts for all tests of that file. A wire row (tests/conformance/wire)
cites in its decorator too, and counts as it ended on Godwit.
"""

import argparse
import collections
import pathlib
import re
import sys
import tomllib
import xml.etree.ElementTree as xml

TOP = pathlib.Path(__file__).resolve().parent.parent
LISTS = {
    "MQTT 5.0": "mqtt5.tsv",
    "MQTT 3.1.1": "mqtt311.tsv",
    "Beyond the numbered statements": "edge-cases.tsv",
}
# A duty of the client that the server cannot see.
NOT_OURS = "C"
CITATION = re.compile(
    r"(?:MQTT(?:311)?-\d+(?:\.\d+)+-\d+|E-\d{3}(?!\w))(?:(?:,| and| to)\s+(?://\s*|#\s*)?-\d+)*"
)
# How the run of a wire row on Godwit is called in the log.
WIRE_ON_GODWIT = "test_wire_rows.GodwitRows.test_"

Statement = collections.namedtuple("Statement", "id who duty section")


def read_list(name, folder=TOP / "tests" / "conformance"):
    section = ""
    for line in (folder / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line[3:]
        elif line:
            yield Statement(*line.split("\t"), section)


def read_exceptions(path=TOP / "tests" / "conformance" / "exceptions.toml"):
    """Statements without a test of their own, and why."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {item: entry["why"] for entry in table.get("exception", []) for item in entry["ids"]}


def read_deviations(path=TOP / "tests" / "conformance" / "mosquitto.toml"):
    """(version of Mosquitto, what it does otherwise)."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return table["version"], table.get("deviation", [])


def ids_in(text):
    """All ids that a text cites, lists and ranges written out."""
    for match in CITATION.finditer(text):
        cited = match.group(0)
        prefix, first = re.match(r"(.*?-(?:[\d.]+-)?)(\d+)", cited).groups()
        yield prefix + first
        last = int(first)
        for link, number in re.findall(r"(,| and| to)\s+(?://\s*|#\s*)?-(\d+)", cited):
            begin = last + 1 if link == " to" else int(number)
            for item in range(begin, int(number) + 1):
                yield f"{prefix}{item:0{len(number)}d}"
            last = int(number)


def cpp_tests(text):
    """(name or None, text) of each stretch of a C++ file: a test with the comment above it."""
    start = re.compile(r"(?:^//[^\n]*\n)*^TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", re.MULTILINE)
    found = list(start.finditer(text))
    yield None, text[: found[0].start()] if found else text
    for match, following in zip(found, found[1:] + [None]):
        body = text[match.start() : following.start() if following else len(text)]
        end = re.search(r"^\}", body, re.MULTILINE)
        yield f"{match.group(1)}.{match.group(2)}", body[: end.end()] if end else body
        if end and body[end.end() :].strip():
            yield None, body[end.end() :]


def python_tests(text, module):
    owner = ""
    name, part = None, []
    for line in text.splitlines():
        new_class = re.match(r"class (\w+)", line)
        new_test = re.match(r"    def (\w+)", line)
        if new_class or new_test:
            yield name, "\n".join(part)
            part = []
            owner = new_class.group(1) if new_class else owner
            is_test = new_test and new_test.group(1).startswith("test")
            name = f"{module}.{owner}.{new_test.group(1)}" if is_test else None
        part.append(line)
    yield name, "\n".join(part)


def wire_rows(text):
    """As cpp_tests, of the rows in a file of tests/conformance/wire."""
    start = re.compile(r"(?:^#[^\n]*\n)*^@row\(", re.MULTILINE)
    found = [match.start() for match in start.finditer(text)]
    yield None, text[: found[0]] if found else text
    for begin, following in zip(found, found[1:] + [len(text)]):
        body = re.match(r".*?^def (\w+).*?(?=^\S|\Z)", text[begin:following], re.MULTILINE | re.DOTALL)
        yield f"wire.{body.group(1)}", body.group(0)
        yield None, text[begin:following][body.end() :]


def citations(folder=TOP / "tests"):
    """{id: set of test names}."""
    cited = collections.defaultdict(set)
    patterns = ("*_test.cc", "test_*.py", "rows_*.py")
    for path in sorted(path for pattern in patterns for path in folder.rglob(pattern)):
        if "tools" in path.relative_to(folder).parts:
            continue  # Tests of this tool.
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".cc":
            parts = list(cpp_tests(text))
        elif path.stem.startswith("rows_"):
            parts = list(wire_rows(text))
        else:
            parts = list(python_tests(text, path.stem))
        names = [name for name, _ in parts if name]
        for name, part in parts:
            for item in ids_in(part):
                cited[item].update([name] if name else names)
    return cited


def results(build=TOP / "build"):
    """{test name: "passed" | "failed" | "skipped"} of the last run."""
    found = {}
    for report in sorted((build / "asan" / "gtest").glob("*.xml")):
        for case in xml.parse(report).getroot().findall(".//testcase"):
            # "Threads/Suite" and "name/0" are instances of Suite.name: the worst counts.
            suite = case.get("classname").split("/")[-1]
            name = f"{suite}.{case.get('name').split('/')[0]}"
            outcome = "failed" if case.find("failure") is not None else "passed"
            outcome = "skipped" if case.get("result") != "completed" else outcome
            if found.get(name) != "failed":
                found[name] = outcome
    for log in sorted(build.glob("unittest-*.log")):
        pattern = re.compile(r"^(\w+) \(([\w.]+)\)(?:\n.*?)?? \.\.\. (\w+)", re.MULTILINE)
        for test, owner, said in pattern.findall(log.read_text(encoding="utf-8")):
            name = owner if owner.endswith(f".{test}") else f"{owner}.{test}"
            name = name.replace(WIRE_ON_GODWIT, "wire.")
            found[name] = {"ok": "passed", "skipped": "skipped"}.get(said, "failed")
    return found


def judge(statement, tests, outcomes, exceptions):
    """(result, what to print beside it)."""
    if statement.who == NOT_OURS:
        return "client", "the client's duty, which a server does not see"
    if statement.id in exceptions:
        return "exception", exceptions[statement.id]
    if not tests:
        return "gap", "no test"
    said = {test: outcomes.get(test, "not run") for test in tests}
    bad = [f"{test}: {said[test]}" for test in sorted(tests) if said[test] != "passed"]
    return ("failed", "; ".join(bad)) if bad else ("passed", ", ".join(sorted(tests)))


def page(judged, version, deviations):
    yield "# Conformance\n"
    yield "<!-- Made by `./dev conformance`; change the tests, or tests/conformance/. -->\n"
    yield (
        "Every numbered statement of MQTT 5.0 and 3.1.1 in short, and what the standard says or\n"
        "leaves open beyond them, with the tests that hold it. The wording of the standard decides.\n"
        "*Client*: a duty that a server does not see.\n"
    )
    yield "| List | Statements | passed | exception | client | failed | gap |\n|---|---|---|---|---|---|---|"
    for title, rows in judged.items():
        counts = collections.Counter(result for _, result, _ in rows)
        cells = [counts[key] for key in ("passed", "exception", "client", "failed", "gap")]
        yield f"| {title} | {len(rows)} | " + " | ".join(map(str, cells)) + " |"
    for title, rows in judged.items():
        section = None
        yield f"\n## {title}"
        for statement, result, detail in rows:
            if statement.section != section:
                section = statement.section
                yield f"\n### {section}\n\n| Id | In short | Result | Held by |\n|---|---|---|---|"
            yield f"| {statement.id} | {statement.duty} | {result} | {detail} |"
    yield f"\n## Deviations of Mosquitto {version}\n"
    yield (
        "The wire rows run against Debian's Mosquitto too. What it does otherwise than they\n"
        "ask, as observed:\n\n| Id | Row | What it does |\n|---|---|---|"
    )
    for entry in deviations:
        yield f"| {', '.join(entry['ids'])} | wire.{entry['row']} | {entry['what']} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--write", metavar="FILE", type=pathlib.Path, help="write the page")
    parser.add_argument("--check", metavar="FILE", type=pathlib.Path, help="compare the page")
    parser.add_argument("--gaps", action="store_true", help="print only what is missing")
    options = parser.parse_args()

    cited, outcomes, exceptions = citations(), results(), read_exceptions()
    judged = {}
    for title, name in LISTS.items():
        judged[title] = [
            (statement, *judge(statement, cited.get(statement.id, set()), outcomes, exceptions))
            for statement in read_list(name)
        ]
    known = {row[0].id for rows in judged.values() for row in rows}
    unknown = sorted(set(cited) - known)
    bad = [row for rows in judged.values() for row in rows if row[1] in ("gap", "failed")]
    for statement, result, detail in (row for rows in judged.values() for row in rows):
        if result in ("gap", "failed") or not options.gaps:
            print(f"{statement.id}\t{result}\t{detail}")
    for item in unknown:
        print(f"{item}\tunknown\tcited by {', '.join(sorted(cited[item]))}")
    for title, rows in judged.items():
        counts = collections.Counter(result for _, result, _ in rows)
        print(f"{title}: " + ", ".join(f"{count} {key}" for key, count in sorted(counts.items())))
    text = "\n".join(page(judged, *read_deviations())) + "\n"
    if options.write:
        options.write.write_text(text, encoding="utf-8")
    stale = options.check and options.check.read_text(encoding="utf-8") != text
    if stale:
        print(f"{options.check} is not the page of this run: ./dev conformance --last writes it")
    return 1 if bad or unknown or stale else 0


if __name__ == "__main__":
    sys.exit(main())
