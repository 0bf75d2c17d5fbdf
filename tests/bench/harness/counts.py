"""The reference of the small benchmarks' instruction counts, and what has changed against it."""

import pathlib
import tomllib
from dataclasses import dataclass, field

# So much a count may grow before it is a loss, and shrink before the reference is out of date.
TOLERANCE = 0.05

HEADER = """\
# What the small benchmarks cost: instructions of an operation, counted by callgrind.
#
# Written by `./dev bench --accept`, read by `./dev bench --check`. Other compilers and C libraries
# count otherwise, so `built_with` says for which the figures hold.
"""


class Unreadable(Exception):
    """The reference cannot be used; the text says why."""


@dataclass(frozen=True)
class Reference:
    built_with: str  # Compiler, C library and processor family.
    about: dict  # What else is good to know: flags, version of valgrind.
    instructions: dict  # From a benchmark's name to instructions of an operation.


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def render(reference: Reference) -> str:
    lines = [HEADER, f"built_with = {quoted(reference.built_with)}"]
    lines += [f"{key} = {quoted(value)}" for key, value in sorted(reference.about.items())]
    lines += ["", "[instructions]"]
    lines += [f"{name} = {each:.1f}" for name, each in reference.instructions.items()]
    return "\n".join(lines) + "\n"


def read(text: str) -> Reference:
    try:
        table = tomllib.loads(text)
        instructions = {name: float(each) for name, each in table.pop("instructions").items()}
        if any(each <= 0 for each in instructions.values()):
            raise ValueError("a count is not above 0")
        return Reference(table.pop("built_with"), table, instructions)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as fault:
        raise Unreadable(f"the reference is no list of counts: {fault!r}; "
                         "./dev bench --accept writes a new one") from None


def load(file: pathlib.Path) -> Reference:
    if not file.exists():
        raise Unreadable(f"there is no {file.name}; ./dev bench --accept writes one")
    return read(file.read_text())


@dataclass(frozen=True)
class Row:
    name: str
    before: float | None  # None: not in the reference.
    now: float | None  # None: no such benchmark any more.

    @property
    def change(self) -> float | None:
        if self.before is None or self.now is None:
            return None
        return self.now / self.before - 1

    @property
    def verdict(self) -> str:
        if self.before is None:
            return "new"
        if self.now is None:
            return "gone"
        # A hair more, because the reference is rounded.
        if self.change > TOLERANCE + 1e-9:
            return "WORSE"
        return "better" if self.change < -TOLERANCE - 1e-9 else ""


@dataclass(frozen=True)
class Comparison:
    rows: list = field(default_factory=list)

    def those(self, verdict: str) -> list:
        return [row for row in self.rows if row.verdict == verdict]

    @property
    def fine(self) -> bool:
        return not (self.those("WORSE") or self.those("new") or self.those("gone"))


def compare(before: dict, now: dict) -> Comparison:
    rows = [Row(name, before.get(name), each) for name, each in now.items()]
    rows += [Row(name, each, None) for name, each in before.items() if name not in now]
    return Comparison(rows)


def table(comparison: Comparison) -> str:
    """One line a benchmark."""
    def number(value):
        return "-" if value is None else f"{value:,.1f}"

    def percent(value):
        return "-" if value is None else f"{value:+.1%}".replace("-0.0%", "+0.0%")

    width = max([len("benchmark"), *(len(row.name) for row in comparison.rows)])
    lines = [f"{'benchmark':{width}} {'reference':>11} {'now':>11} {'change':>8}"]
    for row in comparison.rows:
        line = (f"{row.name:{width}} {number(row.before):>11} {number(row.now):>11} "
                f"{percent(row.change):>8}  {row.verdict}")
        lines.append(line.rstrip())
    return "\n".join(lines)


def sentences(comparison: Comparison) -> list:
    """What is to be done about it, one sentence a finding."""
    said = [f"{row.name} takes {row.change:.1%} more instructions than the reference: "
            f"{row.before:,.1f} became {row.now:,.1f}" for row in comparison.those("WORSE")]
    said += [f"{row.name} is not in the reference" for row in comparison.those("new")]
    said += [f"{row.name} is in the reference and there is no such benchmark"
             for row in comparison.those("gone")]
    if comparison.those("WORSE"):
        said.append("where they go: tests/bench/micro/counts.py where NAME; if they are well spent, "
                    "./dev bench --accept, and the commit says why")
    elif not comparison.fine:
        said.append("./dev bench --accept writes the reference anew")
    if better := comparison.those("better"):
        said.append(f"{len(better)} got better by more than {TOLERANCE:.0%}: "
                    f"{', '.join(row.name for row in better)}; hold it with ./dev bench --accept")
    return said
