#!/usr/bin/env python3
"""Measures Godwit beside the floor relay, Mosquitto and nats-server, and checks that no message is lost.

  run.py smoke    about a minute: many scenarios short; fails on loss, duplicates, wrong order
  run.py quick    ten minutes: the scenarios a change is judged by, all that have a target
  run.py full     an hour: the table of docs/performance.md

Exit status: 0 fine, also when a target is missed; 1 a judged broker had faults or failed; 2 it
could not begin. The settings and targets are in bench.toml beside this file; README.md says how to
read the tables.
"""

import argparse
import json
import pathlib
import resource
import shlex
import shutil
import signal
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from harness import (  # noqa: E402
    certificates, differences, procfs, programs, report, runner, scenarios, settings, targets)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("depth", choices=["smoke", "quick", "full"])
    parser.add_argument("--godwit", metavar="PATH", help="the broker; else that of ./dev build")
    parser.add_argument("--brokers", metavar="A,B", help="of bench.toml; else those of the depth")
    parser.add_argument("--scenarios", metavar="A,B", help="by name, `list` prints them")
    parser.add_argument("--reps", type=int, metavar="N", help="runs of each timed scenario")
    parser.add_argument("--out", metavar="FILE", help="append every run as a line of JSON")
    parser.add_argument("--markdown", metavar="FILE", help="write the table for the docs")
    return parser.parse_args()


def fail(text: str):
    print(f"bench: {text}", file=sys.stderr)
    sys.exit(2)


def choose_brokers(names: list, specs: dict, godwit) -> list:
    """The specs of the brokers that are there; says which are not."""
    chosen = []
    for name in names:
        if name not in specs:
            fail(f"no broker {name} in bench.toml; there are {', '.join(specs)}")
        program = specs[name].command[0]
        if program == "@GODWIT@" and godwit is None:
            fail("no godwit to measure: build the release, give --godwit, or choose --brokers")
        if not program.startswith("@") and shutil.which(program) is None:
            print(f"LEFT OUT: {name}, there is no {program}")
            continue
        chosen.append(specs[name])
    return chosen


def version_of(spec, places: dict) -> str:
    if not spec.version:
        return spec.note or "unknown"
    command = [places.get(word, word) for word in spec.version]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    return ((done.stdout or done.stderr).strip().splitlines() or ["unknown"])[0]


def raise_descriptor_limit() -> int:
    """One broker holds all idle connections; children inherit the limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def describe(about: dict):
    machine = about["machine"]
    print(f"machine: {machine['cpu']}, {machine['cores']} cores, {machine['memory']}, "
          f"Linux {machine['kernel']}, load average {machine['load_average']}")
    print(f"commit: {about['commit']}")
    for name, version in about["versions"].items():
        print(f"{name}: {version}")


def extra_words(arguments) -> list:
    """The options that decide what was measured, for the line that says how to repeat it."""
    words = []
    for name in ("brokers", "scenarios", "reps"):
        value = getattr(arguments, name)
        if value:
            words += [f"--{name}", str(value)]
    return words


def judge(rows: list, judged: set) -> list:
    """The runs that must not be: faults or failures of judged brokers."""
    return [row for row in rows if row["broker"] in judged and (row["faults"] or "error" in row)]


def show(about: dict, chosen: list, rows: list, verdicts: list):
    print("\n--- settings ---\n\n" + about["settings"])
    print("\n--- results ---\n\n" + report.text(chosen, rows))
    if more := differences.text(rows):
        print("\n--- what a transport adds ---\n\n" + more)
    print("\n--- targets ---\n\n" + targets.text(verdicts))


def main() -> int:
    arguments = parse_arguments()
    # An end by signal also stops the broker that is running.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    if arguments.scenarios == "list":
        print("\n".join(f"{each.name:23} {each.title}" for each in scenarios.SCENARIOS))
        return 0
    configured = settings.load(HERE / "bench.toml")
    depth = configured.depths[arguments.depth]
    godwit = programs.find_godwit(arguments.godwit)
    names = arguments.brokers.split(",") if arguments.brokers else depth.brokers
    specs = choose_brokers(names, configured.brokers, godwit)
    try:
        wanted = arguments.scenarios.split(",") if arguments.scenarios else []
        chosen = runner.leave_out_untraceable(scenarios.choose(arguments.depth, wanted))
        places = {"@GODWIT@": str(godwit),
                  "@FLOOR@": str(programs.find_own("floor_relay", godwit)),
                  "@LOAD@": str(programs.find_own("godwit_load", godwit))}
    except KeyError as unknown:
        fail(f"no scenario {unknown}; --scenarios list prints them")
    except (programs.Missing, subprocess.CalledProcessError) as missing:
        fail(str(missing))
    if depth.idle_connections + 500 > raise_descriptor_limit():
        print("WARNING: the limit of open files is below what the idle connections need")
    command = shlex.join(["tests/bench/run.py", arguments.depth, *extra_words(arguments)])
    about = {"machine": procfs.machine(), "commit": procfs.commit_of(HERE), "command": command,
             "versions": {spec.name: version_of(spec, places) for spec in specs},
             "settings": settings.shown(depth, specs)}
    describe(about)

    out = open(arguments.out, "a", encoding="utf-8") if arguments.out else None
    if out:
        out.write(json.dumps({"about": about}) + "\n")
    try:
        with certificates.made(specs) as files:
            runs = runner.Runner(depth, {**places, **files}, out)
            rows = runs.run(chosen, specs, arguments.reps or depth.repetitions)
    except certificates.Failed as failed:
        fail(str(failed))
    if out:
        out.close()

    verdicts = targets.judge(configured.targets, scenarios.SCENARIOS, rows,
                             targets.load_reasons(HERE / "explained.toml"))
    if arguments.depth != "smoke":  # Whose figures mean nothing.
        show(about, chosen, rows, verdicts)
    if arguments.markdown:
        more = [*targets.markdown(verdicts), *differences.markdown(rows)]
        text = report.markdown(chosen, rows, about, more)
        pathlib.Path(arguments.markdown).write_text(text)
    wrong = judge(rows, {spec.name for spec in specs if spec.judged})
    print(f"\n{len(rows)} runs, {len(wrong)} of judged brokers with faults or failures")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
