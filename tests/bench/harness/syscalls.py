"""System calls per message, counted by strace while single messages are sent.

Two runs that differ only in the number of messages: their difference holds neither the start of the
broker nor the connects.
"""

import pathlib
import shutil
import tempfile

from harness import measure
from harness.broker import Broker

RATE = 500
SHOWN_FROM = 0.01


def available() -> bool:
    return shutil.which("strace") is not None


def parse(summary: str) -> dict:
    """The calls of each kind in the table that `strace -c` writes."""
    calls = {}
    for line in summary.splitlines():
        words = line.split()
        if len(words) >= 5 and words[3].isdigit() and words[-1] != "total":
            calls[words[-1]] = int(words[3])
    return calls


def per_message(few: dict, many: dict, messages: int) -> dict:
    """What each further message costs; kinds that are not per message fall out."""
    kinds = sorted({*few, *many})
    differences = {kind: (many.get(kind, 0) - few.get(kind, 0)) / messages for kind in kinds}
    return {kind: value for kind, value in differences.items() if value >= SHOWN_FROM}


class Traced:
    """A broker spec under strace, with the same interface for a scenario as the others have."""

    def __init__(self, qos: int):
        self._qos = qos

    def __call__(self, spec, programs, ports, depth) -> dict:
        few, many = depth.syscall_messages
        first, _ = self._run(spec, programs, ports, few)
        second, result = self._run(spec, programs, ports, many)
        calls = per_message(first, second, many - few)
        result["key"] = sum(calls.values())
        result["rate"] = result["delivered_per_s"]
        result["calls"] = calls
        return result

    def _run(self, spec, programs, ports, messages: int):
        with tempfile.TemporaryDirectory(prefix="bench-strace-") as folder:
            summary = pathlib.Path(folder) / "summary"
            wrapper = ["strace", "-f", "-c", "-o", str(summary)]
            with Broker(spec, programs, ports, wrapper) as broker:
                load = measure.Load(programs["@LOAD@"], broker)
                result = load.run(rate=RATE, singly=1, count=messages, qos=self._qos)
            return parse(summary.read_text()), result
