"""mosquitto_sub and mosquitto_pub: a connection is a running mosquitto_sub.

mosquitto_sub has to subscribe to something: a connection that was asked for nothing subscribes to a
topic of its own, and a later `subscribe` starts it again. Each publish is a mosquitto_pub.
"""

import ctypes
import os
import pathlib
import queue
import re
import signal
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))

import lines  # noqa: E402

PR_SET_PDEATHSIG = 1
# mosquitto_sub waits a second before it connects again; in that time the loss has to be seen.
WATCH_SECONDS = 0.02
SUBACK_FAILURE = re.compile(r"Subscribed \(mid: \d+\):.*\b(12[89]|1[3-9]\d|2\d\d)\b")


def die_with_parent():
    """Between fork and exec: a killed adapter takes its programs along."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def sockets(pid):
    """The open sockets of a process, by their inodes."""
    folder = pathlib.Path(f"/proc/{pid}/fd")
    try:
        links = [os.readlink(link) for link in folder.iterdir()]
    except OSError:
        return set()
    return {link for link in links if link.startswith("socket:")}


class Subscriber:
    """One mosquitto_sub."""

    def __init__(self, name, command):
        self._name = name
        self._events = queue.Queue()
        self._leaving = threading.Event()
        self._process = subprocess.Popen(
            ["stdbuf", "-oL", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            preexec_fn=die_with_parent,
        )
        threading.Thread(target=self._read, daemon=True).start()
        self._await("Subscribed (mid:")
        threading.Thread(target=self._watch, daemon=True).start()

    def _read(self):
        for line in self._process.stdout:
            if line.startswith("message "):
                self._say_message(line.split())
            else:
                self._events.put(line.rstrip("\n"))
        self._events.put(None)

    def _say_message(self, words):
        topic, qos, retain, *data = words[1:]
        lines.say_message(self._name, topic, qos, retain == "1", bytes.fromhex("".join(data)))

    def _await(self, beginning):
        seen = []
        while True:
            line = self._events.get(timeout=lines.OPERATION_SECONDS)
            if line is None or SUBACK_FAILURE.match(line):
                raise RuntimeError(f"mosquitto_sub: {line}, after {seen}")
            if line.startswith(beginning):
                return
            seen.append(line)

    def _watch(self):
        """mosquitto_sub does not say that its connection ended, and connects again."""
        before = sockets(self._process.pid)
        while not self._leaving.wait(WATCH_SECONDS):
            if not before <= sockets(self._process.pid):
                if not self._leaving.is_set():
                    self._process.kill()
                    lines.say("lost", self._name)
                return

    def stop(self):
        self._leaving.set()
        self._process.terminate()  # It says DISCONNECT.
        self._process.wait(lines.OPERATION_SECONDS)


class Connection:
    def __init__(self, door, name, client_id, clean, will):
        self._name = name
        self._client_id = client_id
        self._door = ["-h", door.host, "-p", str(door.port)]
        self._door += ["-V", "mqttv5" if door.is_v5 else "mqttv311"]
        self._door += ["-k", str(lines.KEEP_ALIVE_SECONDS)]
        if door.is_encrypted:
            self._door += ["--cafile", door.ca_file]
        self._session = [] if clean else ["-c"]
        if door.is_v5 and not clean:
            self._session += ["-x", str(lines.KEPT_SESSION_SECONDS)]
        if will is not None:
            topic, qos, data = will
            self._session += ["--will-topic", topic, "--will-qos", str(qos)]
            self._session += ["--will-payload", data.decode("ascii")]
        self._subscriber = None

    def _start(self, filters, qos):
        command = ["mosquitto_sub", "-d", *self._door, "-i", self._client_id, *self._session]
        command += ["-q", str(qos), "-F", "message %t %q %r %x"]
        for topic_filter in filters:
            command += ["-t", topic_filter]
        self._subscriber = Subscriber(self._name, command)

    def connect(self):
        self._start([f"unused/{self._name}"], 0)
        return "unknown"

    def subscribe(self, filters, qos):
        self._subscriber.stop()
        self._start(filters, qos)

    def publish(self, topic, data, qos, retain):
        command = ["mosquitto_pub", *self._door, "-i", f"{self._client_id}-pub", "-t", topic]
        command += ["-q", str(qos), *(["-r"] if retain else []), "-s" if data else "-n"]
        done = subprocess.run(
            command, input=data, capture_output=True, timeout=lines.OPERATION_SECONDS, check=False
        )
        if done.returncode != 0 or done.stderr:
            raise RuntimeError(f"mosquitto_pub: {done.returncode} {done.stderr!r}")

    def disconnect(self):
        self._subscriber.stop()


def version():
    said = subprocess.run(["mosquitto_sub", "--version"], capture_output=True, text=True, check=False)
    return re.search(r"version (\S+)", said.stdout).group(1)


if __name__ == "__main__":
    lines.run(version(), Connection)
