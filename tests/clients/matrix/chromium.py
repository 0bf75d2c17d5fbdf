"""Pages in headless Chromium as adapters, driven over its DevTools pipe.

Chromium is started with the first page and serves all rows. It is told to trust the key of the test's
server, and no other that it would not trust anyway.
"""

import functools
import http.server
import itertools
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import urllib.parse

from broker import DEADLINE_SECONDS
from matrix import build
from matrix.adapter import ClientError

HERE = pathlib.Path(__file__).resolve().parent
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--headless",
    "--no-sandbox",  # Tests run as root in containers; the pages are ours.
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # All pages but one are in the background.
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    "--remote-debugging-pipe",
)
# Chromium reads commands from descriptor 3 and writes to 4.
PIPES = 'exec "$0" "$@" 3<&{commands} 4>&{answers}'
READ_BYTES = 1 << 16
SERVED = {"/node_modules/": build.OUT / "node" / "node_modules"}


class _Files(http.server.SimpleHTTPRequestHandler):
    """The adapters' pages, and the packages of the matrix below /node_modules."""

    extensions_map = {"": "application/octet-stream", ".html": "text/html",
                      ".js": "text/javascript", ".mjs": "text/javascript",
                      ".json": "application/json"}

    def translate_path(self, path):
        for beginning, folder in SERVED.items():
            if path.startswith(beginning):
                self.directory = str(folder)
                return super().translate_path(path[len(beginning) - 1 :])
        return super().translate_path(path)

    def log_message(self, *_):
        pass


class _Page:
    """The channel of an Adapter to a page."""

    def __init__(self, browser, session, target):
        self._browser = browser
        self._session = session
        self._target = target

    def send(self, line):
        expression = f"receive({json.dumps(line)})"
        self._browser.command("Runtime.evaluate", {"expression": expression}, self._session)

    def said(self):
        return ""

    def kill(self):
        self._browser.close_page(self._session, self._target)

    close = kill


class Chromium:
    """One browser. Threads: commands from any; a thread of its own reads answers and events."""

    def __init__(self, key_hash):
        self._key_hash = key_hash
        self._starting = threading.Lock()
        self._process = None
        self._writing = threading.Lock()
        self._news = threading.Condition()
        # Guarded by _news.
        self._serials = itertools.count(1)
        self._answers = {}
        self._listeners = {}  # by session: who hears what the page says
        self._ended = False

    # --- starting and stopping ---

    def _start(self):
        self._folder = tempfile.TemporaryDirectory(
            prefix="godwit-chromium-", ignore_cleanup_errors=True
        )
        files = functools.partial(_Files, directory=str(HERE))
        self._files = http.server.ThreadingHTTPServer(("127.0.0.1", 0), files)
        threading.Thread(target=self._files.serve_forever, daemon=True).start()
        commands, self._to_browser = os.pipe()
        self._from_browser, answers = os.pipe()
        arguments = [*FLAGS, f"--user-data-dir={self._folder.name}"]
        if self._key_hash:
            arguments.append(f"--ignore-certificate-errors-spki-list={self._key_hash}")
        with (pathlib.Path(self._folder.name) / "said.log").open("wb") as said:
            self._process = subprocess.Popen(
                ["bash", "-c", PIPES.format(commands=commands, answers=answers), CHROMIUM,
                 *arguments, "about:blank"],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                pass_fds=(commands, answers),
            )
        os.close(commands)
        os.close(answers)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def close(self):
        if self._process is None:
            return
        try:
            self.command("Browser.close")
            self._process.wait(DEADLINE_SECONDS)
        except (ClientError, OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        os.close(self._to_browser)
        self._reader.join(DEADLINE_SECONDS)
        os.close(self._from_browser)
        self._files.shutdown()
        self._files.server_close()
        self._folder.cleanup()

    # --- the pipe ---

    def _read(self):
        rest = b""
        while data := os.read(self._from_browser, READ_BYTES):
            *whole, rest = (rest + data).split(b"\0")
            with self._news:
                for text in whole:
                    self._take(json.loads(text))
                self._news.notify_all()
        with self._news:
            self._ended = True
            for listener in self._listeners.values():
                listener(None)
            self._news.notify_all()

    def _take(self, message):
        if "id" in message:
            self._answers[message["id"]] = message
        elif message["method"] == "Runtime.bindingCalled":
            self._hear(message["sessionId"], message["params"]["payload"])

    def _hear(self, session, line):
        if session in self._listeners:
            self._listeners[session](line)

    def command(self, method, parameters=None, session=None):
        """Its answer."""
        with self._news:
            serial = next(self._serials)
        message = {"id": serial, "method": method, "params": parameters or {}}
        if session is not None:
            message["sessionId"] = session
        with self._writing:
            os.write(self._to_browser, json.dumps(message).encode() + b"\0")
        with self._news:
            arrived = self._news.wait_for(
                lambda: serial in self._answers or self._ended, DEADLINE_SECONDS
            )
            if not arrived or serial not in self._answers:
                raise ClientError(f"Chromium does not answer {method}")
            answer = self._answers.pop(serial)
        if "error" in answer:
            raise ClientError(f"Chromium, {method}: {answer['error']['message']}")
        return answer["result"]

    # --- pages ---

    def open_page(self, name, door, deliver):
        """A channel to a new page of the adapter `name`; `deliver` hears what the page says."""
        with self._starting:
            if self._process is None:
                self._start()
        target = self.command("Target.createTarget", {"url": "about:blank"})["targetId"]
        attaching = {"targetId": target, "flatten": True}
        session = self.command("Target.attachToTarget", attaching)["sessionId"]
        with self._news:
            self._listeners[session] = deliver
        self.command("Runtime.enable", session=session)
        self.command("Runtime.addBinding", {"name": "say"}, session)
        port = self._files.server_address[1]
        query = urllib.parse.urlencode({"door": " ".join(door)})
        address = f"http://127.0.0.1:{port}/{name}/page.html?{query}"
        self.command("Page.navigate", {"url": address}, session)
        return _Page(self, session, target)

    def close_page(self, session, target):
        """Ends the page and its connections, as somebody does who closes the tab."""
        with self._news:
            deliver = self._listeners.pop(session, None)
        self.command("Target.closeTarget", {"targetId": target})
        if deliver is not None:
            deliver(None)
