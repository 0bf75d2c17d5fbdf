"""A client that does exactly what a test says: no acknowledgement, ping or reconnect by itself."""

import socket
import struct
import time

import mqtt_packets as mqtt
from broker import DEADLINE_SECONDS


class Closed(Exception):
    """The broker has closed the connection."""


class RawClient:
    """`wrap`: makes of the connected socket one that speaks TLS or WebSocket."""

    def __init__(
        self, port, host="127.0.0.1", version=mqtt.V5, receive_buffer=None, wrap=lambda plain: plain
    ):
        self.version = version
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(DEADLINE_SECONDS)
        self.socket.connect((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self.socket = wrap(self.socket)
        except BaseException:
            self.socket.close()
            raise
        self._input = b""
        self._set_aside = []  # Messages that came while something else was awaited.
        self._next_id = 1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def cut(self):
        """Ends the connection without a word, as a killed process does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    # --- receiving ---

    def _fill(self, count):
        while len(self._input) < count:
            try:
                data = self.socket.recv(65536)
            except (ConnectionResetError, BrokenPipeError) as error:
                raise Closed from error
            if not data:
                raise Closed
            self._input += data

    def receive(self):
        """The next packet. Raises Closed, or TimeoutError if there is none."""
        return self._set_aside.pop(0) if self._set_aside else self._read_packet()

    def _read_packet(self):
        self._fill(2)
        size = shift = 0
        at = 1
        while True:
            self._fill(at + 1)
            digit = self._input[at]
            size |= (digit & 0x7F) << shift
            shift += 7
            at += 1
            if digit < 0x80:
                break
        self._fill(at + size)
        first, body = self._input[0], self._input[at : at + size]
        self._input = self._input[at + size :]
        return mqtt.decode(first, body, self.version)

    def expect(self, kind):
        found = self.receive()
        if found.kind != kind:
            raise AssertionError(f"expected packet type {kind}, got {found}")
        return found

    def expect_past_messages(self, kind):
        """The next packet of that type; messages before it are kept for later."""
        while True:
            found = self._read_packet()
            if found.kind == kind:
                return found
            if found.kind != mqtt.PUBLISH:
                raise AssertionError(f"expected packet type {kind}, got {found}")
            self._set_aside.append(found)

    def expect_closed(self):
        """The rest of the packets until the broker closes."""
        packets = []
        try:
            while True:
                packets.append(self.receive())
        except Closed:
            return packets

    def expect_silence(self):
        """Nothing comes before the answer to a ping, so nothing was on its way."""
        self.send(mqtt.packet(mqtt.PINGREQ, 0, b""))
        self.expect(mqtt.PINGRESP)

    # --- sending ---

    def connect(self, client_id="", **settings):
        """CONNECT and the CONNACK that answers it."""
        connect = mqtt.Connect(client_id=client_id, version=self.version, **settings)
        self.send(connect.encode())
        return self.expect(mqtt.CONNACK)

    def packet_id(self):
        self._next_id = self._next_id % 65535 + 1
        return self._next_id

    def _properties(self, values):
        return mqtt.properties(values) if self.version == mqtt.V5 else b""

    def send_subscribe(self, *filters, qos=0, properties=None):
        number = self.packet_id()
        body = struct.pack(">H", number) + self._properties(properties)
        for topic_filter in filters:
            body += mqtt.text(topic_filter) + bytes([qos])
        self.send(mqtt.packet(mqtt.SUBSCRIBE, 2, body))
        return number

    def subscribe(self, *filters, qos=0, properties=None):
        """The reason codes of the SUBACK. Only where nothing else can come first."""
        number = self.send_subscribe(*filters, qos=qos, properties=properties)
        answer = self.expect(mqtt.SUBACK)
        if answer.packet_id != number:
            raise AssertionError(f"SUBACK of another packet: {answer}")
        return answer.reasons

    def send_publish(self, topic, payload=b"", qos=0, retain=False, properties=None, dup=False):
        body = mqtt.text(topic)
        number = None
        if qos:
            number = self.packet_id()
            body += struct.pack(">H", number)
        body += self._properties(properties) + payload
        flags = qos << 1 | int(retain) | (8 if dup else 0)
        self.send(mqtt.packet(mqtt.PUBLISH, flags, body))
        return number

    def publish(self, topic, payload=b"", qos=0, retain=False, properties=None):
        """Publishes with the whole handshake; the reason code of its first answer."""
        self.send_publish(topic, payload, qos, retain, properties)
        if qos == 0:
            return None
        answer = self.expect_past_messages(mqtt.PUBACK if qos == 1 else mqtt.PUBREC)
        if qos == 2 and answer.reason < 0x80:
            self.acknowledge(mqtt.PUBREL, answer.packet_id)
            self.expect_past_messages(mqtt.PUBCOMP)
        return answer.reason

    def acknowledge(self, kind, packet_id):
        flags = 2 if kind == mqtt.PUBREL else 0
        self.send(mqtt.packet(kind, flags, struct.pack(">H", packet_id)))

    def receive_message(self):
        """The next PUBLISH, acknowledged to its end."""
        message = self.expect(mqtt.PUBLISH)
        if message.qos == 1:
            self.acknowledge(mqtt.PUBACK, message.packet_id)
        elif message.qos == 2:
            self.acknowledge(mqtt.PUBREC, message.packet_id)
            self.expect_past_messages(mqtt.PUBREL)
            self.acknowledge(mqtt.PUBCOMP, message.packet_id)
        return message

    def ping(self):
        self.send(mqtt.packet(mqtt.PINGREQ, 0, b""))
        self.expect(mqtt.PINGRESP)

    def disconnect(self, reason=0):
        body = bytes([reason]) if reason else b""
        self.send(mqtt.packet(mqtt.DISCONNECT, 0, body))
        self.expect_closed()
        self.socket.close()


def eventually_refused(port, host="127.0.0.1"):
    """Waits until nobody listens any more."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            return True
        time.sleep(0.01)
    return False
