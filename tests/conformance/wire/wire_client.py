"""A raw client with the expectations that rows have of a server."""

import mqtt_packets as mqtt
from raw_client import Closed, RawClient


def listed(codes):
    return " or ".join(f"{code:#x}" for code in codes)


class WireClient(RawClient):
    def __init__(self, visit, version):
        super().__init__(visit.port, visit.host, version)
        self.socket.settimeout(visit.deadline)
        self.strict = visit.strict
        self.received = bytearray()  # Everything that the server sent.

    # --- bytes ---

    def _fill(self, count):
        had = len(self._input)
        try:
            super()._fill(count)
        finally:
            self.received += self._input[had:]

    def _read_packet(self):
        begin = len(self.received) - len(self._input)
        packet = super()._read_packet()
        packet.raw = bytes(self.received[begin : len(self.received) - len(self._input)])
        return packet

    def send_all(self, *packets):
        """In one segment."""
        self.send(b"".join(packets))

    def expect_bytes(self, data):
        """The next packet is exactly this."""
        found = self.receive()
        if found.raw != data:
            raise AssertionError(f"expected {data.hex(' ')}, got {found.raw.hex(' ')}")
        return found

    # --- the end of a connection ---

    def _until_closed(self, sign_of_life):
        """The packets before the close; fails at once on one that shows that there will be none."""
        packets = []
        try:
            while True:
                packets.append(self.receive())
                if sign_of_life(packets[-1]):
                    raise AssertionError(f"expected a close, got {packets}")
        except Closed:
            return packets

    def expect_disconnect(self, *codes):
        """After what was sent the server closes, for one of these reasons.

        5.0: it should say one of them in a DISCONNECT, and says no other; of Godwit the first is
        expected. 3.x: it says nothing. A ping that was sent behind is not answered.
        """
        packets = self._until_closed(lambda packet: packet.kind == mqtt.PINGRESP)
        packets = [packet for packet in packets if packet.kind != mqtt.PUBLISH]
        if self.version != mqtt.V5:
            if packets:
                raise AssertionError(f"expected a bare close, got {packets}")
            return
        if not packets and not self.strict:
            return
        if not packets or packets[-1].kind != mqtt.DISCONNECT:
            raise AssertionError(f"closed without a DISCONNECT, after {packets}")
        said = packets[-1]
        if said.reason not in (codes[:1] if self.strict else codes):
            raise AssertionError(f"expected DISCONNECT {listed(codes)}, got {said.reason:#x}")
        if "session_expiry_interval" in said.properties:  # MQTT-3.14.2-2.
            raise AssertionError(f"a server's DISCONNECT with an expiry: {said}")

    def expect_refused(self, *codes):
        """A CONNECT that was sent gets CONNACK with one of these codes, or nothing, and is closed."""
        packets = self._until_closed(lambda packet: packet.kind == mqtt.CONNACK and not packet.reason)
        if not packets:
            return
        answer = packets[0]
        if len(packets) > 1 or answer.kind != mqtt.CONNACK:
            raise AssertionError(f"expected at most a CONNACK, got {packets}")
        if answer.raw[2]:
            raise AssertionError(f"a refusal with acknowledge flags {answer.raw[2]:#x}")
        if answer.reason not in codes:
            raise AssertionError(f"expected CONNACK {listed(codes)}, got {answer.reason:#x}")

    def expect_bare_close(self):
        packets = self.expect_closed()
        if packets or self._input:
            raise AssertionError(f"expected not a byte before the close, got {packets} {self._input}")

    def still_open(self):
        """Whether a ping is answered rather than the connection closed."""
        try:
            self.send(mqtt.packet(mqtt.PINGREQ, 0, b""))
            self.expect_past_messages(mqtt.PINGRESP)
        except (Closed, ConnectionError):
            return False
        except AssertionError:  # A DISCONNECT, for example.
            self.expect_closed()
            return False
        return True

    def send_unsubscribe(self, *filters):
        number = self.packet_id()
        body = number.to_bytes(2, "big") + self._properties(None) + b"".join(map(mqtt.text, filters))
        self.send(mqtt.packet(mqtt.UNSUBSCRIBE, 2, body))
        return number

    def unsubscribe(self, *filters):
        """The UNSUBACK. Only where nothing else can come first."""
        number = self.send_unsubscribe(*filters)
        answer = self.expect(mqtt.UNSUBACK)
        if answer.packet_id != number:
            raise AssertionError(f"UNSUBACK of another packet: {answer}")
        return answer

    # --- messages ---

    def until_ping(self):
        """All packets that are on their way, messages in full: what comes before the answer to a ping."""
        self.send(mqtt.packet(mqtt.PINGREQ, 0, b""))
        packets = []
        while True:
            packet = self.receive()
            if packet.kind == mqtt.PINGRESP:
                return packets
            packets.append(packet)

    def message(self, payload=None):
        """The next message, acknowledged; with this payload if one is given."""
        found = self.receive_message()
        if payload is not None and found.payload != payload:
            raise AssertionError(f"expected the message {payload}, got {found}")
        return found

    def messages(self, *payloads):
        return [self.message(payload) for payload in payloads]

    def at_subscribe(self, filters, marker, options, properties):
        """Subscribes to the filters, then to a retained marker: the messages before it, acknowledged."""
        self.send_subscribe(*filters, qos=options, properties=properties)
        found, open_, asked, seen = [], 0, False, False
        while not seen or open_:
            packet = self.receive()
            if packet.kind == mqtt.SUBACK and not asked:
                asked = True
                self.send_subscribe(marker)
            elif packet.kind == mqtt.PUBREL:
                self.acknowledge(mqtt.PUBCOMP, packet.packet_id)
                open_ -= 1
            elif packet.kind == mqtt.PUBLISH and packet.topic == marker:
                seen = True
            elif packet.kind == mqtt.PUBLISH:
                found.append(packet)
                if packet.qos:
                    self.acknowledge(mqtt.PUBACK if packet.qos == 1 else mqtt.PUBREC, packet.packet_id)
                open_ += packet.qos == 2
        return found


def all_properties(packet):
    """[(name, value)] of a PUBLISH or CONNACK, repeated ones too."""
    cursor = mqtt.Cursor(packet.raw[1:])
    cursor.variable()
    if packet.kind == mqtt.PUBLISH:
        cursor.text()
        cursor.take(2 if packet.qos else 0)
    else:
        cursor.take(2)
    end = cursor.variable() + cursor.at
    found = []
    while cursor.at < end:
        name, kind = mqtt.PROPERTIES[cursor.variable()]
        value = {
            "byte": lambda: cursor.number(1),
            "two": lambda: cursor.number(2),
            "four": lambda: cursor.number(4),
            "variable": cursor.variable,
            "text": cursor.text,
            "binary": cursor.binary,
            "pair": lambda: (cursor.text(), cursor.text()),
        }[kind]()
        found.append((name, value))
    return found


def subscription_ids(packet):
    return sorted(value for name, value in all_properties(packet) if name == "subscription_identifier")


def check_in_order(messages, numbers):
    """The messages, whose payloads are these numbers, are complete, and in order by topic and QoS."""
    found = [int(message.payload) for message in messages]
    check_equal(sorted(found), list(numbers), "numbers")
    streams = {}
    for message in messages:
        streams.setdefault((message.topic, message.qos), []).append(int(message.payload))
    for stream, found in streams.items():
        check_equal(found, sorted(found), f"order of {stream}")


def property_of(packet, name):
    if name not in packet.properties:
        raise AssertionError(f"no {name} in {packet}")
    return packet.properties[name]


def only(found):
    """The one thing in a list."""
    if len(found) != 1:
        raise AssertionError(f"expected one, found {found}")
    return found[0]


def check(condition, said):
    """As assert, also where Python leaves those out."""
    if not condition:
        raise AssertionError(said)


def check_equal(found, wanted, what="found"):
    if found != wanted:
        raise AssertionError(f"{what} {found!r}, expected {wanted!r}")
