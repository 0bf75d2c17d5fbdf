"""Packets byte by byte, right ones and wrong ones."""

import struct

from mqtt_packets import (
    CONNECT,
    DISCONNECT,
    ENCODERS,
    PROPERTY_IDS,
    PUBLISH,
    PUBREL,
    SUBSCRIBE,
    UNSUBSCRIBE,
    V5,
    binary,
    packet,
    text,
    variable,
)

PING = b"\xc0\x00"
NONE = b""  # Properties: there are none.

# Strings that are none, and why.
BAD_STRINGS = {
    "surrogate": b"\xed\xa0\x80",
    "overlong": b"\xc0\xaf",
    "over 10FFFF": b"\xf4\x90\x80\x80",
    "cut off": b"\xe2\x82",
    "U+0000": b"a\0b",
}


def prop(name, value):
    number, kind = PROPERTY_IDS[name]
    return variable(number) + ENCODERS[kind](value)


def props(**values):
    """Properties without their length, as the functions below take them."""
    return b"".join(prop(name, value) for name, value in values.items())


def with_length(data):
    return variable(len(data)) + data


def section(version, properties):
    """The length of properties and the properties, where the version has them."""
    return with_length(properties) if version == V5 else b""


def data_of(value):
    return binary(value) if isinstance(value, bytes) else text(value)


def connect(*fields, name="MQTT", version=V5, flags=0x02, keep_alive=60, properties=NONE):
    """CONNECT with these fields in its payload, each with all its bytes."""
    body = data_of(name) + bytes([version, flags]) + struct.pack(">H", keep_alive)
    return packet(CONNECT, 0, body + section(version, properties) + b"".join(fields))


def publish(topic, payload=b"", qos=0, id_=None, properties=NONE, version=V5, more_flags=0):
    """`id_`: if there is to be one, whatever the QoS. `more_flags`: RETAIN 1, DUP 8."""
    number = b"" if id_ is None else struct.pack(">H", id_)
    body = data_of(topic) + number + section(version, properties) + payload
    return packet(PUBLISH, qos << 1 | more_flags, body)


def subscribe(id_, *requests, properties=NONE, version=V5, flags=2):
    """`requests`: pairs of filter and option byte."""
    body = struct.pack(">H", id_) + section(version, properties)
    for topic_filter, options in requests:
        body += data_of(topic_filter) + bytes([options])
    return packet(SUBSCRIBE, flags, body)


def unsubscribe(id_, *filters, properties=NONE, version=V5, flags=2):
    body = struct.pack(">H", id_) + section(version, properties)
    return packet(UNSUBSCRIBE, flags, body + b"".join(map(data_of, filters)))


def ack(kind, id_, reason=None, properties=None):
    """PUBACK, PUBREC, PUBREL or PUBCOMP, as short as what is given allows."""
    body = struct.pack(">H", id_)
    if reason is not None:
        body += bytes([reason])
    if properties is not None:
        body += with_length(properties)
    return packet(kind, 2 if kind == PUBREL else 0, body)


def disconnect(reason=None, properties=None):
    body = b"" if reason is None else bytes([reason])
    return packet(DISCONNECT, 0, body if properties is None else body + with_length(properties))
