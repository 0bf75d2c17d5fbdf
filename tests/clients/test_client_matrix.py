"""Every client that people have, over every transport it has. matrix/README.md says how."""

import unittest

from matrix import build, clients, matrix, page, servers

ROWS = clients.rows()


class ClientMatrix(unittest.TestCase):
    """One test a row; all rows have run, several at a time, before the first of them looks."""

    @classmethod
    def setUpClass(cls):
        build.build_all()
        server = servers.Godwit()
        doors = server.start()
        try:
            results = matrix.run(ROWS, doors)
        finally:
            cls.faults = server.stop()
        cls.results = {result.row.name: result for result in results}

    def check_row(self, name):
        result = self.results[name]
        outcomes = {(cell.outcome, cell.why) for cell in result.cells.values()}
        if all(outcome == matrix.SKIPPED for outcome, _ in outcomes):
            self.skipTest(next(iter(outcomes))[1])
        self.assertEqual(result.failures(), {})

    def test_the_broker_left_nothing(self):
        self.assertEqual(self.faults, [])

    def test_the_page_is_that_of_this_run(self):
        found = page.differences(self.results.values())
        self.assertEqual(found, [], "tests/clients/matrix/run.py --write makes docs/clients.md")


def _test_of(name):
    return lambda self: self.check_row(name)


for _row in ROWS:
    setattr(ClientMatrix, f"test_{_row.name}", _test_of(_row.name))


if __name__ == "__main__":
    unittest.main()
