"""Starts the broker under test, finds its ports in its log, stops it, and looks at what it left.

GODWIT_BIN names the program; without it the builds below build/ are tried. Everything of one broker
lives in a temporary folder, every port is chosen by the system.
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
# Long, because sanitizers are slow and machines are shared; nothing waits this long when all is well.
DEADLINE_SECONDS = float(os.environ.get("GODWIT_TEST_DEADLINE", "30"))

FIELD = re.compile(r'([a-z_]+)=("(?:\\.|[^"\\])*"|[^" ]*)(?: |$)')
BROKEN = ("Sanitizer", "runtime error:", "CHECK", "terminate called")


def program():
    """The path of the broker under test."""
    if "GODWIT_BIN" in os.environ:
        return os.environ["GODWIT_BIN"]
    for preset in ("release", "debug", "asan"):
        candidate = TOP / "build" / preset / "bin" / "godwit"
        if candidate.exists():
            return str(candidate)
    raise AssertionError("no godwit program: build it, or set GODWIT_BIN")


def environment(**variables):
    """Ours without GODWIT_…: those are for tests, and the broker takes them for its options."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GODWIT_")}
    return ours | variables


def run(*arguments, input_text=None, cwd=None, env=None):
    """Runs a subcommand to its end; `env`: beyond the usual environment."""
    return subprocess.run(
        [program(), *arguments],
        input=input_text,
        cwd=cwd,
        env=environment(**(env or {})),
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )


def wait_until(condition, what):
    """Waits until `condition()` is true, or fails."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {DEADLINE_SECONDS} s for {what}")
        time.sleep(0.01)


def parse_logfmt(line):
    """The fields of a line; empty if it is not one."""
    fields = {}
    at = 0
    while at < len(line):
        match = FIELD.match(line, at)
        if match is None:
            return {}
        key, value = match.groups()
        if value.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        fields[key] = value
        at = match.end()
    return fields


def table(name, **options):
    """A table of a configuration file; strings of JSON are strings of TOML."""
    head = f"[[{name}]]\n" if "." in name else f"[{name}]\n"  # `listener.tcp`: one of several.
    lines = [f"{key} = {json.dumps(value)}\n" for key, value in options.items()]
    return head + "".join(lines)


SPREAD = 'connection_placement = "spread"\n'  # By default so few clients share one thread.


def spread_over(io_threads):
    """The flags for so many I/O threads with clients on all of them."""
    return ["--io-threads", str(io_threads), "--set", "connection_placement=spread"]


class Broker:
    """One running broker. `config`: the text of its configuration file."""

    def __init__(self, config="", flags=(), bind=("127.0.0.1:0",), http_bind="127.0.0.1:0"):
        self._folder = tempfile.TemporaryDirectory(prefix="godwit-test-")
        self.folder = pathlib.Path(self._folder.name)
        self._config = config
        self._flags = list(flags)
        for address in bind:
            self._flags += ["--bind", address]
        if http_bind is not None:
            self._flags += ["--http-bind", http_bind]
        self._lines = []
        self._news = threading.Condition()
        self._closed = False
        self._told_to_stop = False
        self.process = None
        self.expected_exit_code = 0

    def write(self, name, text):
        """A file in the broker's folder, for its configuration to name."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def start(self):
        config = self.configure(self._config)
        self.process = subprocess.Popen(
            [program(), "serve", "--config", config, *self._flags],
            cwd=self.folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        self.wait_for_event("ready")
        self.ports = self.ports_of("tcp")
        self.port = self.ports[0] if self.ports else None
        http = self.events("listener_ready", kind="http")
        self.http_port = self._port(http[0]) if http else None
        return self

    def ports_of(self, kind):
        """The ports of the listeners of a kind, in the order of the configuration."""
        return [self._port(event) for event in self.events("listener_ready", kind=kind)]

    @staticmethod
    def _port(event):
        return int(event["address"].rsplit(":", 1)[1])

    def _read_log(self):
        for line in self.process.stderr:
            with self._news:
                self._lines.append(line.rstrip("\n"))
                self._news.notify_all()
        with self._news:
            self._closed = True
            self._news.notify_all()

    def log(self):
        with self._news:
            return list(self._lines)

    def events(self, name, **fields):
        """The log's events of that name with these fields."""
        found = [parse_logfmt(line) for line in self.log()]
        wanted = {"event": name, **fields}
        return [event for event in found if wanted.items() <= event.items()]

    def wait_for_event(self, name, **fields):
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            found = self.events(name, **fields)
            if found:
                return found[0]
            with self._news:
                if self._closed or time.monotonic() > deadline:
                    log = "\n".join(self._lines)
                    raise AssertionError(f"no event={name} {fields} in the log:\n{log}")
                self._news.wait(0.1)

    def wait_for_count(self, name, count, **fields):
        """Waits until there are so many events; lines of the log come when they come."""
        wait_until(lambda: len(self.events(name, **fields)) == count, f"{count} events {name}")

    def http(self, path):
        """(status, body) of a GET."""
        url = f"http://127.0.0.1:{self.http_port}{path}"
        try:
            with urllib.request.urlopen(url, timeout=DEADLINE_SECONDS) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def metric(self, name, **labels):
        """The sum of all samples of that name that carry these labels."""
        total = 0
        _, text = self.http("/metrics")
        for line in text.splitlines():
            match = re.match(r"([a-z_]+)(?:\{(.*)\})? ([-+.e0-9]+)$", line)
            if match is None or match.group(1) != name:
                continue
            found = dict(re.findall(r'(\w+)="([^"]*)"', match.group(2) or ""))
            if labels.items() <= found.items():
                total += float(match.group(3))
        return total

    def configure(self, config):
        """Rewrites its configuration file."""
        self._config = config
        return self.write("godwit.toml", config)

    def reload(self):
        """Has it read its files again (SIGHUP); whether it has taken them over."""

        def count(outcome):
            return self.metric("godwit_config_reloads_total", outcome=outcome)

        before = {outcome: count(outcome) for outcome in ("applied", "refused")}
        self.process.send_signal(signal.SIGHUP)
        wait_until(
            lambda: any(count(outcome) > seen for outcome, seen in before.items()), "a reload"
        )
        return count("applied") > before["applied"]

    def sanitized(self):
        """Built with a sanitizer, which keeps freed memory for a while."""
        return json.loads(self.http("/version")[1])["build"] not in ("release", "debug")

    def resident_bytes(self):
        """Memory of the process, by the kernel."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) * 1024

    def signal(self, number=signal.SIGTERM):
        self._told_to_stop = True
        self.process.send_signal(number)

    def stop(self):
        """Stops it unless that has begun; the exit code."""
        if self.process.poll() is None and not self._told_to_stop:
            self.signal()
        return self.join()

    def join(self):
        try:
            code = self.process.wait(DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            code = "killed: it did not stop"
        self._reader.join(DEADLINE_SECONDS)
        self.process.stderr.close()
        return code

    def remove(self):
        self._folder.cleanup()

    def faults(self):
        """What the log says that it never should."""
        log = self.log()
        if any(mark in line for line in log for mark in BROKEN):
            return log
        return [line for line in log if not line.startswith("time=")]


class BrokerTest(unittest.TestCase):
    """Tests with a broker that is stopped and looked at afterwards."""

    def start_broker(self, **settings):
        broker = self.make_broker(**settings)
        broker.start()
        return broker

    def start_open_broker(self, **settings):
        """Everybody may connect and do everything."""
        return self.start_broker(flags=["--allow-anonymous", *settings.pop("flags", [])], **settings)

    def make_broker(self, **settings):
        broker = Broker(**settings)
        self.addCleanup(broker.remove)
        self.addCleanup(self._finish, broker)
        return broker

    def _finish(self, broker):
        if broker.process is None:
            return
        code = broker.stop()
        self.assertEqual(broker.faults(), [])
        self.assertEqual(code, broker.expected_exit_code, "\n".join(broker.log()))
