"""Paho Python: a connection has a thread of the library's; operations wait for its callbacks."""

import pathlib
import queue
import ssl
import sys

import paho.mqtt.client as paho
from paho.mqtt import __version__ as paho_version
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))

import lines  # noqa: E402


def number(code):
    """3.1.1 has numbers, 5.0 objects."""
    return int(getattr(code, "value", code))


class Connection:
    def __init__(self, door, name, client_id, clean, will):
        self._door = door
        self._name = name
        self._clean = clean
        self._answers = queue.Queue()
        self._leaving = False
        settings = {} if door.is_v5 else {"clean_session": clean}
        self._client = paho.Client(
            client_id=client_id,
            protocol=paho.MQTTv5 if door.is_v5 else paho.MQTTv311,
            transport="websockets" if door.is_websocket else "tcp",
            reconnect_on_failure=False,
            **settings,
        )
        if door.is_encrypted:
            self._client.tls_set(ca_certs=door.ca_file, cert_reqs=ssl.CERT_REQUIRED)
        if door.is_websocket:
            self._client.ws_set_options(path="/mqtt")
        if will is not None:
            topic, qos, data = will
            self._client.will_set(topic, data, qos)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        self._client.on_disconnect = self._on_disconnect

    # 5.0 hands properties to the callbacks as well.

    def _on_connect(self, _client, _data, flags, reason, *_):
        self._answers.put(("connect", number(reason), flags["session present"]))

    def _on_subscribe(self, _client, _data, _mid, codes, *_):
        self._answers.put(("subscribe", [number(code) for code in codes]))

    def _on_message(self, _client, _data, message):
        lines.say_message(
            self._name, message.topic, message.qos, message.retain, message.payload
        )

    def _on_disconnect(self, *_):
        if self._leaving:
            self._answers.put(("disconnect",))
        else:
            lines.say("lost", self._name)

    def _answer(self, wanted):
        kind, *rest = self._answers.get(timeout=lines.OPERATION_SECONDS)
        if kind != wanted:
            raise RuntimeError(f"{wanted} expected, but {kind}")
        return rest

    def connect(self):
        settings = {}
        if self._door.is_v5:
            properties = Properties(PacketTypes.CONNECT)
            if not self._clean:
                properties.SessionExpiryInterval = lines.KEPT_SESSION_SECONDS
            settings = {"clean_start": self._clean, "properties": properties}
        self._client.connect(
            self._door.host, self._door.port, lines.KEEP_ALIVE_SECONDS, **settings
        )
        self._client.loop_start()
        reason, session_present = self._answer("connect")
        if reason != 0:
            raise RuntimeError(f"CONNACK {reason}")
        return int(session_present)

    def subscribe(self, filters, qos):
        options = paho.SubscribeOptions(qos=qos) if self._door.is_v5 else qos
        self._client.subscribe([(one, options) for one in filters])
        (codes,) = self._answer("subscribe")
        if len(codes) != len(filters) or any(code > 2 for code in codes):
            raise RuntimeError(f"SUBACK {codes}")

    def publish(self, topic, data, qos, retain):
        sent = self._client.publish(topic, data, qos, retain)
        sent.wait_for_publish(lines.OPERATION_SECONDS)
        if not sent.is_published():
            raise RuntimeError("no acknowledgement in time")

    def disconnect(self):
        self._leaving = True
        self._client.disconnect()
        self._answer("disconnect")
        self._client.loop_stop()


if __name__ == "__main__":
    lines.run(paho_version, Connection)
