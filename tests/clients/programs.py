"""Runs other people's clients: the programs in docs/examples, Paho, Mosquitto's command line."""

import re
import shutil
import subprocess
import sys
import threading
import time

from broker import DEADLINE_SECONDS, TOP

EXAMPLES = TOP / "docs" / "examples"


def paho_python():
    """An interpreter that has Paho; the one on PATH need not be Debian's."""
    for candidate in (sys.executable, "/usr/bin/python3", "python3"):
        check = [candidate, "-c", "import paho.mqtt.client"]
        if subprocess.run(check, capture_output=True, check=False).returncode == 0:
            return candidate
    raise AssertionError("no Python with paho.mqtt; install python3-paho-mqtt")


def haproxy():
    """Its path, or None; Debian puts it where not every PATH leads."""
    return shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")


def example(name, port):
    """The text of an example, with the broker's port."""
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    changed, count = re.subn(r"\b1883\b", str(port), text)
    if count != 1:
        raise AssertionError(f"{name} names the port {count} times")
    return changed


class Program:
    """A client program that runs until it is stopped, and its output by line."""

    def __init__(self, command, **settings):
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **settings
        )
        self._lines = []
        self._news = threading.Condition()
        self._closed = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self._news:
                self._lines.append(line.rstrip("\n"))
                self._news.notify_all()
        with self._news:
            self._closed = True
            self._news.notify_all()

    def lines(self):
        with self._news:
            return list(self._lines)

    def wait_for_line(self, wanted):
        deadline = time.monotonic() + DEADLINE_SECONDS
        with self._news:
            while wanted not in self._lines:
                if self._closed or time.monotonic() > deadline:
                    raise AssertionError(f"no line {wanted!r} in {self._lines}")
                self._news.wait(0.1)

    def end(self):
        """Waits until it ends by itself; (exit code, lines)."""
        code = self.process.wait(DEADLINE_SECONDS)
        self._reader.join(DEADLINE_SECONDS)
        self.process.stdout.close()
        return code, self.lines()

    def kill(self):
        self.process.kill()
        return self.end()


def python(source, *arguments):
    """A Paho program from its text; its lines come at once."""
    return Program([paho_python(), "-u", "-c", source, *arguments])


def shell(source, **settings):
    return Program(["sh", "-c", f"exec {source}"], **settings)


def mosquitto_pub(port, *arguments, host="127.0.0.1"):
    """Runs it to its end; (exit code, output)."""
    done = subprocess.run(
        ["mosquitto_pub", "-h", host, "-p", str(port), *arguments],
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def mosquitto_sub(port, *arguments, host="127.0.0.1"):
    """Starts it, subscribed once this returns if it is given -d."""
    return Program(["mosquitto_sub", "-h", host, "-p", str(port), *arguments])
