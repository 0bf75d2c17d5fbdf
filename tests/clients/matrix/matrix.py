"""Runs rows of the matrix, several at a time, and says what became of every cell."""

import traceback
from concurrent import futures
from dataclasses import dataclass

from matrix import chromium
from matrix.adapter import Adapter, ClientError, ProcessChannel
from matrix.scenarios import SCENARIOS, Visit

# More than processors: most of a row's time is a library's waiting. Paho C looks at its sockets ten
# times a second, and Paho C++ takes a second or two to part with one connection of several.
ROWS_AT_ONCE = 8
# After so many failures one after the other the rest of a row would only wait for its deadlines.
FAILURES_IN_A_ROW_MAX = 2

NO_DOOR = "this broker has no such door"

PASSED, FAILED, CANNOT, SKIPPED = "passed", "failed", "cannot", "skipped"


@dataclass(frozen=True)
class Cell:
    outcome: str
    why: str = ""


@dataclass(frozen=True)
class Result:
    row: object
    cells: dict  # by the title of the scenario
    library_version: str = ""

    def failures(self):
        return {title: cell.why for title, cell in self.cells.items() if cell.outcome == FAILED}


def open_adapter(row, doors, browser):
    """Another program, or page, of the row's client."""
    port = doors.ports[row.transport]
    door = [row.transport, doors.host, str(port), str(row.level), doors.ca_file]
    if row.client.page:
        return Adapter(lambda deliver: browser.open_page(row.client.page, door, deliver))
    return Adapter(lambda deliver: ProcessChannel([*row.client.command, *door], deliver))


class _RowRun:
    """Thread: one of the pool's."""

    def __init__(self, row, doors, browser):
        self._row = row
        self._open = lambda: open_adapter(row, doors, browser)
        self._shared = None
        self._failures_in_a_row = 0
        self._version = ""

    def _try(self, title, scenario):
        cannot = self._row.client.cannot.get(self._row.transport, {})
        if title in cannot:
            return Cell(CANNOT, cannot[title])
        if self._failures_in_a_row >= FAILURES_IN_A_ROW_MAX:
            return Cell(FAILED, "not tried: those before it failed")
        try:
            if self._shared is None:
                self._shared = self._open()
                self._version = self._shared.library_version
            scenario(Visit(self._row, self._open, self._shared))
        except (ClientError, AssertionError, OSError, ValueError) as error:
            self._failures_in_a_row += 1
            self._close()  # Who knows what state it is in.
            return Cell(FAILED, str(error) or repr(error))
        self._failures_in_a_row = 0
        return Cell(PASSED)

    def _close(self):
        if self._shared is not None:
            self._shared.close()
            self._shared = None

    def run(self):
        try:
            cells = {title: self._try(title, scenario) for title, scenario in SCENARIOS.items()}
        except Exception:  # Ours; every other row still gets its turn.
            why = traceback.format_exc()
            return Result(self._row, {title: Cell(FAILED, why) for title in SCENARIOS})
        finally:
            self._close()
        return Result(self._row, cells, self._version)


def _skipped(row, why):
    return Result(row, {title: Cell(SKIPPED, why) for title in SCENARIOS})


def run(rows, doors, told=lambda result: None):
    """The result of every row, in their order. `told` hears of each as it ends."""
    needs_browser = any(row.client.page and not row.client.missing for row in rows)
    browser = chromium.Chromium(doors.key_hash) if needs_browser else None

    def run_row(row):
        if row.client.missing:
            result = _skipped(row, row.client.missing)
        elif row.transport not in doors.ports:
            result = _skipped(row, NO_DOOR)
        else:
            result = _RowRun(row, doors, browser).run()
        told(result)
        return result

    try:
        with futures.ThreadPoolExecutor(max_workers=ROWS_AT_ONCE) as pool:
            return list(pool.map(run_row, rows))
    finally:
        if browser is not None:
            browser.close()
