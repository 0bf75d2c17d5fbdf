#!/usr/bin/env python3
"""Puts each fault of mutants.toml into the broker and sees that the model checker finds it.

  mutants.py [--build DIR] [--traces N] [--jobs N] [name ...]

A mutant is one source file changed in one place, compiled as the build DIR (build/release) compiles
it and linked before the room's archive, so nothing else is built. Fails if a mutant survives N traces
(200,000), if its text is no longer in the source, or if it does not compile.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tomllib

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
LIST = pathlib.Path(__file__).resolve().with_name("mutants.toml")


class Broken(Exception):
    """The mutant cannot be tried."""


def read_list(path=LIST):
    return tomllib.loads(path.read_text(encoding="utf-8"))["mutant"]


def mutate(mutant, top=TOP):
    """The changed text of the mutant's file."""
    text = (top / mutant["file"]).read_text(encoding="utf-8")
    found = text.count(mutant["find"])
    if found != 1:
        raise Broken(f"{mutant['file']} has its text {found} times, not once")
    return text.replace(mutant["find"], mutant["put"])


def compile_command(build, file):
    """(arguments without input and output, working directory) of a source file."""
    for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8")):
        if entry["file"] == str(TOP / file):
            words = shlex.split(entry["command"])
            at = words.index("-o")
            return words[:at] + words[at + 2 :], entry["directory"]
    raise Broken(f"{file} is in no command of {build}")


def run(words, **settings):
    return subprocess.run(words, capture_output=True, text=True, check=False, **settings)


def link_command(build):
    """The command that links model_check, without its program and objects that come first."""
    said = run(["ninja", "-C", str(build), "-t", "commands", "-s", "bin/model_check"]).stdout
    command = said.strip().splitlines()[-1]
    # ": && c++ ... && :"
    return next(part for part in command.split("&&") if " -o " in part).strip()


def build_mutant(mutant, build, link, folder):
    source = folder / f"{mutant['name']}.cc"
    source.write_text(mutate(mutant), encoding="utf-8")
    words, directory = compile_command(build, mutant["file"])
    words[words.index(str(TOP / mutant["file"]))] = str(source)
    made = source.with_suffix(".o")
    done = run([*words, "-w", "-o", str(made)], cwd=directory)
    if done.returncode != 0:
        raise Broken(f"does not compile:\n{done.stderr}")
    program = folder / mutant["name"]
    words = shlex.split(link)
    at = words.index("-o")
    words[at + 1] = str(program)
    done = run(words[: at + 2] + [str(made)] + words[at + 2 :], cwd=build)
    if done.returncode != 0:
        raise Broken(f"does not link:\n{done.stderr}")
    return program


def try_mutant(mutant, options, link, folder):
    """What became of it, in a word or two; None if it was found."""
    try:
        program = build_mutant(mutant, options.build, link, folder)
    except Broken as error:
        return str(error)
    done = run([str(program), "--traces", str(options.traces), "--jobs", "1"])
    return "survives" if done.returncode == 0 else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=TOP / "build" / "release")
    parser.add_argument("--traces", type=int, default=200_000)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("names", nargs="*", metavar="name")
    options = parser.parse_args()
    options.build = options.build.resolve()
    mutants = [m for m in read_list() if not options.names or m["name"] in options.names]
    folder = options.build / "mutants"
    folder.mkdir(exist_ok=True)
    link = link_command(options.build)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        tried = pool.map(lambda mutant: try_mutant(mutant, options, link, folder), mutants)
        for number, (mutant, fault) in enumerate(zip(mutants, tried), 1):
            failed += fault is not None
            print(f"[{number}/{len(mutants)}] {mutant['name']}: {fault or 'found'}", flush=True)
    print(f"{len(mutants) - failed} of {len(mutants)} mutants found")
    return 1 if failed or not mutants else 0


if __name__ == "__main__":
    sys.exit(main())
