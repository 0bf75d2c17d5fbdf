"""One client program under the runner's command: lines to it, events back. README.md has both.

An Adapter speaks the line protocol over a channel: a process (here) or a page in Chromium
(chromium.py). Its methods block until the answer is there, and raise ClientError if there is none.
"""

import collections
import subprocess
import threading
import time

from broker import DEADLINE_SECONDS

# Longer than an adapter waits for its library (20 s), so that its own words arrive.
ANSWER_SECONDS = max(DEADLINE_SECONDS, 25.0)
ERROR_OUTPUT_BYTES_MAX = 4000

FNV_BASIS = 2166136261
FNV_PRIME = 16777619
PAYLOAD_PERIOD = 251

Message = collections.namedtuple("Message", "topic qos retain size checksum")


class ClientError(Exception):
    """The client said that something failed, or said nothing."""


def payload(size, seed):
    """What adapters publish and compare: bytes that count up from `seed`."""
    period = bytes(range(PAYLOAD_PERIOD))
    start = seed % PAYLOAD_PERIOD
    return (period * (size // PAYLOAD_PERIOD + 2))[start : start + size]


def checksum(data):
    """FNV-1a, 32 bits: every language has it in three lines."""
    value = FNV_BASIS
    for byte in data:
        value = (value ^ byte) * FNV_PRIME & 0xFFFFFFFF
    return value


class ProcessChannel:
    """A program's standard input and output."""

    def __init__(self, command, deliver, **settings):
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            **settings,
        )
        self._errors = collections.deque(maxlen=ERROR_OUTPUT_BYTES_MAX // 80)
        self._threads = [
            threading.Thread(target=self._read_errors, daemon=True),
            threading.Thread(target=self._read_events, args=(deliver,), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def _read_events(self, deliver):
        for line in self._process.stdout:
            deliver(line.rstrip("\n"))
        # Why it ended is among its last words, and in its exit code.
        self._threads[0].join(DEADLINE_SECONDS)
        try:
            self._process.wait(DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            pass  # It closed its output and lives on; close() ends it.
        deliver(None)

    def _read_errors(self):
        self._errors.extend(self._process.stderr)

    def send(self, line):
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise ClientError(f"the adapter has ended: {self.said()}") from error

    def said(self):
        """How it ended, if it did, and the end of its standard error, for a failure's text."""
        code = self._process.poll()
        ended = "" if code is None else f"exit code {code} "
        return ended + "".join(self._errors)[-ERROR_OUTPUT_BYTES_MAX:]

    def kill(self):
        self._process.kill()
        self._end()

    def close(self):
        try:
            self._process.stdin.write("quit\n")
            self._process.stdin.close()
            self._process.wait(DEADLINE_SECONDS)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()
        self._end()

    def _end(self):
        self._process.wait(DEADLINE_SECONDS)
        for thread in self._threads:
            thread.join(DEADLINE_SECONDS)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            try:
                pipe.close()
            except OSError:
                pass  # Unsent bytes for a process that is gone.


class Adapter:
    """Several connections of one library, by name. Thread: the row's; events come from another."""

    def __init__(self, open_channel):
        """`open_channel(deliver)`: a channel that hands each line to `deliver`, None at its end."""
        self._news = threading.Condition()
        self._answers = collections.defaultdict(collections.deque)
        self._messages = collections.defaultdict(collections.deque)
        self._lost = set()
        self._ended = False
        self._channel = open_channel(self._deliver)
        try:
            self.library_version = self._answer("", "ready")[0]
        except ClientError:
            self._channel.kill()
            raise

    def _deliver(self, line):
        with self._news:
            if line is None:
                self._ended = True
            else:
                self._sort(line)
            self._news.notify_all()

    def _sort(self, line):
        event, *words = line.split(" ")
        if event == "message":
            topic, qos, retain, size, total = words[1:]
            message = Message(topic, int(qos), retain == "1", int(size), int(total))
            self._messages[words[0]].append(message)
        elif event == "lost":
            self._lost.add(words[0])
        elif event == "ready":
            self._answers[""].append((event, words))
        else:
            self._answers[words[0]].append((event, words[1:]))

    def _wait(self, what, take):
        """The first value of `take()` that is not None."""
        deadline = time.monotonic() + ANSWER_SECONDS
        with self._news:
            while True:
                value = take()
                if value is not None:
                    return value
                left = deadline - time.monotonic()
                if self._ended or left <= 0:
                    why = "the adapter ended" if self._ended else f"waited {ANSWER_SECONDS:.0f} s"
                    raise ClientError(f"no {what}: {why}. {self._channel.said()}".strip())
                self._news.wait(left)

    def _answer(self, name, wanted):
        answers = self._answers[name]
        event, words = self._wait(wanted, lambda: answers.popleft() if answers else None)
        if event != wanted:
            raise ClientError(f"{wanted} expected, but: {event} {' '.join(words)}")
        return words

    def _command(self, wanted, verb, name, *words):
        self._channel.send(" ".join([verb, name, *(str(word) for word in words)]))
        return self._answer(name, wanted)

    # --- what scenarios say ---

    def connect(self, name, client_id, clean=True, will=None):
        """Whether the broker had a session: "0", "1", or "unknown" if the library does not tell.

        `will`: (topic, qos, seed), 16 bytes."""
        self._lost.discard(name)
        return self._command("connected", "connect", name, client_id, int(clean), *(will or ()))[0]

    def subscribe(self, name, topic_filter, qos, count=None):
        """`count`: that many filters, `topic_filter`/0, /1 and so on."""
        extra = () if count is None else (count,)
        self._command("subscribed", "subscribe", name, topic_filter, qos, *extra)

    def publish(self, name, topic, qos, *, seed, size=16, retain=False):
        self._command("published", "publish", name, topic, qos, int(retain), size, seed)

    def disconnect(self, name):
        self._command("disconnected", "disconnect", name)

    def message(self, name):
        """The next message of that connection."""
        messages = self._messages[name]
        return self._wait(f"message for {name}", lambda: messages.popleft() if messages else None)

    def wait_until_lost(self, name):
        self._wait(f"end of {name}", lambda: True if name in self._lost else None)

    def kill(self):
        """Ends all its connections as a crash does."""
        self._channel.kill()

    def close(self):
        self._channel.close()
