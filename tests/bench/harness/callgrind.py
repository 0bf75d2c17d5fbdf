"""Runs the small benchmarks under callgrind and reads its profiles.

Each benchmark runs in a process of its own, so that its count depends on nothing that ran before
it. The program itself tells callgrind what belongs to the benchmark (micro/callgrind.h).
"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
from concurrent import futures
from dataclasses import dataclass

SECONDS_MAX = 120  # Of one benchmark; the longest takes a few seconds.

# The C library chooses its memcpy by the processor. Here it takes the plain one everywhere, so that
# two machines count the same.
PLAIN_FUNCTIONS = "glibc.cpu.hwcaps=" + ",".join(
    f"-{feature}" for feature in ("AVX2", "AVX_Fast_Unaligned_Load", "AVX512F", "BMI2", "ERMS",
                                  "FSRM", "SSE4_1", "SSE4_2", "SSSE3"))

TRIGGER = re.compile(r"^desc: Trigger: Client Request: (\S+) (\d+)$", re.MULTILINE)
TOTALS = re.compile(r"^totals: (\d+)$", re.MULTILINE)
FUNCTION = re.compile(r"^(c?)fn=\((\d+)\)(?: (.*))?$")
COST = re.compile(r"^[+*\d-]\S* (\d+)$")


class Failed(Exception):
    """There is no count; the text says why."""


@dataclass(frozen=True)
class Profile:
    name: str
    operations: int
    total: int  # Instructions of all operations together.
    functions: dict  # From the name of a function to its own instructions.

    @property
    def each(self) -> float:
        return self.total / self.operations


def self_costs(text: str) -> dict:
    """What each function costs without those that it calls."""
    names, costs = {}, {}
    current, of_call = None, False
    for line in text.splitlines():
        if function := FUNCTION.match(line):
            called, number, name = function.groups()
            if name is not None:
                names[number] = name
            if not called:
                current = names[number]
        elif line.startswith("calls="):
            of_call = True  # The next line has the cost of what was called.
        elif current is not None and (cost := COST.match(line)):
            if not of_call:
                costs[current] = costs.get(current, 0) + int(cost.group(1))
            of_call = False
    return costs


def parse(text: str) -> Profile | None:
    """The profile of a benchmark, or None: the one of the program's end has another trigger."""
    trigger, totals = TRIGGER.search(text), TOTALS.search(text)
    if not trigger or not totals:
        return None
    return Profile(trigger.group(1), int(trigger.group(2)), int(totals.group(1)), self_costs(text))


def version() -> str:
    if shutil.which("valgrind") is None:
        raise Failed("there is no valgrind to count with; ./dev packages test installs it")
    done = subprocess.run(["valgrind", "--version"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def names_of(program: pathlib.Path) -> list:
    command = [str(program), "--benchmark_list_tests"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"{program} does not list its benchmarks: {done.stderr.strip()}")
    return done.stdout.split()


def profile(program: pathlib.Path, name: str) -> Profile:
    with tempfile.TemporaryDirectory(prefix="bench-callgrind-") as folder:
        command = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--collect-atstart=no",
                   f"--callgrind-out-file={folder}/profile",
                   str(program), f"--counted={name}"]
        environment = {"PATH": os.environ.get("PATH", ""), "GLIBC_TUNABLES": PLAIN_FUNCTIONS}
        try:
            done = subprocess.run(command, env=environment, capture_output=True, text=True,
                                  check=False, timeout=SECONDS_MAX)
        except subprocess.TimeoutExpired:
            raise Failed(f"{name}: not done after {SECONDS_MAX} s under callgrind") from None
        if done.returncode != 0:
            raise Failed(f"{name} ended with {done.returncode}:\n{done.stderr.strip()}")
        for file in pathlib.Path(folder).iterdir():
            found = parse(file.read_text())
            if found and found.name == name:
                return found
        raise Failed(f"{name}: callgrind wrote no profile of it:\n{done.stderr.strip()}")


def profiles(program: pathlib.Path, names: list, jobs: int) -> list:
    with futures.ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(lambda name: profile(program, name), names))
