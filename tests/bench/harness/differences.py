"""What TLS and WebSocket add: a scenario less its plain twin, of the same session.

Both runs differ in one thing only, so the difference of their figures is the cost of that thing. It
is small beside either, so it is known no better than the noise of both together.
"""

import dataclasses

from harness import report

PER_MESSAGE = "µs"
BYTES = "bytes"


@dataclasses.dataclass(frozen=True)
class Difference:
    title: str
    of: str
    less: str
    unit: str


DIFFERENCES = (
    # Only the publisher speaks TLS, with a record for each message; only the subscriber does.
    Difference("TLS, per record received (256 B)", "1to1-q0-256-tls-in", "1to1-q0-256",
               PER_MESSAGE),
    Difference("TLS, per message sent (256 B)", "1to1-q0-256-tls-out", "1to1-q0-256", PER_MESSAGE),
    Difference("TLS, in and out, a record per message in (256 B)", "1to1-q0-256-tls-records",
               "1to1-q0-256", PER_MESSAGE),
    Difference("TLS, in and out, gathered (256 B)", "1to1-q0-256-tls", "1to1-q0-256", PER_MESSAGE),
    Difference("TLS, in and out, QoS 1 (256 B)", "1to1-q1-256-tls", "1to1-q1-256", PER_MESSAGE),
    Difference("TLS, per message of a fan-out (64 B)", "fanout-q0-tls", "fanout-q0", PER_MESSAGE),
    Difference("TLS, per message of 200 pairs (64 B)", "pairs-q0-tls", "pairs-q0", PER_MESSAGE),
    Difference("TLS, per connect with a whole handshake", "connrate-tls", "connrate", PER_MESSAGE),
    Difference("TLS, per idle connection", "idle-tls", "idle", BYTES),
    Difference("WebSocket, in and out (256 B)", "1to1-q0-256-ws", "1to1-q0-256", PER_MESSAGE),
    Difference("WebSocket, per idle connection", "idle-ws", "idle", BYTES),
)

HEAD = ["what is added", "broker", "unit", "of the minima", "of the medians"]


def table(rows: list) -> list:
    """[title, broker, unit, difference of minima, of medians] wherever both were measured."""
    found = report.cells(rows)
    lines = []
    for each in DIFFERENCES:
        with_it, without = found.get(each.of, {}), found.get(each.less, {})
        for broker, cell in with_it.items():
            plain = without.get(broker)
            if cell and plain:
                lines.append([each.title, broker, each.unit,
                              report.number(cell.minimum - plain.minimum),
                              report.number(cell.median("key") - plain.median("key"))])
    return lines


def text(rows: list) -> str:
    lines = table(rows)
    if not lines:
        return ""
    columns = [HEAD, *lines]
    widths = [max(len(row[i]) for row in columns) for i in range(len(HEAD))]
    return "\n".join(
        "  ".join([*(word.ljust(width) for word, width in zip(row[:3], widths)),
                   *(word.rjust(width) for word, width in zip(row[3:], widths[3:]))])
        for row in columns)


def markdown(rows: list) -> list:
    """Lines, none when nothing was measured both ways."""
    lines = table(rows)
    if not lines:
        return []
    return ["", "What a transport adds: its scenario less the plain one of the same session.", "",
            *report.markdown_table(HEAD, lines)]
