"""Every property in every packet that a client sends: where it does not belong, twice, cut short."""

from mqtt_packets import (
    PROPERTIES, PUBACK, PUBCOMP, PUBREC, PUBREL, V5, binary, text, variable,
)
from packets import ack, connect, disconnect, publish, subscribe, unsubscribe, with_length
from rows import row
from rows_bad_input import ends

MALFORMED, PROTOCOL_ERROR = 0x81, 0x82

# Where a client may send which: annex A of the list of statements, 2.2.2.2 of the standard.
OF_MESSAGES = {0x01, 0x02, 0x03, 0x08, 0x09, 0x26}
BELONGS = {
    "CONNECT": {0x11, 0x15, 0x16, 0x17, 0x19, 0x21, 0x22, 0x26, 0x27},
    "will": OF_MESSAGES | {0x18},
    "PUBLISH": OF_MESSAGES | {0x23},
    "PUBACK": {0x1F, 0x26},
    "PUBREC": {0x1F, 0x26},
    "PUBREL": {0x1F, 0x26},
    "PUBCOMP": {0x1F, 0x26},
    "SUBSCRIBE": {0x0B, 0x26},
    "UNSUBSCRIBE": {0x26},
    "DISCONNECT": {0x11, 0x1F, 0x26},
}
# Of DISCONNECT, but the server's alone: the standard does not say which of the two errors that is.
NOT_TRIED = ("DISCONNECT", 0x1C)
USER_PROPERTY, SUBSCRIPTION_IDENTIFIER = 0x26, 0x0B

# A value of each type that is in the range of every property of that type.
VALUES = {
    "byte": b"\x01",
    "two": b"\x00\x01",
    "four": b"\x00\x00\x00\x01",
    "variable": b"\x01",
    "text": text("text"),
    "binary": binary(b"data"),
    "pair": text("name") + text("value"),
}

# The packet with these properties.
PACKETS = {
    "CONNECT": lambda own: connect(text("refused"), properties=own),
    "will": lambda own: connect(
        text("refused"), with_length(own), text("t"), binary(b"x"), flags=0x06
    ),
    "PUBLISH": lambda own: publish("t", b"x", properties=own),
    "PUBACK": lambda own: ack(PUBACK, 1, 0, own),
    "PUBREC": lambda own: ack(PUBREC, 1, 0, own),
    "PUBREL": lambda own: ack(PUBREL, 1, 0, own),
    "PUBCOMP": lambda own: ack(PUBCOMP, 1, 0, own),
    "SUBSCRIBE": lambda own: subscribe(1, ("t", 0), properties=own),
    "UNSUBSCRIBE": lambda own: unsubscribe(1, "t", properties=own),
    "DISCONNECT": lambda own: disconnect(0x04, own),
}


def property_bytes(number):
    return variable(number) + VALUES[PROPERTIES[number][1]]


def name(number):
    return PROPERTIES[number][0].replace("_", " ")


def refused(server, where, own, *codes):
    data = PACKETS[where](own)
    if where in ("CONNECT", "will"):
        client = server.raw()
        client.send(data)
        client.expect_refused(*codes)
    else:
        ends(server, data, V5, *codes)


@row("E-112", "MQTT-3.3.4-6", cases={
    f"{name(number)} in {where}": (where, number)
    for where, belongs in BELONGS.items()
    for number in PROPERTIES
    if number not in belongs and (where, number) != NOT_TRIED
})
def a_property_of_another_packet_is_refused(server, case):
    where, number = case
    of_publish = (where, number) == ("PUBLISH", SUBSCRIPTION_IDENTIFIER)  # MQTT-3.3.4-6.
    refused(server, where, property_bytes(number), PROTOCOL_ERROR if of_publish else MALFORMED)


@row("E-112", "E-063", cases={
    f"{name(number)} in {where}": (where, number)
    for where, belongs in BELONGS.items()
    for number in sorted(belongs - {USER_PROPERTY})
})
def a_property_that_comes_twice_is_refused(server, case):
    where, number = case
    refused(server, where, property_bytes(number) * 2, PROTOCOL_ERROR)


@row("E-112", cases={
    f"{number:#x} in {where}": (where, number)
    for where in BELONGS
    for number in (0x00, 0x04, 0x2B, 0x7F, 0x80)
})
def an_unknown_property_is_refused(server, case):
    where, number = case
    refused(server, where, variable(number) + b"\0\0", MALFORMED)


@row("E-112", cases={
    f"{name(number)} in {where}": (where, number)
    for where, belongs in BELONGS.items()
    for number in sorted(belongs)
})
def a_property_that_is_cut_short_is_refused(server, case):
    where, number = case
    refused(server, where, property_bytes(number)[:-1], MALFORMED)


@row("E-112", "E-113", cases={where: where for where in BELONGS})
def properties_longer_than_their_packet_are_refused(server, where):
    pair = property_bytes(USER_PROPERTY)
    data = PACKETS[where](pair)
    longer = data.replace(with_length(pair), variable(len(pair) + 100) + pair)
    if where in ("CONNECT", "will"):
        client = server.raw()
        client.send(longer)
        client.expect_refused(MALFORMED)
    else:
        ends(server, longer, V5, MALFORMED)


@row("MQTT-2.2.2-1", cases={
    "PUBLISH": b"\x30\x03\0\1t",
    "SUBSCRIBE": b"\x82\x02\0\1",
    "UNSUBSCRIBE": b"\xa2\x02\0\1",
})
def a_packet_without_the_length_of_its_properties_is_refused(server, data):
    ends(server, data, V5, MALFORMED)


@row("E-063", "E-092", "MQTT-3.3.2-8", "MQTT-4.7.3-1", cases={
    "subscription identifier 0": (subscribe(1, ("t", 0), properties=b"\x0b\0"), (PROTOCOL_ERROR,)),
    "format indicator 2": (publish("t", b"x", properties=b"\x01\x02"), (PROTOCOL_ERROR,)),
    "topic alias 0": (publish("t", b"x", properties=b"\x23\0\0"), (0x94,)),
    "empty response topic": (publish("t", b"x", properties=b"\x08\0\0"), (PROTOCOL_ERROR, MALFORMED, 0x90)),
})
def a_value_out_of_range_is_refused(server, case):
    data, codes = case
    ends(server, data, V5, *codes)


@row("E-112", cases={
    f"{count} pairs in {where}": (where, count) for where in BELONGS for count in (1, 2, 20)
})
def user_properties_are_taken_everywhere(server, case):
    where, count = case
    pairs = property_bytes(USER_PROPERTY) * count
    data = PACKETS[where](pairs)
    if where in ("CONNECT", "will"):
        client = server.raw()
        client.send(data)
        if client.receive().reason:
            raise AssertionError("refused")
        client.ping()
        return
    watcher = server.subscriber("#")
    client = server.connect()
    client.send(data)
    if where == "DISCONNECT":
        client.expect_bare_close()
        return
    client.until_ping()
    client.publish(server.topic("a"), b"marker", qos=1)
    watcher.message(b"marker")
