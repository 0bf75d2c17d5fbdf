"""CONNECTs that are refused: wrong in one thing each, and closed."""

from mqtt_packets import V5, V31, V311, Connect, Will, binary, packet, text
from packets import BAD_STRINGS, NONE, connect, prop, publish, with_length
from rows import row
from wire_client import check, check_equal

ID = text("refused")
MALFORMED, PROTOCOL_ERROR, UNSUPPORTED_VERSION, ID_NOT_VALID = 0x81, 0x82, 0x84, 0x85
BAD_CREDENTIALS, NOT_AUTHORIZED = 0x86, 0x87
BY_VERSION = {"5.0": V5, "3.1.1": V311}


def refused(server, data, version, *codes):
    """5.0: at most a CONNACK of these; 3.1.1: closed without a word (MQTT311-3.1.4-1)."""
    client = server.raw(version)
    client.send(data)
    if version == V5:
        client.expect_refused(*codes)
    else:
        client.expect_bare_close()


# --- protocol name and level ---


@row(
    "MQTT-3.1.2-1", "MQTT311-3.1.2-1",
    cases={
        f"{name!r} in {label}": (name, version)
        for name in ("mqtt", "MQTU", "MQT", "MQTTT", "", "MQIsdq")
        for label, version in BY_VERSION.items()
    },
)
def another_protocol_name_is_refused(server, case):
    name, version = case
    client = server.raw(version)
    client.send(connect(ID, name=name, version=version))
    client.expect_refused(UNSUPPORTED_VERSION, MALFORMED, 1)


@row(
    "MQTT-3.1.2-2", "MQTT311-3.1.2-2", "E-094",
    cases={f"MQTT {level}": ("MQTT", level) for level in (0, 1, 2, 3, 6, 127, 255)}
    | {f"MQIsdp {level}": ("MQIsdp", level) for level in (2, 4, 5)},
)
def another_protocol_level_is_refused(server, case):
    name, level = case
    client = server.raw(V311)
    client.send(connect(ID, name=name, version=level))
    client.expect_refused(UNSUPPORTED_VERSION, 1)


# --- flags and fields ---

# Flags, fields, and the version whose own rule it is, if it is one's alone.
WILL = [text("t"), binary(b"payload")]
FLAGS = {
    "reserved flag": (0x03, [], None),
    "will QoS 1 without a will": (0x0A, [], None),
    "will QoS 2 without a will": (0x12, [], None),
    "will retain without a will": (0x22, [], None),
    "will QoS 3": (0x1E, WILL, None),
    "will without fields": (0x06, [], None),
    "will without a payload": (0x06, [text("t")], None),
    "will without a topic": (0x06, [binary(b"payload")], None),
    "will fields without the flag": (0x02, WILL, None),
    "user name missing": (0x82, [], None),
    "user name without the flag": (0x02, [text("u")], None),
    "password missing": (0xC2, [text("u")], None),
    "password without the flag": (0x82, [text("u"), binary(b"p")], None),
    "password without a user name": (0x42, [binary(b"p")], V311),
}


@row(
    "MQTT-3.1.2-3", "MQTT-3.1.2-9", "MQTT-3.1.2-11", "MQTT-3.1.2-12", "MQTT-3.1.2-13", "MQTT-3.1.2-16",
    "MQTT-3.1.2-17", "MQTT-3.1.2-18", "MQTT-3.1.2-19", "MQTT311-3.1.2-3", "MQTT311-3.1.2-9",
    "MQTT311-3.1.2-11", "MQTT311-3.1.2-13", "MQTT311-3.1.2-14", "MQTT311-3.1.2-15", "MQTT311-3.1.2-18",
    "MQTT311-3.1.2-19", "MQTT311-3.1.2-20", "MQTT311-3.1.2-21", "MQTT311-3.1.2-22",
    cases={
        f"{what} in {label}": (flags, fields, version)
        for what, (flags, fields, only) in FLAGS.items()
        for label, version in BY_VERSION.items()
        if only in (None, version)
    },
)
def flags_and_fields_have_to_agree(server, case):
    flags, fields, version = case
    if version == V5 and flags & 4 and len(fields) == 2:
        fields = [with_length(NONE), *fields]
    refused(server, connect(ID, *fields, flags=flags, version=version), version, MALFORMED, PROTOCOL_ERROR)


@row("MQTT-2.1.3-1", "MQTT311-2.2.2-2", cases={
    f"{flags:#x} in {label}": (version, flags)
    for label, version in BY_VERSION.items()
    for flags in range(1, 16)
})
def reserved_flags_of_connect_are_checked(server, case):
    version, flags = case
    client = server.raw(version)
    client.send(bytes([0x10 | flags]) + connect(ID, version=version)[1:])
    client.expect_refused(MALFORMED)


@row("MQTT-3.1.2-19")
def a_password_without_a_user_name_is_allowed_in_5_0(server):
    answer = server.raw().connect(server.id(), password=b"p")
    check(answer.reason in (0, BAD_CREDENTIALS, NOT_AUTHORIZED), f"refused for its format: {answer}")


@row("MQTT-3.1.2-9")
def a_will_without_its_properties_is_refused(server):
    refused(server, connect(ID, *WILL, flags=0x06), V5, MALFORMED, PROTOCOL_ERROR)


@row("MQTT-3.1.3-3", "MQTT311-3.1.3-3", cases=BY_VERSION)
def a_connect_without_a_client_id_field_is_refused(server, version):
    refused(server, connect(version=version), version, MALFORMED, PROTOCOL_ERROR)


# --- cut short, and one byte too many ---


def full_connect(version):
    will = Will("t", b"payload", properties={"will_delay_interval": 1, "content_type": "c"})
    properties = {"session_expiry_interval": 1, "user_property": ("a", "b")}
    return Connect(
        "cut", version, will=will, user_name="user", password=b"pass", properties=properties
    ).encode()


def resized(whole, size):
    """The packet with a body of `size` bytes and a length that says so."""
    return packet(whole[0] >> 4, whole[0] & 15, (whole[2:] + b"\0")[:size])


@row(
    "MQTT-3.1.4-1", "MQTT311-3.1.4-1", "E-113",
    cases={
        f"{size} bytes in {label}": (version, size)
        for label, version in BY_VERSION.items()
        for size in range(len(full_connect(version)))
        if size != len(full_connect(version)) - 2
    },
)
def a_connect_of_another_length_is_refused(server, case):
    version, size = case
    client = server.raw(version)
    client.send(resized(full_connect(version), size))
    if version == V5 or size < 8:  # Before the level it is of no version yet.
        client.expect_refused(MALFORMED, PROTOCOL_ERROR, UNSUPPORTED_VERSION, 1)
    else:
        client.expect_bare_close()


# --- strings and properties ---


def with_bad_string(bad, version, field):
    client_id, will_topic, user = (bad if field == name else name.encode() for name in ("id", "will", "user"))
    will = [] if version != V5 else [with_length(NONE)]
    fields = [binary(client_id), *will, binary(will_topic), binary(b"payload"), binary(user)]
    return connect(*fields, flags=0x86, version=version)


@row(
    "MQTT-1.5.4-1", "MQTT-1.5.4-2", "MQTT-3.1.3-4", "MQTT-3.1.3-11", "MQTT-3.1.3-12", "MQTT311-1.5.3-1",
    "MQTT311-1.5.3-2", "MQTT311-3.1.3-4", "MQTT311-3.1.3-10", "MQTT311-3.1.3-11",
    cases={
        f"{what} in {field} of {label}": (bad, version, field)
        for what, bad in BAD_STRINGS.items()
        for field in ("id", "will", "user")
        for label, version in BY_VERSION.items()
    },
)
def strings_of_connect_are_utf_8(server, case):
    bad, version, field = case
    refused(server, with_bad_string(bad, version, field), version, MALFORMED, ID_NOT_VALID)


@row(
    "MQTT-1.5.4-1", "MQTT-1.5.4-2", "MQTT-1.5.7-1", "MQTT-3.3.2-13", "MQTT-3.3.2-19",
    cases={
        f"{what} in {field}": (field, bad)
        for what, bad in BAD_STRINGS.items()
        for field in ("content type", "response topic", "name", "value", "name in the will")
    },
)
def strings_in_properties_of_connect_are_utf_8(server, case):
    field, bad = case
    bad = binary(bad)
    good = text("a")
    will, own = {
        "content type": (b"\x03" + bad, NONE),
        "response topic": (b"\x08" + bad, NONE),
        "name in the will": (b"\x26" + bad + good, NONE),
        "name": (NONE, b"\x26" + bad + good),
        "value": (NONE, b"\x26" + good + bad),
    }[field]
    refused(server, connect(ID, with_length(will), *WILL, flags=0x06, properties=own), V5, MALFORMED)


@row(
    "MQTT-4.7.0-1", "MQTT-4.7.3-1", "MQTT311-4.7.1-1", "MQTT311-4.7.3-1", "E-021",
    cases={
        f"{topic!r} in {label}": (topic, version)
        for topic in ("a/#", "a/+", "")
        for label, version in BY_VERSION.items()
    },
)
def a_will_topic_has_no_wildcard_and_is_not_empty(server, case):
    topic, version = case
    connect_ = Connect("refused", version, will=Will(topic, b"x")).encode()
    refused(server, connect_, version, MALFORMED, PROTOCOL_ERROR, 0x90)


@row("MQTT-3.3.2-14", "MQTT-4.7.0-1", cases={topic: topic for topic in ("r/#", "r/+", "#")})
def a_response_topic_of_a_will_has_no_wildcard(server, topic):
    will = with_length(prop("response_topic", topic))
    refused(server, connect(ID, will, *WILL, flags=0x06), V5, PROTOCOL_ERROR, MALFORMED, 0x90)


@row(
    "E-049", "E-055", "E-083", "E-092", "E-119",
    cases={
        "Receive Maximum 0": (prop("receive_maximum", 0), NONE),
        "Maximum Packet Size 0": (prop("maximum_packet_size", 0), NONE),
        "Request Problem Information 2": (prop("request_problem_information", 2), NONE),
        "Request Response Information 2": (prop("request_response_information", 2), NONE),
        "Authentication Data alone": (prop("authentication_data", b"x"), NONE),
        "format indicator 2 of the will": (NONE, prop("payload_format_indicator", 2)),
    },
)
def values_out_of_range_in_connect_are_refused(server, case):
    own, will = case
    data = connect(ID, with_length(will), *WILL, flags=0x06, properties=own)
    refused(server, data, V5, PROTOCOL_ERROR)


# --- what a refusal leaves alone ---


@row("MQTT-3.1.4-6", "MQTT-3.2.2-7", "MQTT311-3.1.4-5", cases={**BY_VERSION, "3.1": V31})
def what_follows_a_refused_connect_is_not_processed(server, version):
    bad = Connect(server.id("bad"), version).encode()
    if version == V5:
        bad = connect(text(server.id("bad")), properties=prop("receive_maximum", 0))
    elif version == V311:
        bad = Connect("", version, clean=False).encode()
    else:
        bad = connect(ID, version=V31)
    client = server.raw(version)
    client.send(bad + publish(server.topic("a"), b"smuggled", version=version, more_flags=1))
    client.expect_refused(PROTOCOL_ERROR, 1, 2, UNSUPPORTED_VERSION)
    check_equal(server.retained("#"), {}, "retained")


@row("E-022")
def a_refused_connect_leaves_the_live_session_alone(server):
    watcher = server.subscriber("will")
    alive = server.connect("alive", will=Will(server.topic("will"), b"alive"))
    will = [with_length(NONE), text(server.topic("will")), binary(b"refused")]
    properties = prop("receive_maximum", 0)
    client = server.raw()
    client.send(connect(text(server.id("alive")), *will, flags=0x06, properties=properties))
    client.expect_refused(PROTOCOL_ERROR)
    alive.ping()
    watcher.expect_silence()
    alive.cut()
    watcher.message(b"alive")


@row("MQTT-3.14.0-1", "MQTT-3.2.2-6")
def a_refusal_says_no_session_is_present(server):
    client = server.connect("kept", **server.KEPT)
    client.disconnect()
    client = server.raw()
    client.send(connect(text(server.id("kept")), flags=0, properties=prop("maximum_packet_size", 0)))
    client.expect_refused(PROTOCOL_ERROR)
    check(0xE0 not in client.received[:1], "a DISCONNECT in place of a CONNACK")
    check(server.connect("kept", **server.KEPT).connack.session_present, "the session is lost")
