#!/usr/bin/env python3
"""Switches on each planted bug of */*/mutant.h and sees that a scenario or a seed finds it.

  mutants.py [--build DIR] [--seeds N] [--jobs N] [name or number ...]
  mutants.py --clean DIR       sees that no program or library of a build has any

A bug is found when a scenario (build/mutants/bin/raft_scenarios) or a simulator (godwit_sim,
godwit_session_sim, seeds 1 to N) fails with it, also by a CHECK. Fails if one survives.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
from dataclasses import dataclass

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
ROW = re.compile(r"^\s*k(\w+) = (\d+),\s*// (.*)$", re.MULTILINE)
SECONDS_MAX = 300
SESSION_SECONDS_MAX = 60
OF_THE_BROKER = 300  # Numbers from here on: consensus is not concerned.


@dataclass(frozen=True)
class Mutant:
    name: str
    number: int
    text: str


def read_mutants(top=TOP):
    mutants = []
    for header in sorted([*top.glob("cluster/*/mutant.h"), *top.glob("broker/*/mutant.h")]):
        for name, number, text in ROW.findall(header.read_text(encoding="utf-8")):
            mutants.append(Mutant(name, int(number), text))
    return sorted(mutants, key=lambda mutant: mutant.number)


def run(words, seconds_max=SECONDS_MAX):
    """(finished well, output); a program that hangs has not finished well."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False,
                              timeout=seconds_max, cwd=TOP)
    except subprocess.TimeoutExpired:
        return False, "hangs"
    return done.returncode == 0, done.stdout + done.stderr


def first_match(pattern, text, otherwise):
    found = re.search(pattern, text, re.MULTILINE)
    return found.group(1) if found else otherwise


def find_by_seed(program, mutant, options, seconds_max):
    """What the simulator said when it failed, or None."""
    fine, said = run([str(options.build / "bin" / program), "--mutant", str(mutant.number),
                      "--count", str(options.seeds)], seconds_max)
    if fine:
        return None
    otherwise = f"{program}: {said[-200:].strip()}"
    return first_match(r"((?:FAILED|aborted): seed .*)$", said, otherwise).replace("FAILED: ", "")


def find_by_scenario(mutant, options):
    fine, said = run([str(options.build / "bin" / "raft_scenarios"), "--mutant", str(mutant.number)])
    if fine:
        return None
    played = re.findall(r"^running (\S+)", said, re.MULTILINE)
    return "scenario " + first_match(r"^FAILED (\S+)", said, played[-1] if played else "?")


def find(mutant, options):
    """What found it, or None."""
    found = None
    if mutant.number < OF_THE_BROKER:
        found = (find_by_scenario(mutant, options)
                 or find_by_seed("godwit_sim", mutant, options, SECONDS_MAX))
    return found or find_by_seed("godwit_session_sim", mutant, options, SESSION_SECONDS_MAX)


def planted_symbols(build):
    """Programs and libraries of a build that could switch a planted bug on."""
    found = []
    files = list((build / "bin").glob("*")) + list(build.rglob("lib*.a"))
    for file in files:
        if file.is_file():
            said = subprocess.run(["nm", "-C", str(file)], capture_output=True, text=True, check=False)
            if "planted_mutant" in said.stdout or "plant_mutant" in said.stdout:
                found.append(str(file))
    return len(files), found


def check_clean(build):
    count, found = planted_symbols(build)
    for file in found:
        print(f"{file} has planted bugs")
    print(f"{count} programs and libraries, {len(found)} with planted bugs")
    return 1 if found or count == 0 else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=TOP / "build" / "mutants")
    parser.add_argument("--seeds", type=int, default=3000)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--clean", type=pathlib.Path, metavar="DIR")
    parser.add_argument("names", nargs="*", metavar="name")
    options = parser.parse_args()
    if options.clean:
        return check_clean(options.clean.resolve())
    options.build = options.build.resolve()
    mutants = [mutant for mutant in read_mutants()
               if not options.names or mutant.name in options.names or str(mutant.number) in options.names]
    survived = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for mutant, how in zip(mutants, pool.map(lambda one: find(one, options), mutants)):
            survived += how is None
            print(f"{mutant.number} {mutant.name}: {how or 'SURVIVES'}", flush=True)
    print(f"{len(mutants) - survived} of {len(mutants)} planted bugs found")
    return 1 if survived or not mutants else 0


if __name__ == "__main__":
    sys.exit(main())
