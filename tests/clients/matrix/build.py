#!/usr/bin/env python3
"""Builds the client programs into build/client-matrix; what is up to date is left alone.

./dev calls it before the client tests, and it is the only step that may load npm packages: exactly
those of package-lock.json. What the programs are built with is in deploy/packages.txt.
"""

import glob
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
from concurrent import futures
from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parent.parent.parent / "build" / "client-matrix"

BUILD_SECONDS = 300
JARS = "/usr/share/java"
FUSESOURCE_JARS = ":".join(
    f"{JARS}/{name}.jar"
    for name in ("mqtt-client", "hawtbuf", "hawtdispatch", "hawtdispatch-transport")
)
CXX = ["g++", "-std=c++20", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread"]
GO_SOURCES = "/usr/share/gocode"
NODE_FILES = ("package.json", "package-lock.json", ".npmrc")


def paho_java_jar():
    """Its jar if somebody has it; Debian does not."""
    named = os.environ.get("GODWIT_PAHO_JAVA_JAR")
    found = [named] if named else sorted(glob.glob(f"{JARS}/org.eclipse.paho.client.mqttv3*.jar"))
    return found[-1] if found else None


@dataclass(frozen=True)
class Target:
    """One program. `inputs`: what it is made of; `output`: what is there afterwards."""

    name: str
    inputs: tuple
    output: str
    command: tuple
    environment: tuple = ()
    folder: pathlib.Path = HERE

    def digest(self):
        summary = hashlib.sha256(repr((self.command, self.environment)).encode())
        for path in self.inputs:
            summary.update((HERE / path).read_bytes())
        return summary.hexdigest()


def cpp(name, *libraries):
    inputs = ("cpp/adapter.h", "cpp/adapter.cc", f"{name}/adapter.cc")
    command = (*CXX, *inputs[1:], "-o", str(OUT / name), *(f"-l{one}" for one in libraries))
    return Target(name, inputs, name, command)


def java(name, source, jars):
    inputs = ("java/Lines.java", f"{name}/{source}.java")
    output = str(OUT / name)
    command = ("javac", "-Xlint:all", "-Werror", "-cp", jars, "-d", output, *inputs)
    return Target(name, inputs, f"{name}/{source}.class", command)


def go():
    environment = (
        ("GO111MODULE", "off"),
        ("GOPATH", GO_SOURCES),
        ("GOCACHE", str(OUT / "go-cache")),
        ("GOFLAGS", "-trimpath"),
    )
    command = ("go", "build", "-o", str(OUT / "paho_go"), "paho_go/adapter.go")
    return Target("paho_go", ("paho_go/adapter.go",), "paho_go", command, environment)


def node():
    command = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    return Target("node", NODE_FILES, "node/node_modules", command, folder=OUT / "node")


def targets():
    wanted = [
        node(),
        go(),
        cpp("libmosquitto", "mosquitto"),
        cpp("paho_c", "paho-mqtt3cs"),
        cpp("paho_cpp", "paho-mqttpp3", "paho-mqtt3as"),
        java("fusesource", "FusesourceAdapter", FUSESOURCE_JARS),
    ]
    if paho_java_jar():
        wanted.append(java("paho_java", "PahoJavaAdapter", paho_java_jar()))
    return wanted


def build(target):
    """False if it was up to date."""
    stamp = OUT / f"{target.name}.stamp"
    digest = target.digest()
    is_there = (OUT / target.output).exists() and stamp.exists()
    if is_there and stamp.read_text(encoding="ascii") == digest:
        return False
    target.folder.mkdir(parents=True, exist_ok=True)
    if target.folder != HERE:
        for name in target.inputs:
            shutil.copy(HERE / name, target.folder)
    done = subprocess.run(
        target.command,
        cwd=target.folder,
        env={**os.environ, **dict(target.environment)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=BUILD_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise AssertionError(f"{target.name}: {' '.join(target.command)}\n{done.stdout}")
    stamp.write_text(digest, encoding="ascii")
    return True


def build_all():
    """Builds what has changed, two at a time; the names of what was built."""
    OUT.mkdir(parents=True, exist_ok=True)
    with futures.ThreadPoolExecutor(max_workers=2) as pool:
        jobs = {target.name: pool.submit(build, target) for target in targets()}
        return [name for name, job in jobs.items() if job.result()]


if __name__ == "__main__":
    try:
        made = build_all()
    except (AssertionError, OSError, subprocess.TimeoutExpired) as problem:
        sys.exit(f"client programs: {problem}\nWhat they need is in deploy/packages.txt.")
    print(f"client programs: built {', '.join(made) or 'nothing, all are up to date'}")
