"""One broker process: fresh directory and ports, started, watched, stopped by pid."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from harness import procfs

READY_SECONDS = 20
STOP_SECONDS = 15
# After the port answers, a broker may still be finishing its start.
SETTLE_SECONDS = 0.15
# What a client may come through, and what stands for its port in commands and files.
PORT_PLACES = {"tcp": "@PORT@", "tls": "@PORT_TLS@", "ws": "@PORT_WS@", "wss": "@PORT_WSS@"}
# Below the range the kernel gives to outgoing connections, of which there are thousands here.
PORTS = range(21000, 30000)


class BrokerFailed(Exception):
    """The broker did not start, or died."""


def environment() -> dict:
    """Ours without GODWIT_…: those are of the tests, and Godwit takes them for its options."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GODWIT_")}


class PortSource:
    """Free ports, never the same twice in a row: the last run's may be in TIME_WAIT."""

    def __init__(self):
        self._next = PORTS.start + os.getpid() * 37 % len(PORTS)

    def take(self) -> int:
        while True:
            self._next = self._next + 1 if self._next + 1 in PORTS else PORTS.start
            with socket.socket() as probe:
                try:
                    probe.bind(("127.0.0.1", self._next))
                    return self._next
                except OSError:
                    continue


class Broker:
    """Use as a context: starts on entry, stops and removes its directory on exit."""

    def __init__(self, spec, programs: dict, ports: PortSource, wrapper=()):
        self.spec = spec
        self.bad_end = ""  # What was wrong with the way it stopped.
        self._ports = ports
        self._programs = programs
        self._wrapper = list(wrapper)
        self._process = None
        self._directory = None
        self.pids = []
        self.ports = {}  # By transport; only those that the broker listens for.
        self.ca_file = programs.get("@CA@")

    def __enter__(self):
        self._directory = pathlib.Path(tempfile.mkdtemp(prefix=f"bench-{self.spec.name}-"))
        self.ports = {transport: self._ports.take() for transport in transports_of(self.spec)}
        places = {
            "@DIR@": str(self._directory),
            "@PORT2@": str(self._ports.take()),
            **{PORT_PLACES[transport]: str(port) for transport, port in self.ports.items()},
            **self._programs,
        }
        for name, text in self.spec.files.items():
            (self._directory / name).write_text(fill(text, places))
        command = self._wrapper + [fill(word, places) for word in self.spec.command]
        with open(self._directory / "output", "wb") as output:
            self._process = subprocess.Popen(
                command, cwd=self._directory, env=environment(), stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            self._wait_until_ready()
        except BrokerFailed:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def _wait_until_ready(self):
        deadline = time.monotonic() + READY_SECONDS
        for port in self.ports.values():
            self._wait_for_port(port, deadline)
        time.sleep(SETTLE_SECONDS)
        # A wrapper (strace) is not part of what is measured.
        self.pids = procfs.descendants(self._process.pid)[1 if self._wrapper else 0:]

    def _wait_for_port(self, port: int, deadline: float):
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                dead = self._process.poll() is not None
                if dead or time.monotonic() > deadline:
                    raise BrokerFailed(f"did not start: {self.output_tail()}") from None
                time.sleep(0.02)

    def check_alive(self):
        if self._process.poll() is not None:
            raise BrokerFailed(f"died with {self._process.returncode}: {self.output_tail()}")

    def output_tail(self) -> str:
        text = (self._directory / "output").read_text(errors="replace")
        return " | ".join(text.strip().splitlines()[-4:])[-400:] or "no output"

    def stop(self):
        """Ends exactly the processes that were started, and waits for them."""
        if self._process is None:
            return
        pids = procfs.descendants(self._process.pid)[1 if self._wrapper else 0:]
        mine = {pid: procfs.start_time(pid) for pid in {*pids, *self.pids}}
        self._send(mine, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and self._left(mine):
            self._process.poll()
            time.sleep(0.01)
        if self._left(mine):
            self.bad_end = "did_not_stop"
            self._send(mine, signal.SIGKILL)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        status = self._process.returncode
        if not self.bad_end and status not in (self.spec.stopped_status, -signal.SIGTERM):
            self.bad_end = f"ended_with_{status}"
        self._process = None
        shutil.rmtree(self._directory, ignore_errors=True)

    @staticmethod
    def _left(mine: dict) -> list:
        return [pid for pid, start in mine.items() if start and procfs.start_time(pid) == start]

    def _send(self, mine: dict, number: int):
        for pid in self._left(mine):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass


def transports_of(spec) -> list:
    """Those whose port the broker is told."""
    told = " ".join([*spec.command, *spec.files.values()])
    return [transport for transport, place in PORT_PLACES.items() if place in told]


def fill(text: str, places: dict) -> str:
    for place, value in places.items():
        text = text.replace(place, value)
    return text
