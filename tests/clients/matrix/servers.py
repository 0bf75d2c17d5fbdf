"""The brokers that the clients are tried with. Each has doors: where a transport is served."""

import os
import pathlib
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass

from broker import DEADLINE_SECONDS, Broker
from matrix import certificates

HOST = "127.0.0.1"
TRANSPORTS = ("tcp", "tls", "ws", "wss")
MOSQUITTO = "/usr/sbin/mosquitto"
MOSQUITTO_STARTS_MAX = 5

GODWIT_LISTENER = '[[listener.{kind}]]\nbind = "127.0.0.1:0"\n'
GODWIT_CERTIFICATE = 'certificate_file = "{folder}/server.pem"\nkey_file = "{folder}/server.key"\n'

MOSQUITTO_CONFIG = """
per_listener_settings false
allow_anonymous true
persistence false
log_dest stderr
set_tcp_nodelay true
max_queued_messages 0
"""


@dataclass(frozen=True)
class Doors:
    """What clients need to know of a broker."""

    ports: dict  # by transport; a transport that is not there is not served
    ca_file: str
    key_hash: str  # of the server's public key
    host: str = HOST


class Server:
    """A broker with certificates in a folder of its own."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="godwit-matrix-")
        self.folder = pathlib.Path(self._folder.name)
        certificates.make(self.folder)

    def doors(self, ports):
        return Doors(ports, str(self.folder / "ca.pem"), certificates.key_hash(self.folder))

    def remove(self):
        self._folder.cleanup()


class Godwit(Server):
    name = "Godwit"

    def start(self, transports=TRANSPORTS):
        config = ""
        for kind in transports:
            if kind != "tcp":
                config += GODWIT_LISTENER.format(kind=kind)
            if kind in ("tls", "wss"):
                config += GODWIT_CERTIFICATE.format(folder=self.folder)
        self._broker = Broker(config=config, flags=["--allow-anonymous"])
        self._broker.start()
        ports = {}
        for event in self._broker.events("listener_ready"):
            if event["kind"] in TRANSPORTS:
                ports[event["kind"]] = int(event["address"].rsplit(":", 1)[1])
        return self.doors(ports)

    def stop(self):
        """What it left that it should not have; empty if all is well."""
        code = self._broker.stop()
        faults = self._broker.faults()
        self._broker.remove()
        self.remove()
        return faults + ([f"exit code {code}"] if code else [])


class Mosquitto(Server):
    """Debian's, to see whether a failure is the client's."""

    name = "Mosquitto"

    def start(self, transports=TRANSPORTS):
        for _ in range(MOSQUITTO_STARTS_MAX):
            ports = self._free_ports(transports)
            if self._started_on(ports):
                return self.doors(ports)
        raise AssertionError("mosquitto does not start")

    @staticmethod
    def _free_ports(kinds):
        """All held at once, or two could be the same."""
        taken = {kind: socket.create_server((HOST, 0)) for kind in kinds}
        ports = {kind: listener.getsockname()[1] for kind, listener in taken.items()}
        for listener in taken.values():
            listener.close()
        return ports

    def _config(self, ports):
        # Started as root it would become a user who cannot read our key.
        text = MOSQUITTO_CONFIG + ("user root\n" if os.getuid() == 0 else "")
        for kind, port in ports.items():
            text += f"listener {port} {HOST}\n"
            if kind in ("ws", "wss"):
                text += "protocol websockets\n"
            if kind in ("tls", "wss"):
                text += f"certfile {self.folder}/server.pem\nkeyfile {self.folder}/server.key\n"
        return text

    def _started_on(self, ports):
        """False if somebody else took a port meanwhile."""
        config = self.folder / "mosquitto.conf"
        config.write_text(self._config(ports), encoding="ascii")
        with (self.folder / "mosquitto.log").open("w", encoding="ascii") as log:
            self._process = subprocess.Popen(
                [MOSQUITTO, "-c", str(config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + DEADLINE_SECONDS
        waiting = set(ports.values())
        while waiting and time.monotonic() < deadline and self._process.poll() is None:
            port = next(iter(waiting))
            try:
                socket.create_connection((HOST, port), 1).close()
                waiting.remove(port)
            except OSError:
                time.sleep(0.01)
        if waiting and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        return not waiting

    def stop(self):
        self._process.terminate()
        code = self._process.wait(DEADLINE_SECONDS)
        self.remove()
        return [f"exit code {code}"] if code else []
