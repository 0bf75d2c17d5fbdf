"""The servers that the rows run against, and a row's visit to one of them."""

import itertools
import pathlib
import selectors
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "clients"))

import mqtt_packets as mqtt  # noqa: E402
from broker import DEADLINE_SECONDS, Broker  # noqa: E402
from wire_client import WireClient  # noqa: E402

MOSQUITTO = "/usr/sbin/mosquitto"
MOSQUITTO_CONFIG = """
listener {port} 127.0.0.1
allow_anonymous true
persistence false
sys_interval 0
log_dest stderr
log_type error
set_tcp_nodelay true
max_packet_size 4194304
"""

# It never answers, so waiting longer shows nothing more.
MUTE_DEADLINE_SECONDS = 0.2


class Visit:
    """One row's stay at a server: its own names, its connections closed at the end.

    `strict`: a courtesy that the standard asks for with "should" is a must.
    """

    # A session that stays behind when its connection ends, of 5.0 and of 3.1.1.
    KEPT = {"clean": False, "properties": {"session_expiry_interval": 300}}
    _serials = itertools.count(1)

    def __init__(self, port, deadline, strict):
        self.host = "127.0.0.1"
        self.port = port
        self.deadline = deadline
        self.strict = strict
        self._serial = next(self._serials)
        self._clients = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for client in self._clients:
            client.socket.close()

    def id(self, name="client"):
        """A client id that no other row uses."""
        return f"{name}{self._serial}"

    def topic(self, rest):
        """A topic or filter below a level that no other row uses."""
        return f"row{self._serial}/{rest}"

    def raw(self, version=mqtt.V5):
        """A connection on which nothing was said yet."""
        client = WireClient(self, version)
        self._clients.append(client)
        return client

    def connect(self, name="client", version=mqtt.V5, **settings):
        """A client that was let in; `connack` is what it was told."""
        client = self.raw(version)
        client.connack = client.connect(self.id(name), **settings)
        if client.connack.reason:
            raise AssertionError(f"CONNECT was refused: {client.connack}")
        return client

    def subscriber(self, *filters, name="subscriber", version=mqtt.V5, qos=2, **settings):
        """A client that is subscribed to these below the row's own level."""
        client = self.connect(name, version, **settings)
        for code in client.subscribe(*map(self.topic, filters), qos=qos):
            if code > 2:
                raise AssertionError(f"SUBSCRIBE was refused: {code:#x}")
        return client

    def at_subscribe(self, client, *filters, options=2, properties=None):
        """The messages that SUBSCRIBE brings: those before a retained one that was asked for later.

        They are few: a server may send many in portions, with others in between.
        """
        marker = f"$marker{self._serial}/{next(self._serials)}"
        self.connect("marker").publish(marker, b"marker", qos=1, retain=True)
        return client.at_subscribe(filters, marker, options, properties)

    def retained(self, filter_):
        """{topic: payload} of what a new subscriber finds."""
        found = self.at_subscribe(self.connect("finder"), self.topic(filter_))
        return {message.topic: message.payload for message in found}

    @staticmethod
    def until(condition, what):
        """Asks until it is so; for what the clock of the server has to do."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited for {what}")
            time.sleep(0.05)


class Godwit:
    strict = True
    deadline = DEADLINE_SECONDS

    def start(self):
        self._broker = Broker(flags=["--allow-anonymous"])
        self.port = self._broker.start().port
        return self

    def visit(self, deadline=None):
        return Visit(self.port, deadline or self.deadline, self.strict)

    def stop(self):
        """What it left that it should not have; empty if all is well."""
        code = self._broker.stop()
        faults = self._broker.faults()
        self._broker.remove()
        return faults + ([f"exit code {code}"] if code else [])


class Mosquitto:
    strict = False
    deadline = DEADLINE_SECONDS

    @staticmethod
    def version():
        said = subprocess.run([MOSQUITTO, "-h"], capture_output=True, text=True, check=False)
        return said.stdout.split("\n")[0].removeprefix("mosquitto version ")

    def start(self):
        self._folder = tempfile.TemporaryDirectory(prefix="godwit-mosquitto-")
        for _ in range(5):
            if self._started_on(self._free_port()):
                return self
        raise AssertionError("mosquitto does not start")

    @staticmethod
    def _free_port():
        with socket.create_server(("127.0.0.1", 0)) as taken:
            return taken.getsockname()[1]

    def _started_on(self, port):
        """False if somebody else took the port meanwhile."""
        self.port = port
        config = pathlib.Path(self._folder.name) / "mosquitto.conf"
        config.write_text(MOSQUITTO_CONFIG.format(port=port), encoding="ascii")
        self._process = subprocess.Popen(
            [MOSQUITTO, "-c", str(config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return True
            except OSError:
                time.sleep(0.01)
        return False

    def visit(self, deadline=None):
        return Visit(self.port, deadline or self.deadline, self.strict)

    def stop(self):
        self._process.terminate()
        code = self._process.wait(DEADLINE_SECONDS)
        self._folder.cleanup()
        return [f"exit code {code}"] if code else []


class Mute:
    """Accepts and reads; never answers, never closes."""

    strict = True
    deadline = MUTE_DEADLINE_SECONDS

    def start(self):
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self._listener.getsockname()[1]
        self._stopped, self._stop = socket.socketpair()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def _serve(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._stopped, selectors.EVENT_READ)
            while True:
                ready = [key.fileobj for key, _ in selector.select()]
                if self._stopped in ready:
                    break
                for connection in ready:
                    self._serve_one(connection, selector)
            for key in list(selector.get_map().values()):
                key.fileobj.close()

    def _serve_one(self, connection, selector):
        if connection is self._listener:
            selector.register(connection.accept()[0], selectors.EVENT_READ)
            return
        try:
            data = connection.recv(65536)
        except ConnectionError:
            data = b""
        if not data:  # The client has gone.
            selector.unregister(connection)
            connection.close()

    def visit(self, deadline=None):
        return Visit(self.port, deadline or self.deadline, self.strict)

    def stop(self):
        self._stop.close()
        self._thread.join()
        return []
