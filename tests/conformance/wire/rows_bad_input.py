"""Packets that are wrong or come at the wrong time: each ends its own connection and nothing else."""

from mqtt_packets import (
    PUBACK, PUBCOMP, PUBREC, PUBREL, V5, V31, V311, Connect, Will, binary, packet, text,
)
from packets import BAD_STRINGS, PING, ack, disconnect, prop, publish, subscribe, unsubscribe
from rows import row

MALFORMED, PROTOCOL_ERROR, TOPIC_NAME_INVALID = 0x81, 0x82, 0x90
BY_VERSION = {"5.0": V5, "3.1.1": V311}


def ends(server, data, version, *codes):
    """What a connected client sends ends its connection; its will is published, nobody else is disturbed.

    The first code is Godwit's, the others are as good.
    """
    watcher = server.subscriber("#")
    will = Will(server.topic("will"), b"gone")
    client = server.connect("bad", version, will=will)
    client.send(data + PING)
    client.expect_disconnect(*codes)
    watcher.message(b"gone")
    watcher.expect_silence()


def in_versions(table, versions=BY_VERSION):
    """{name: (version, value)} of a table by name for each version."""
    return {
        f"{what} in {label}": (version, value)
        for label, version in versions.items()
        for what, value in table.items()
    }


# --- the wrong time ---

FIRST = {
    "type 0": b"\0\0",
    "CONNACK": b"\x20\x03\0\0\0",
    "PUBLISH": publish("t", b"x"),
    "PUBACK": ack(PUBACK, 1),
    "PUBREC": ack(PUBREC, 1),
    "PUBREL": ack(PUBREL, 1),
    "PUBCOMP": ack(PUBCOMP, 1),
    "SUBSCRIBE": subscribe(1, ("t", 0)),
    "SUBACK": b"\x90\x04\0\1\0\0",
    "UNSUBSCRIBE": unsubscribe(1, "t"),
    "UNSUBACK": b"\xb0\x04\0\1\0\0",
    "PINGREQ": PING,
    "PINGRESP": b"\xd0\0",
    "DISCONNECT": disconnect(),
    "AUTH": b"\xf0\0",
}


@row("MQTT-3.1.0-1", "MQTT-3.14.0-1", "MQTT311-3.1.0-1", cases=FIRST)
def anything_but_connect_comes_too_early(server, data):
    client = server.raw()
    client.send(data + Connect(server.id()).encode())
    client.expect_bare_close()


OF_SERVERS = {
    "CONNACK": b"\x20\x02\0\0",
    "SUBACK": b"\x90\x03\0\1\0",
    "UNSUBACK": b"\xb0\x02\0\1",
    "PINGRESP": b"\xd0\0",
}


@row("E-111", cases=in_versions(OF_SERVERS, {"3.1": V31, **BY_VERSION}))
def packets_of_servers_end_the_connection(server, case):
    version, data = case
    ends(server, data, version, PROTOCOL_ERROR, MALFORMED)


@row("E-111", "MQTT-4.13.1-1", "MQTT311-4.8.0-1", "MQTT311-2.2.2-2",
     cases={**in_versions({"type 0": b"\0\0"}), "AUTH in 3.1.1": (V311, b"\xf0\0")})
def packets_of_no_type_end_the_connection(server, case):
    version, data = case
    ends(server, data, version, MALFORMED, PROTOCOL_ERROR)


# --- the fixed header ---

# The packets that a client sends, by the flags that they have to have.
BODIES = {
    "PUBACK": (4, 0, b"\0\1"),
    "PUBREC": (5, 0, b"\0\1"),
    "PUBREL": (6, 2, b"\0\1"),
    "PUBCOMP": (7, 0, b"\0\1"),
    "SUBSCRIBE": (8, 2, {V5: b"\0\1\0\0\1t\0", V311: b"\0\1\0\1t\0"}),
    "UNSUBSCRIBE": (10, 2, {V5: b"\0\1\0\0\1t", V311: b"\0\1\0\1t"}),
    "PINGREQ": (12, 0, b""),
    "DISCONNECT": (14, 0, b""),
}


@row("MQTT-2.1.3-1", "MQTT-3.14.2-2", "MQTT-3.6.1-1", "MQTT-3.8.1-1", "MQTT-3.10.1-1", "MQTT-3.14.1-1",
     "MQTT311-2.2.2-2", "MQTT311-3.6.1-1", "MQTT311-3.8.1-1", "MQTT311-3.10.1-1", "MQTT311-3.14.1-1", cases={
    f"{what} {kind << 4 | flags:#x} in {label}": (version, kind, flags, body)
    for label, version in BY_VERSION.items()
    for what, (kind, right, body) in BODIES.items()
    for flags in range(16)
    if flags != right
})
def reserved_flags_are_checked(server, case):
    version, kind, flags, body = case
    body = body[version] if isinstance(body, dict) else body
    ends(server, packet(kind, flags, body), version, MALFORMED)


@row("MQTT-1.5.5-1", "E-059", "MQTT-4.13.1-1", cases=in_versions({
    "five bytes": b"\x30\xff\xff\xff\xff\x01", "five bytes of little": b"\x30\x80\x80\x80\x80\x00",
}))
def a_length_of_five_bytes_ends_the_connection(server, case):
    version, data = case
    ends(server, data, version, MALFORMED)


@row("MQTT-1.5.5-1", cases={"padded length of a packet": b"\xc0\x80\0"},
     only="The rule binds the sender; refusing what it forbids is ours.")
def a_padded_length_ends_the_connection(server, data):
    ends(server, data, V5, MALFORMED)


# --- bodies ---


@row("MQTT-3.3.1-2", "MQTT-3.3.1-4", "MQTT311-3.3.1-2", "MQTT311-3.3.1-4", cases={
    f"{what} in {label}": (version, publish("t", b"x", qos, id_, version=version, more_flags=flags))
    for label, version in BY_VERSION.items()
    for what, (qos, id_, flags) in {
        "QoS 3": (3, 1, 0), "QoS 3 without id": (3, None, 0), "QoS 0 with DUP": (0, None, 8),
    }.items()
})
def a_wrong_qos_of_publish_ends_the_connection(server, case):
    version, data = case
    ends(server, data, version, MALFORMED)


@row("MQTT-2.2.1-3", "MQTT311-2.3.1-1", cases={
    f"{what} in {label}": (version, data)
    for label, version in BY_VERSION.items()
    for what, data in {
        "PUBLISH of QoS 1": publish("t", b"x", 1, 0, version=version),
        "PUBLISH of QoS 2": publish("t", b"x", 2, 0, version=version),
        "SUBSCRIBE": subscribe(0, ("t", 0), version=version),
        "UNSUBSCRIBE": unsubscribe(0, "t", version=version),
    }.items()
})
def packet_id_0_ends_the_connection(server, case):
    version, data = case
    ends(server, data, version, PROTOCOL_ERROR, MALFORMED)


@row("MQTT-3.3.2-2", "MQTT-4.7.0-1", "MQTT-4.7.3-1", "MQTT311-3.3.2-2", "MQTT311-4.7.1-1", "MQTT311-4.7.3-1",
     cases={
    f"{topic!r} at QoS {qos} in {label}": (version, topic, qos)
    for label, version in BY_VERSION.items()
    for topic in ("a/+", "#", "a+b", "a/#/b", "")
    for qos in range(3)
})
def a_topic_name_has_no_wildcard_and_is_not_empty(server, case):
    version, topic, qos = case
    codes = [MALFORMED, PROTOCOL_ERROR, TOPIC_NAME_INVALID]
    if not topic:  # As if there were no alias.
        codes = [PROTOCOL_ERROR]
    ends(server, publish(topic, b"x", qos, qos or None, version=version), version, *codes)


def packets_with_string(bad, version):
    good = ("t", 0)
    return {
        "topic name": publish(bad, b"x", version=version),
        "the first filter": subscribe(1, (bad, 0), good, version=version),
        "the last filter": subscribe(1, good, (bad, 0), version=version),
        "a filter to unsubscribe": unsubscribe(1, "t", bad, version=version),
    }


@row("MQTT-1.5.4-1", "MQTT-1.5.4-2", "MQTT-3.3.2-1", "MQTT-3.8.3-1", "MQTT-3.10.3-1", "MQTT-4.7.3-2",
     "MQTT311-1.5.3-1", "MQTT311-1.5.3-2", "MQTT311-3.3.2-1", "MQTT311-3.8.3-1", "MQTT311-3.10.3-1",
     "MQTT311-4.7.3-2", cases={
    f"{what} in {where} of {label}": (version, data)
    for label, version in BY_VERSION.items()
    for what, bad in BAD_STRINGS.items()
    for where, data in packets_with_string(bad, version).items()
})
def a_string_that_is_none_ends_the_connection(server, case):
    version, data = case
    ends(server, data, version, MALFORMED)


@row("MQTT-1.5.7-1", "MQTT-3.3.2-13", "MQTT-3.3.2-19", cases={
    f"{what} in {field}": publish("t", b"x", properties=before + binary(bad) + after)
    for what, bad in BAD_STRINGS.items()
    for field, before, after in (
        ("content type", b"\x03", b""),
        ("response topic", b"\x08", b""),
        ("name", b"\x26", text("value")),
        ("value", b"\x26" + text("name"), b""),
    )
})
def a_property_that_is_no_string_ends_the_connection(server, data):
    ends(server, data, V5, MALFORMED)


@row("MQTT-3.3.2-14", "MQTT-4.7.0-1", cases={topic: topic for topic in ("r/#", "r/+", "#")})
def a_response_topic_has_no_wildcard(server, topic):
    properties = prop("response_topic", topic)
    ends(server, publish("t", b"x", properties=properties), V5, PROTOCOL_ERROR, MALFORMED, TOPIC_NAME_INVALID)


@row("MQTT-3.8.3-2", "MQTT-3.10.3-2", "MQTT-2.2.2-1", "MQTT311-3.8.3-3", "MQTT311-3.10.3-2", cases={
    "SUBSCRIBE to nothing in 5.0": (V5, subscribe(1), PROTOCOL_ERROR),
    "SUBSCRIBE to nothing in 3.1.1": (V311, subscribe(1, version=V311), None),
    "filter without options in 5.0": (V5, packet(8, 2, b"\0\1\0" + text("t")), MALFORMED),
    "filter without QoS in 3.1.1": (V311, packet(8, 2, b"\0\1" + text("t")), None),
    "UNSUBSCRIBE from nothing in 5.0": (V5, unsubscribe(1), PROTOCOL_ERROR),
    "UNSUBSCRIBE from nothing in 3.1.1": (V311, unsubscribe(1, version=V311), None),
})
def a_request_without_a_filter_ends_the_connection(server, case):
    version, data, code = case
    ends(server, data, version, code)


@row("MQTT-3.8.3-4", "MQTT-3.8.3-5", "E-037", "MQTT311-3.8.3-4", cases={
    **{f"{options:#x} in 5.0": (V5, "t", options, MALFORMED) for options in (0x40, 0x80, 0xC0)},
    **{f"{options:#x} in 5.0": (V5, "t", options, PROTOCOL_ERROR) for options in (0x03, 0x30)},
    "No Local of a share": (V5, "$share/g/t", 0x04, PROTOCOL_ERROR),
    **{f"{options:#x} in 3.1.1": (V311, "t", options, None) for options in (0x03, 0x04, 0x08, 0x30, 0x80)},
})
def wrong_options_of_a_subscription_end_the_connection(server, case):
    version, topic_filter, options, code = case
    ends(server, subscribe(1, (topic_filter, options), version=version), version, code)


@row("E-113", cases=in_versions({
    "PUBACK": packet(4, 0, b"\0\1\0\0\0"), "PINGREQ": b"\xc0\1\0", "PUBREL": packet(6, 2, b"\0\1\0\0\0"),
}) | {
    "DISCONNECT in 3.1.1": (V311, b"\xe0\1\0"),
    "DISCONNECT in 5.0": (V5, packet(14, 0, b"\x04\0\0")),
    "SUBSCRIBE in 5.0": (V5, packet(8, 2, b"\0\1\0" + text("t") + b"\0\0")),
    "SUBSCRIBE in 3.1.1": (V311, packet(8, 2, b"\0\1" + text("t") + b"\0\0")),
}, only="What follows the last field is refused by us; the standard does not speak of it.")
def bytes_left_over_end_the_connection(server, case):
    version, data = case
    ends(server, data, version, MALFORMED)


@row("MQTT-4.13.1-1", "MQTT311-4.8.0-1", cases=in_versions({
    "empty PUBLISH": b"\x30\0", "topic longer than its packet": packet(3, 0, b"\0\x10abc"),
    "QoS 1 without id": packet(3, 2, text("t")), "PUBACK of one byte": packet(4, 0, b"\0"),
    "empty PUBREL": packet(6, 2, b""), "empty SUBSCRIBE": packet(8, 2, b""),
    "filter longer than its packet": packet(8, 2, b"\0\1\0\x10abc"), "empty UNSUBSCRIBE": packet(10, 2, b""),
}))
def a_packet_that_is_cut_short_ends_the_connection(server, case):
    version, data = case
    ends(server, data, version, MALFORMED, PROTOCOL_ERROR)


@row("MQTT-3.12.4-1", "MQTT311-3.12.4-1", cases=BY_VERSION)
def every_ping_is_answered(server, version):
    client = server.connect(version=version)
    client.send(PING * 1000)
    for _ in range(1000):
        client.expect_bytes(b"\xd0\0")
    client.ping()


# --- reason codes ---

UNLISTED = {
    "PUBACK": (PUBACK, (0x01, 0x92, 0xFF)),
    "PUBREC": (PUBREC, (0x01, 0x92, 0xFF)),
    "PUBREL": (PUBREL, (0x10, 0x80, 0xFF)),
    "PUBCOMP": (PUBCOMP, (0x10, 0x80, 0xFF)),
}


@row("MQTT-3.4.2-1", "MQTT-3.5.2-1", "MQTT-3.6.2-1", "MQTT-3.7.2-1", cases={
    f"{what} {code:#x}": ack(kind, 1, code) for what, (kind, codes) in UNLISTED.items() for code in codes
})
def an_unlisted_code_ends_the_connection(server, data):
    ends(server, data, V5, PROTOCOL_ERROR, MALFORMED)


@row("MQTT-3.14.2-1", cases={f"{code:#x}": code for code in (0x01, 0x8B, 0x8E, 0xFF)})
def a_code_that_is_not_the_clients_ends_the_connection(server, code):
    ends(server, disconnect(code), V5, PROTOCOL_ERROR, MALFORMED)


@row("MQTT-4.13.2-1", "MQTT-3.14.4-2")
def a_disconnect_with_an_error_is_not_answered(server):
    client = server.connect()
    client.send(disconnect(0x81) + PING)
    client.expect_bare_close()
