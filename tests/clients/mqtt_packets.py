"""MQTT packets for tests: bytes out, values in, nothing checked that a test might want to break."""

import struct
from dataclasses import dataclass, field

CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP = range(1, 8)
SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT, AUTH = range(8, 16)

V31, V311, V5 = 3, 4, 5

# Property identifier: name, type.
PROPERTIES = {
    0x01: ("payload_format_indicator", "byte"),
    0x02: ("message_expiry_interval", "four"),
    0x03: ("content_type", "text"),
    0x08: ("response_topic", "text"),
    0x09: ("correlation_data", "binary"),
    0x0B: ("subscription_identifier", "variable"),
    0x11: ("session_expiry_interval", "four"),
    0x12: ("assigned_client_identifier", "text"),
    0x13: ("server_keep_alive", "two"),
    0x15: ("authentication_method", "text"),
    0x16: ("authentication_data", "binary"),
    0x17: ("request_problem_information", "byte"),
    0x18: ("will_delay_interval", "four"),
    0x19: ("request_response_information", "byte"),
    0x1A: ("response_information", "text"),
    0x1C: ("server_reference", "text"),
    0x1F: ("reason_string", "text"),
    0x21: ("receive_maximum", "two"),
    0x22: ("topic_alias_maximum", "two"),
    0x23: ("topic_alias", "two"),
    0x24: ("maximum_qos", "byte"),
    0x25: ("retain_available", "byte"),
    0x26: ("user_property", "pair"),
    0x27: ("maximum_packet_size", "four"),
    0x28: ("wildcard_subscription_available", "byte"),
    0x29: ("subscription_identifier_available", "byte"),
    0x2A: ("shared_subscription_available", "byte"),
}
PROPERTY_IDS = {name: (number, kind) for number, (name, kind) in PROPERTIES.items()}


def variable(number):
    out = bytearray()
    while True:
        number, digit = divmod(number, 128)
        out.append(digit | (0x80 if number else 0))
        if not number:
            return bytes(out)


def binary(data):
    return struct.pack(">H", len(data)) + data


def text(value):
    return binary(value.encode())


ENCODERS = {
    "byte": lambda value: bytes([value]),
    "two": lambda value: struct.pack(">H", value),
    "four": lambda value: struct.pack(">I", value),
    "variable": variable,
    "text": text,
    "binary": binary,
    "pair": lambda value: text(value[0]) + text(value[1]),
}


def properties(values):
    out = b""
    for name, value in (values or {}).items():
        number, kind = PROPERTY_IDS[name]
        out += variable(number) + ENCODERS[kind](value)
    return variable(len(out)) + out


def packet(kind, flags, body):
    return bytes([kind << 4 | flags]) + variable(len(body)) + body


@dataclass
class Will:
    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    properties: dict = field(default_factory=dict)


@dataclass
class Connect:
    client_id: str = ""
    version: int = V5
    clean: bool = True
    keep_alive: int = 60
    will: Will = None
    user_name: str = None
    password: bytes = None
    properties: dict = field(default_factory=dict)

    def encode(self):
        flags = 0x02 if self.clean else 0
        payload = text(self.client_id)
        if self.will is not None:
            flags |= 0x04 | self.will.qos << 3 | (0x20 if self.will.retain else 0)
            if self.version == V5:
                payload += properties(self.will.properties)
            payload += text(self.will.topic) + binary(self.will.payload)
        if self.user_name is not None:
            flags |= 0x80
            payload += text(self.user_name)
        if self.password is not None:
            flags |= 0x40
            payload += binary(self.password)
        body = text("MQIsdp" if self.version == V31 else "MQTT")
        body += bytes([self.version, flags]) + struct.pack(">H", self.keep_alive)
        if self.version == V5:
            body += properties(self.properties)
        return packet(CONNECT, 0, body + payload)


@dataclass
class Packet:
    """A packet that came in."""

    kind: int
    flags: int
    packet_id: int = None
    reason: int = 0
    reasons: list = None  # SUBACK, UNSUBACK
    session_present: bool = False
    topic: str = None
    payload: bytes = None
    properties: dict = field(default_factory=dict)

    @property
    def qos(self):
        return self.flags >> 1 & 3

    @property
    def retain(self):
        return bool(self.flags & 1)

    @property
    def dup(self):
        return bool(self.flags & 8)


class Cursor:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise AssertionError(f"the broker sent a short packet: {self.data.hex()}")
        taken = self.data[self.at : self.at + count]
        self.at += count
        return taken

    def left(self):
        return len(self.data) - self.at

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def variable(self):
        number = shift = 0
        while True:
            digit = self.take(1)[0]
            number |= (digit & 0x7F) << shift
            shift += 7
            if digit < 0x80:
                return number

    def binary(self):
        return self.take(self.number(2))

    def text(self):
        return self.binary().decode()

    def properties(self):
        end = self.variable() + self.at
        found = {}
        readers = {
            "byte": lambda: self.number(1),
            "two": lambda: self.number(2),
            "four": lambda: self.number(4),
            "variable": self.variable,
            "text": self.text,
            "binary": self.binary,
            "pair": lambda: (self.text(), self.text()),
        }
        while self.at < end:
            name, kind = PROPERTIES[self.variable()]
            value = readers[kind]()
            if kind == "pair":
                found.setdefault(name, []).append(value)
            else:
                found[name] = value
        return found


def decode(first_byte, body, version):
    """A packet of the broker."""
    found = Packet(kind=first_byte >> 4, flags=first_byte & 0x0F)
    cursor = Cursor(body)
    v5 = version == V5
    if found.kind == CONNACK:
        found.session_present = bool(cursor.number(1) & 1)
        found.reason = cursor.number(1)
        found.properties = cursor.properties() if v5 and cursor.left() else {}
    elif found.kind == PUBLISH:
        found.topic = cursor.text()
        found.packet_id = cursor.number(2) if found.qos else None
        found.properties = cursor.properties() if v5 else {}
        found.payload = cursor.take(cursor.left())
    elif found.kind in (SUBACK, UNSUBACK):
        found.packet_id = cursor.number(2)
        found.properties = cursor.properties() if v5 else {}
        found.reasons = list(cursor.take(cursor.left()))
    else:
        if found.kind in (PUBACK, PUBREC, PUBREL, PUBCOMP):
            found.packet_id = cursor.number(2)
        if cursor.left():
            found.reason = cursor.number(1)
        if cursor.left():
            found.properties = cursor.properties()
    return found
