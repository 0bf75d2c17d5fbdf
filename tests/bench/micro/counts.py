#!/usr/bin/env python3
"""Counts the instructions of the small benchmarks and compares them with the reference.

  counts.py check        fails if one got worse by more than 5 %, or is new or gone
  counts.py accept       writes what is counted now as the reference, counts.toml
  counts.py where NAME   which functions a benchmark's instructions are in

Counts do not move with the load of the machine, but with the compiler and the C library: under
others than those of the reference, `check` prints and does not judge. Exit status: 0 fine; 1 worse,
new or gone; 2 it could not count.
"""

import argparse
import os
import pathlib
import signal
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from harness import callgrind, counts  # noqa: E402

REFERENCE = HERE / "counts.toml"
PROGRAM = HERE.parents[2] / "build" / "release" / "bin" / "godwit_micro_counted"
FUNCTIONS_SHOWN = 25
# Types as the source names them.
SHORTER = (("std::span<std::byte const, 18446744073709551615ul>", "ByteView"),
           ("std::basic_string_view<char, std::char_traits<char> >", "std::string_view"),
           ("(anonymous namespace)::", ""), ("godwit::", ""))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["check", "accept", "where"])
    parser.add_argument("name", nargs="?", help="of `where`: a benchmark")
    parser.add_argument("--program", type=pathlib.Path, default=PROGRAM, metavar="PATH",
                        help="else that of ./dev build release")
    parser.add_argument("--reference", type=pathlib.Path, default=REFERENCE, metavar="FILE")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="benchmarks at a time")
    arguments = parser.parse_args()
    if (arguments.what == "where") != (arguments.name is not None):
        parser.error("`where` needs the name of a benchmark, the others none")
    return arguments


def built_with(program: pathlib.Path) -> tuple:
    """(what the counts depend on, the flags), as the program says."""
    if not program.exists():
        raise callgrind.Failed(f"there is no {program}; ./dev build release makes it")
    done = subprocess.run([str(program), "--toolchain"], capture_output=True, text=True, check=True)
    toolchain, flags = done.stdout.splitlines()
    return toolchain, flags


def count(arguments) -> counts.Reference:
    toolchain, flags = built_with(arguments.program)
    about = {"flags": flags, "counted_with": callgrind.version()}
    names = callgrind.names_of(arguments.program)
    found = callgrind.profiles(arguments.program, names, arguments.jobs)
    return counts.Reference(toolchain, about, {each.name: each.each for each in found})


def check(arguments) -> int:
    before = counts.load(arguments.reference)
    now = count(arguments)
    comparison = counts.compare(before.instructions, now.instructions)
    print(counts.table(comparison))
    if before.built_with != now.built_with:
        print(f"\nNOT JUDGED: the reference is of {before.built_with}, and this is\n"
              f"{now.built_with}; the difference may be the compiler's")
        return 0
    print()
    for sentence in counts.sentences(comparison):
        print(sentence)
    unchanged = len(comparison.those(""))
    print(f"{unchanged} of {len(comparison.rows)} within {counts.TOLERANCE:.0%} of the reference")
    return 0 if comparison.fine else 1


def accept(arguments) -> int:
    before = {}
    if arguments.reference.exists():
        before = counts.load(arguments.reference).instructions
    now = count(arguments)
    print(counts.table(counts.compare(before, now.instructions)))
    arguments.reference.write_text(counts.render(now))
    print(f"\nwritten: {arguments.reference}")
    return 0


def shortened(function: str) -> str:
    for long, short in SHORTER:
        function = function.replace(long, short)
    return function if len(function) <= 100 else function[:97] + "..."


def where(arguments) -> int:
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # So that `| head` ends it quietly.
    built_with(arguments.program)
    if arguments.name not in callgrind.names_of(arguments.program):
        raise callgrind.Failed(f"there is no benchmark {arguments.name}")
    profile = callgrind.profile(arguments.program, arguments.name)
    print(f"{profile.name}: {profile.each:,.1f} instructions an operation")
    by_cost = sorted(profile.functions.items(), key=lambda item: -item[1])
    for function, cost in by_cost[:FUNCTIONS_SHOWN]:
        print(f"{cost / profile.operations:10,.1f} {cost / profile.total:6.1%}  {shortened(function)}")
    return 0


def main() -> int:
    arguments = parse_arguments()
    try:
        return {"check": check, "accept": accept, "where": where}[arguments.what](arguments)
    except (callgrind.Failed, counts.Unreadable) as failed:
        print(f"counts: {failed}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
