"""Makes docs/clients.md of a run: the table, and what users of each client should know.

What stands above the mark is written by hand and stays. run.py --write writes the rest, and
test_client_matrix.py fails if the page is not that of its run.
"""

from broker import TOP
from matrix import matrix
from matrix.clients import LEVELS
from matrix.scenarios import SCENARIOS

PAGE = TOP / "docs" / "clients.md"
MARK = "<!-- From here on made by `tests/clients/matrix/run.py --write`; change clients.py. -->"
TRANSPORT_NAMES = {"tcp": "TCP", "tls": "TLS", "ws": "WebSocket", "wss": "WebSocket over TLS"}
NO = "–"
SYMBOLS = {
    matrix.PASSED: "✓",
    matrix.FAILED: "**✗**",
    matrix.CANNOT: NO,
    matrix.SKIPPED: "skipped",
}
EXPLAINED = (matrix.CANNOT, matrix.SKIPPED)


class _Notes:
    """Footnotes, numbered as they come."""

    def __init__(self):
        self._texts = []

    def mark(self, text):
        if text not in self._texts:
            self._texts.append(text)
        return f" ({self._texts.index(text) + 1})"

    def lines(self):
        return [f"{number}. {text[0].upper()}{text[1:]}." for number, text in
                enumerate(self._texts, 1)]


def _line(*cells):
    return f"| {' | '.join(cells)} |"


def _header(*titles):
    return [_line(*titles), "|" + "---|" * len(titles)]


def _as_published(result):
    """A client that only some machines have is on the page as on those that have not."""
    why = result.row.client.optional
    if not why:
        return result
    return matrix.Result(result.row, {title: matrix.Cell(matrix.SKIPPED, why) for title in SCENARIOS})


def _cells(cells, notes):
    """Each with its note, unless that is the one of the cell before it."""
    before = None
    for title in SCENARIOS:
        cell = cells[title]
        is_explained = cell.outcome in EXPLAINED and cell != before
        yield SYMBOLS[cell.outcome] + (notes.mark(cell.why) if is_explained else "")
        before = cell


def _table(results):
    notes = _Notes()
    lines = _header("Client", "MQTT", "Transport", *SCENARIOS)
    client = None
    for result in results:
        if client not in (None, result.row.client):
            lines += _lacks(client, notes)
        client = result.row.client
        level, transport = LEVELS[result.row.level], TRANSPORT_NAMES[result.row.transport]
        lines.append(_line(client.name, level, transport, *_cells(result.cells, notes)))
    if client is not None:
        lines += _lacks(client, notes)
    return [*lines, "", *notes.lines()]


def _lacks(client, notes):
    """What this client is not able to do over any broker."""
    for transport, why in client.lacks.items():
        cells = [NO + notes.mark(why)] + [NO] * (len(SCENARIOS) - 1)
        yield _line(client.name, NO, TRANSPORT_NAMES[transport], *cells)


def _advice(results):
    versions = {}
    for result in results:
        client = result.row.client
        versions[client] = versions.get(client) or result.library_version or NO
    lines = _header("Client", "Version", "From", "MQTT", "What to know")
    for client, version in versions.items():
        levels = ", ".join(LEVELS[level] for level in client.levels)
        lines.append(_line(client.name, version, client.comes_from, levels, client.advice))
    return lines


def render(results):
    """The made part of the page."""
    published = [_as_published(result) for result in results]
    lines = ["## What was tried", "", *_table(published)]
    lines += ["", "## What to know of each", "", *_advice(published)]
    return "\n".join(lines) + "\n"


def _parts():
    text = PAGE.read_text(encoding="utf-8")
    by_hand, found, made = text.partition(MARK)
    if not found:
        raise AssertionError(f"{PAGE} has lost its mark: {MARK}")
    return by_hand, made.lstrip("\n")


def write(results):
    by_hand, _ = _parts()
    PAGE.write_text(f"{by_hand}{MARK}\n\n{render(results)}", encoding="utf-8")


def differences(results):
    """Lines of the page and of this run that are not in both."""
    page, made = _parts()[1].splitlines(), render(results).splitlines()
    gone = [f"page: {line}" for line in page if line not in made]
    new = [f"run: {line}" for line in made if line not in page]
    return gone + new
