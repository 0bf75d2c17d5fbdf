"""The table of targets: what was to be reached, what was seen, and why it was missed.

The targets are in bench.toml, the reasons in explained.toml. Figures are compared as they are
shown, with three digits.
"""

import collections
import dataclasses
import pathlib
import tomllib

from harness import report

US = "godwit"
MET = "met"
NOT_MET = "NOT MET"
NOT_MEASURED = "not measured"
HEAD = ["scenario", "target", "seen", "verdict", "why"]


@dataclasses.dataclass(frozen=True)
class Verdict:
    scenario: str
    target: str
    seen: str
    verdict: str
    why: str = ""

    def words(self) -> list:
        return [self.scenario, self.target, self.seen, self.verdict, self.why]


class Unknown(Exception):
    """The figure was not measured; the text says why."""


def load_reasons(path: pathlib.Path) -> dict:
    """{scenario: why its target is not met}"""
    return tomllib.loads(path.read_text())["not_met"]


def target_text(target, units: dict) -> str:
    limit = f"≤ {target.at_most:g}"
    if target.of:
        other = target.of.get("broker", US)
        elsewhere = target.of.get("scenario")
        return f"{limit} × {other}" + (f" at {elsewhere}" if elsewhere else "")
    unit = target.unit or units.get(target.scenario, "")
    size = f" at {target.size:,}" if target.size else ""
    return f"{limit} {unit}{size}"


def figure(found: dict, scenario: str, broker: str, field: str = "key") -> float:
    if scenario not in found:
        raise Unknown(f"{scenario} was not run")
    cell = found[scenario].get(broker)
    if cell is None:
        raise Unknown(f"{scenario} was not run with {broker}")
    if not cell:
        raise Unknown(f"every run of {scenario} with {broker} failed")
    return cell.minimum if field == "key" else cell.median(field)


def as_shown(value: float) -> float:
    return float(report.number(value).replace(",", ""))


def judge_one(target, found: dict, units: dict, reasons: dict) -> Verdict:
    wanted = target_text(target, units)
    try:
        ours = figure(found, target.scenario, US, target.field)
        if target.of:
            theirs = figure(found, target.of.get("scenario", target.scenario),
                            target.of.get("broker", US))
            if theirs <= 0:
                raise Unknown("the figure to compare with is 0: measure longer")
    except Unknown as unknown:
        return Verdict(target.scenario, wanted, "-", NOT_MEASURED, str(unknown))
    value = ours / theirs if target.of else ours
    seen = report.number(value)
    if target.of:
        seen += f" ({report.number(ours)} / {report.number(theirs)})"
    cell = found[target.scenario][US]
    size = cell.first("size")
    if target.size and size and size != target.size:
        seen += f" at {size:,}"
    if cell.faults or cell.errors:
        return Verdict(target.scenario, wanted, seen, NOT_MET, report.faults_text(cell))
    if as_shown(value) <= target.at_most:
        return Verdict(target.scenario, wanted, seen, MET)
    why = reasons.get(target.scenario, "not explained")
    return Verdict(target.scenario, wanted, seen, NOT_MET, " ".join(why.split()))


def judge(targets: list, scenarios: list, rows: list, reasons: dict) -> list:
    """A verdict for every target; `scenarios` are all there are, for their units."""
    found = report.cells(rows)
    units = {each.name: each.unit for each in scenarios}
    return [judge_one(target, found, units, reasons) for target in targets]


def summary(verdicts: list) -> str:
    counts = collections.Counter(each.verdict for each in verdicts)
    return "targets: " + ", ".join(f"{counts[name]} {name}"
                                   for name in (MET, NOT_MET, NOT_MEASURED))


def text(verdicts: list) -> str:
    """The reasons of those not met are sentences, so they stand below their line."""
    lines = [HEAD[:-1], *(each.words()[:-1] for each in verdicts)]
    for line, each in zip(lines[1:], verdicts):
        if each.verdict == NOT_MEASURED:
            line[-1] += f": {each.why}"
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    shown = ["  ".join(word.ljust(width) for word, width in zip(line, widths)).rstrip()
             for line in lines]
    for at, each in reversed(list(enumerate(verdicts))):
        if each.verdict == NOT_MET:
            shown.insert(at + 2, f"    {each.why}")
    return "\n".join([*shown, "", summary(verdicts)])


def markdown(verdicts: list) -> list:
    return ["", "Targets, of the minima of this session:", "",
            *report.markdown_table(HEAD, [each.words() for each in verdicts])]
