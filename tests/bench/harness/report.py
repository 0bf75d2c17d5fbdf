"""Tables of the results, as plain text and as Markdown."""

import statistics

FLOOR = "floor"


class Cell:
    """All runs of one broker in one scenario."""

    def __init__(self, rows: list):
        self.errors = [row["error"] for row in rows if "error" in row]
        self._rows = [row for row in rows if "error" not in row]
        self.faults = {}
        for row in rows:
            for name, count in row["faults"].items():
                self.faults[name] = self.faults.get(name, 0) + count

    def __bool__(self):
        return bool(self._rows)

    @property
    def runs(self) -> int:
        return len(self._rows)

    @property
    def minimum(self) -> float:
        return min(row["key"] for row in self._rows)

    def median(self, name: str):
        values = [row[name] for row in self._rows if name in row]
        return statistics.median(values) if values else None

    def first(self, name: str):
        return self._rows[0].get(name)


def cells(rows: list) -> dict:
    """{scenario: {broker: Cell}} in the order of the runs."""
    grouped = {}
    for row in rows:
        grouped.setdefault(row["scenario"], {}).setdefault(row["broker"], []).append(row)
    return {
        scenario: {broker: Cell(found) for broker, found in brokers.items()}
        for scenario, brokers in grouped.items()
    }


def of_floor(cell: Cell, brokers: dict) -> float | None:
    """Minimum over minimum of the same session: what noise there is only adds."""
    floor = brokers.get(FLOOR)
    return cell.minimum / floor.minimum if cell and floor and floor.minimum > 0 else None


def number(value) -> str:
    """Three digits that mean something."""
    if value is None:
        return "-"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def faults_text(cell: Cell) -> str:
    found = [f"{name} {count}" for name, count in cell.faults.items()]
    found += [f"{len(cell.errors)} failed runs"] if cell.errors else []
    return ", ".join(found) or "none"


def row_of(name: str, cell: Cell, brokers: dict) -> list:
    if not cell:
        return [name, *["-"] * 7, faults_text(cell)]
    times = of_floor(cell, brokers)
    return [
        name, number(cell.minimum), number(cell.median("key")), number(times),
        number(cell.median("rate")), number(cell.median("latency_p50_us")),
        number(cell.median("latency_p99_us")), number(cell.median("load_cpu_us_per_delivery")),
        faults_text(cell),
    ]


COLUMNS = ["broker", "min", "median", "× floor", "rate", "p50 µs", "p99 µs", "load µs", "faults"]

# What a scenario says besides; names of the rows, shown when there.
DETAILS = (
    "store_cpu_us", "fetch_all_s", "fetch_all_cpu_us", "fetch_level_ms", "fetch_middle_ms",
    "stream_s", "stream_beside_s", "peak_growth_bytes", "others_p99_us", "others_beside_p99_us",
    "others_p99_times", "idle_cores", "pss_bytes_after_close", "answer_p50_us", "answer_p99_us", "stalls", "missed_slots",
)
# Shown only when it differs from what is healthy.
QUIET = {"stalls": 0, "missed_slots": 0, "idle_cores": 0}


def details(cell: Cell) -> str:
    if not cell:
        return ""
    parts = []
    for name in DETAILS:
        value = cell.median(name)
        if value is not None and not (name in QUIET and value == QUIET[name]):
            parts.append(f"{name} {number(value)}")
    for kind, count in (cell.first("calls") or {}).items():
        parts.append(f"{kind} {count:.2f}")
    return ", ".join(parts)


def text_table(scenario, brokers: dict) -> str:
    table = [COLUMNS] + [row_of(name, cell, brokers) for name, cell in brokers.items()]
    widths = [max(len(row[i]) for row in table) for i in range(len(COLUMNS))]
    runs = max(cell.runs for cell in brokers.values())
    lines = [f"{scenario.title}    [{scenario.name}]",
             f"{scenario.unit}, {runs} run{'s' if runs > 1 else ''}; rate in {scenario.rate_unit}"]
    for row in table:
        words = [row[0].ljust(widths[0])]
        words += [word.rjust(width) for word, width in zip(row[1:-1], widths[1:-1])]
        lines.append("  " + "  ".join([*words, row[-1]]).rstrip())
    for name, cell in brokers.items():
        if more := details(cell):
            lines.append(f"    {name}: {more}")
        lines += [f"    {name}: {error}" for error in cell.errors[:2]]
    return "\n".join(lines)


def text(scenarios: list, rows: list) -> str:
    found = cells(rows)
    return "\n\n".join(text_table(each, found[each.name]) for each in scenarios
                       if each.name in found)


def markdown_table(head: list, rows: list) -> list:
    return ["| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows]]


def markdown_cost(scenario, brokers: dict, names: list) -> list:
    """The row of one scenario in the table of costs."""
    row = [scenario.title, scenario.unit]
    for name in names:
        cell = brokers.get(name)
        row.append(f"{number(cell.minimum)} / {number(cell.median('key'))}" if cell else "-")
    row += [number(of_floor(brokers[name], brokers)) if brokers.get(name) else "-"
            for name in names if name != FLOOR]
    wrong = [f"{name}: {faults_text(cell)}" for name, cell in brokers.items()
             if cell.faults or cell.errors]
    return [*row, "; ".join(wrong) or "none"]


def markdown_speed(scenario, brokers: dict, names: list) -> list:
    """The row of one scenario in the table of rates and latencies."""
    row = [scenario.title]
    for name in names:
        cell = brokers.get(name)
        row.append(number(cell.median("rate")) if cell else "-")
    for name in names:
        cell = brokers.get(name)
        p50 = cell.median("latency_p50_us") if cell else None
        row.append(f"{number(p50)} / {number(cell.median('latency_p99_us'))}" if p50 else "-")
    return row


def markdown(scenarios: list, rows: list, about: dict, more: list | None = None) -> str:
    """The tables of docs/performance.md, with the machine and the settings; `more` are lines of
    other tables, between them."""
    found = cells(rows)
    shown = [(each, found[each.name]) for each in scenarios if each.name in found]
    names = list(dict.fromkeys(row["broker"] for row in rows))
    machine = about["machine"]
    cost_head = ["scenario", "figure", *names,
                 *[f"{name} × floor" for name in names if name != FLOOR], "faults"]
    speed_head = ["scenario", *[f"{name}, per second" for name in names],
                  *[f"{name}, p50 / p99 µs" for name in names]]
    lines = [
        f"`{about['command']}`, commit {about['commit']}. {machine['cpu']}, {machine['cores']} "
        f"cores, Linux {machine['kernel']}, load average {machine['load_average']} at the start.",
        "", *[f"- {name}: {version}" for name, version in about["versions"].items()],
        "", "Minimum / median of the runs, and the minimum as a multiple of the floor's.", "",
        *markdown_table(cost_head, [markdown_cost(*each, names) for each in shown]),
        "", "Medians of rates and end-to-end latencies.", "",
        *markdown_table(speed_head, [markdown_speed(*each, names) for each in shown]),
        *(more or []),
        "", "What a scenario says besides:", "",
    ]
    for scenario, brokers in shown:
        lines += [f"- {scenario.title}, {name}: {details(cell)}"
                  for name, cell in brokers.items() if details(cell)]
    return "\n".join([*lines, "", "```toml", about["settings"].strip(), "```", ""])
