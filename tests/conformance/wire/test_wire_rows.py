"""Runs the rows against three servers: Godwit, one that never answers, and Debian's Mosquitto.

On Godwit every row passes. On the mute server every row fails, or it would prove nothing. On Mosquitto
the rows fail that mosquitto.toml lists, and no others: what is listed is a fact about Mosquitto, and
what is not shows that the row asks no more than the standard does.
"""

import collections
import concurrent.futures
import fnmatch
import pathlib
import re
import sys
import tomllib
import unittest

from servers import Godwit, Mosquitto, Mute  # First: it finds the raw client.

import rows

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tools"))
import conformance  # noqa: E402

HERE = pathlib.Path(__file__).parent
ROWS = rows.all_rows()
KNOWN = tomllib.loads((HERE.parent / "mosquitto.toml").read_text(encoding="utf-8"))
DEVIATIONS = KNOWN.get("deviation", [])

# A row that is known to fail there may fail by waiting in vain.
DEVIATION_DEADLINE_SECONDS = 0.25
MUTE_THREADS = 64


def matching_cases(entry, pattern):
    return fnmatch.filter(rows.cases_of(ROWS[entry["row"]]), pattern)


def deviating_cases():
    """{row name: names of the cases that fail on Mosquitto}."""
    found = collections.defaultdict(set)
    for entry in DEVIATIONS:
        if "cases" not in entry:
            found[entry["row"]].update(rows.cases_of(ROWS[entry["row"]]))
        for pattern in entry.get("cases", []):
            found[entry["row"]].update(matching_cases(entry, pattern))
    return found


def named(case, said):
    return said if case is None else f"[{case}] {said}"


class OnServer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.running = cls.server().start()

    @classmethod
    def tearDownClass(cls):
        left = cls.running.stop()
        if left:
            raise AssertionError("\n".join(left))

    def fault(self, item, case, deadline=None):
        return rows.fault(item, case, self.running.visit(deadline))

    def assert_none(self, faults):
        if faults:
            self.fail("\n".join(faults))


class OnGodwit(OnServer):
    server = Godwit

    def run_row(self, item):
        found = [(case, self.fault(item, case)) for case in rows.cases_of(item)]
        self.assert_none([named(case, fault) for case, fault in found if fault])


class OnMosquitto(OnServer):
    server = Mosquitto
    deviating = deviating_cases()

    @classmethod
    def setUpClass(cls):
        if Mosquitto.version() != KNOWN["version"]:
            raise AssertionError(f"mosquitto.toml is not about {Mosquitto.version()}")
        super().setUpClass()

    def run_row(self, item):
        listed = self.deviating.get(item.name, set())
        wrong = []
        for case in rows.cases_of(item):
            fault = self.fault(item, case, DEVIATION_DEADLINE_SECONDS if case in listed else None)
            if fault and case not in listed:
                wrong.append(named(case, f"not in mosquitto.toml: {fault}"))
            if not fault and case in listed:
                wrong.append(named(case, "in mosquitto.toml, but it passes"))
        self.assert_none(wrong)


class OnMute(OnServer):
    server = Mute

    @classmethod
    def setUpClass(cls):
        """Runs all at once, since all they do is wait."""
        super().setUpClass()
        cls.pool = concurrent.futures.ThreadPoolExecutor(MUTE_THREADS)
        cls.faults = {
            (item.name, case): cls.pool.submit(rows.fault, item, case, cls.running.visit())
            for item in ROWS.values()
            for case in rows.cases_of(item)
        }

    @classmethod
    def tearDownClass(cls):
        cls.pool.shutdown()
        super().tearDownClass()

    def run_row(self, item):
        passed = [case for case in rows.cases_of(item) if not self.faults[item.name, case].result()]
        if item.mute is None:
            self.assert_none([named(case, "passes on a server that does nothing") for case in passed])
        elif not passed:
            self.fail(f"it fails, so it needs no reason why not: {item.mute}")


class Lists(unittest.TestCase):
    def test_rows_and_deviations_name_what_exists(self):
        known = {row.id for name in conformance.LISTS.values() for row in conformance.read_list(name)}
        for item in ROWS.values():
            with self.subTest(row=item.name):
                self.assertLessEqual(set(conformance.ids_in("\n".join(item.ids))), known)
        for entry in DEVIATIONS:
            with self.subTest(deviation=entry["row"]):
                item = ROWS[entry["row"]]
                self.assertLessEqual(set(entry["ids"]), set(conformance.ids_in("\n".join(item.ids))))
                for pattern in entry.get("cases", []):
                    self.assertTrue(matching_cases(entry, pattern), pattern)
                self.assertRegex(entry["what"], re.compile(r"\A[A-Z0-9].*\.\Z", re.DOTALL))


def add_methods(name, base, wanted):
    """A class whose tests are the rows, each by its own name."""
    methods = {
        f"test_{item.name}": lambda self, item=item: self.run_row(item)
        for item in ROWS.values()
        if wanted(item)
    }
    globals()[name] = type(name, (base,), {"__module__": __name__, **methods})


for class_name, base_class in (("GodwitRows", OnGodwit), ("MuteRows", OnMute)):
    add_methods(class_name, base_class, lambda item: True)
add_methods("MosquittoRows", OnMosquitto, lambda item: item.only is None)

if __name__ == "__main__":
    unittest.main()
