"""The order of the runs, and what is said while they run."""

import json
import os
import subprocess
import time

from harness import measure, syscalls
from harness.broker import Broker, BrokerFailed, PortSource

FAILURES = (BrokerFailed, measure.LoadFailed, OSError, ValueError, subprocess.SubprocessError)


class Runner:
    """Runs scenario × repetition × broker: A B C A B C, so that a busy moment of the machine does
    not meet always the same broker."""

    def __init__(self, depth, programs: dict, out=None):
        self._depth = depth
        self._programs = programs
        self._out = out
        self._ports = PortSource()
        self._began = time.monotonic()
        self.rows = []

    def run(self, scenarios: list, specs: list, repetitions: int) -> list:
        plan = [
            (scenario, repetition, spec)
            for scenario in scenarios
            for repetition in range(1 if scenario.once else repetitions)
            for spec in taking_part(scenario, specs)
        ]
        position = {scenario.name: i + 1 for i, scenario in enumerate(scenarios)}
        for done, (scenario, repetition, spec) in enumerate(plan):
            row = {"scenario": scenario.name, "broker": spec.name, "repetition": repetition}
            row.update(self._measure(scenario, spec))
            row["load_average"] = os.getloadavg()[0]
            self.rows.append(row)
            if self._out:
                self._out.write(json.dumps(row) + "\n")
                self._out.flush()
            self._say(f"scenario {position[scenario.name]} of {len(scenarios)}, "
                      f"run {done + 1} of {len(plan)}", scenario, row)
        return self.rows

    def _measure(self, scenario, spec) -> dict:
        try:
            if scenario.traced:
                return scenario.measure(spec, self._programs, self._ports, self._depth)
            broker = Broker(spec, self._programs, self._ports)
            with broker:
                load = measure.Load(self._programs["@LOAD@"], broker)
                row = scenario.measure(load, broker, self._depth)
            if broker.bad_end:
                row["faults"][broker.bad_end] = 1
            return row
        except FAILURES as failure:
            return {"error": f"{type(failure).__name__}: {failure}", "faults": {}}

    def _say(self, where: str, scenario, row: dict):
        elapsed = time.monotonic() - self._began
        if "error" in row:
            what = row["error"]
        else:
            what = f"{row['key']:.4g} {scenario.unit}, {row['rate']:,.0f} {scenario.rate_unit}"
        for name, count in row["faults"].items():
            what += f"  !! {name} {count}"
        print(f"[{elapsed // 60:.0f}:{elapsed % 60:02.0f}] {where}: "
              f"{scenario.name} {row['broker']}: {what}", flush=True)


def taking_part(scenario, specs: list) -> list:
    """The brokers that can do what the scenario needs, configured as it wants them."""
    able = [spec for spec in specs if not set(scenario.needs) & set(spec.lacks)]
    configured = [spec.configured(scenario.variant) for spec in able]
    return [spec for spec in configured if spec is not None]


def leave_out_untraceable(scenarios: list) -> list:
    if syscalls.available():
        return scenarios
    left_out = [each.name for each in scenarios if each.traced]
    if left_out:
        print(f"left out, there is no strace: {', '.join(left_out)}")
    return [each for each in scenarios if not each.traced]
