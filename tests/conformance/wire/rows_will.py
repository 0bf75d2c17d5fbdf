"""Wills: when they are published, when they are not, and what they carry."""

from mqtt_packets import CONNACK, V5, V311, Will, binary, text
from packets import connect, disconnect, prop, publish, with_length
from rows import row
from servers import Visit
from wire_client import check, check_equal, property_of

VERSIONS = {"5.0": V5, "3.1.1": V311}


def will_of(server, payload=b"gone", **settings):
    return Will(server.topic("will"), payload, **settings)


def delayed(server, seconds, payload=b"delayed"):
    return will_of(server, payload, properties={"will_delay_interval": seconds})


# --- when ---


@row("MQTT-3.1.2-7", "MQTT-3.1.2-8", "E-013", "MQTT311-3.1.2-8", cases={
    f"{what} in {label}": (version, what)
    for label, version in VERSIONS.items()
    for what in ("reset", "end of stream", "takeover", "protocol error")
})
def a_will_is_published_when_the_connection_ends_by_accident(server, case):
    version, what = case
    watcher = server.subscriber("will")
    client = server.connect("doomed", version, will=will_of(server), **server.KEPT)
    if what == "reset":
        client.cut()
    elif what == "end of stream":
        client.socket.close()
    elif what == "takeover":
        server.connect("doomed", version, clean=False)
    else:
        client.send(b"\0\0")
    watcher.message(b"gone")
    watcher.expect_silence()


@row("MQTT-3.14.4-3", "MQTT-3.1.2-10", "MQTT311-3.14.4-3", "MQTT311-3.1.2-10", cases={
    "5.0": (V5, disconnect()), "5.0 with 0x00": (V5, disconnect(0)), "3.1.1": (V311, disconnect())
})
def disconnect_takes_the_will_back(server, case):
    version, packet = case
    watcher = server.subscriber("will")
    client = server.connect("polite", version, will=will_of(server))
    client.send(packet)
    client.expect_closed()
    server.connect("other", version).publish(server.topic("will"), b"marker", qos=1)
    watcher.message(b"marker")


@row("MQTT-3.14.4-3", "MQTT-3.1.2-10")
def disconnect_takes_a_delayed_will_back(server):
    watcher = server.subscriber("will")
    first = server.connect("polite", will=delayed(server, 1, b"polite"), **server.KEPT)
    later = server.connect("doomed", will=delayed(server, 1, b"doomed"), **server.KEPT)
    first.disconnect()
    later.cut()
    watcher.message(b"doomed")
    watcher.expect_silence()


# What a client may say in DISCONNECT (annex B) and what leaves the will in force.
CODES = (0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99)


@row("E-017", "MQTT-3.1.2-8", "MQTT-4.13.2-1", cases={f"{code:#x}": code for code in CODES})
def disconnect_with_another_code_leaves_the_will_in_force(server, code):
    watcher = server.subscriber("will")
    client = server.connect("doomed", will=will_of(server))
    client.send(disconnect(code))
    client.expect_closed()
    watcher.message(b"gone")


@row("MQTT-3.1.2-10", "MQTT311-3.1.2-10", "MQTT311-3.1.2-12", cases=VERSIONS)
def a_will_is_published_once(server, version):
    watcher = server.subscriber("will")
    server.connect("doomed", version, will=will_of(server), **server.KEPT).cut()
    watcher.message(b"gone")
    server.connect("doomed", version, **server.KEPT).cut()
    server.connect("doomed", version, will=will_of(server, b"marker")).cut()
    watcher.message(b"marker")


@row("MQTT311-3.1.2-12", cases=VERSIONS)
def without_a_will_nothing_is_published(server, version):
    watcher = server.subscriber("#")
    server.connect("silent", version).cut()
    server.connect("other", version, will=will_of(server, b"marker")).cut()
    watcher.message(b"marker")


# --- delay ---


@row("MQTT-3.1.3-9", "E-014")
def a_client_that_is_back_in_time_has_its_delayed_will_dropped(server):
    watcher = server.subscriber("will")
    for name in ("other will", "same will", "no will"):
        server.connect(name, will=delayed(server, 1, b"old"), **server.KEPT).cut()
    server.connect("other will", will=delayed(server, 600, b"new"), **server.KEPT)
    server.connect("same will", will=delayed(server, 1, b"old"), **server.KEPT)
    server.connect("no will", **server.KEPT)
    # A delay that began later is over, so the first ones would be as well.
    server.connect("doomed", will=delayed(server, 1, b"marker"), **server.KEPT).cut()
    watcher.message(b"marker")
    watcher.expect_silence()


@row("E-015", only="The standard can be read either way.")
def a_clean_start_within_the_delay_publishes_the_will(server):
    watcher = server.subscriber("will")
    server.connect("back", will=delayed(server, 600), **server.KEPT).cut()
    server.connect("back", clean=True)
    watcher.message(b"delayed")


# Delay and CONNECT of the second connection; whether the will of the first is published.
TAKEOVERS = {
    "no delay": (0, Visit.KEPT, True),
    "delay, session goes on": (600, Visit.KEPT, False),
    "delay, clean start": (600, {"clean": True}, True),
}


@row("E-016", cases=TAKEOVERS)
def a_takeover_treats_the_will_by_what_becomes_of_the_session(server, case):
    delay, later, published = case
    watcher = server.subscriber("will")
    former = server.connect("twice", will=delayed(server, delay), **server.KEPT)
    server.connect("twice", **later)
    former.expect_disconnect(0x8E)
    server.connect("marker", will=will_of(server, b"marker")).cut()
    watcher.messages(*([b"delayed"] if published else []), b"marker")


@row("E-016")
def a_takeover_of_a_session_without_expiry_publishes_the_delayed_will(server):
    watcher = server.subscriber("will")
    server.connect("twice", will=delayed(server, 600), clean=False)
    server.connect("twice", clean=False)
    watcher.message(b"delayed")


@row("E-018")
def a_session_that_ends_at_once_does_not_wait_for_the_delay(server):
    watcher = server.subscriber("will")
    client = server.connect("doomed", will=delayed(server, 600))
    client.send(disconnect(0x04))
    watcher.message(b"delayed")
    client = server.connect("doomed", will=delayed(server, 600), **server.KEPT)
    client.send(disconnect(0x04, prop("session_expiry_interval", 0)))
    watcher.message(b"delayed")


@row("E-012", "E-009", "MQTT-3.1.2-8", "MQTT-4.1.0-1", "MQTT-4.1.0-2", "MQTT311-4.1.0-2")
def the_end_of_a_session_publishes_its_will(server):
    expiry = {"clean": False, "properties": {"session_expiry_interval": 1}}
    watcher = server.subscriber("will", clean=False, properties=expiry["properties"])
    server.connect("doomed", will=delayed(server, 600), **expiry).cut()
    watcher.message(b"delayed")
    check(not server.connect("doomed", **expiry).connack.session_present, "the session is still there")
    # A session with the same expiry lives as long as its connection.
    watcher.publish(server.topic("will"), b"still there", qos=1)
    watcher.message(b"still there")


# --- what ---


@row("MQTT-3.1.2-12", "MQTT-3.1.2-14", "MQTT-3.1.2-15", "MQTT311-3.1.2-14", "MQTT311-3.1.2-16",
     "MQTT311-3.1.2-17", cases={
    f"QoS {qos}, RETAIN {int(retain)} in {label}": (version, qos, retain)
    for label, version in VERSIONS.items()
    for qos in (0, 1, 2)
    for retain in (False, True)
})
def a_will_has_its_qos_and_retain(server, case):
    version, qos, retain = case
    watcher = server.subscriber("will")
    server.connect("doomed", version, will=will_of(server, qos=qos, retain=retain)).cut()
    found = watcher.message(b"gone")
    check_equal((found.qos, found.retain), (qos, False), "QoS and RETAIN")
    check_equal(server.retained("#"), {server.topic("will"): b"gone"} if retain else {}, "retained")


@row("E-020", "E-019", "MQTT-3.1.3-10")
def a_will_keeps_its_properties(server):
    properties = {
        "payload_format_indicator": 1,
        "message_expiry_interval": 600,
        "content_type": "text",
        "response_topic": "answer/here",
        "correlation_data": b"\0\xff",
    }
    watcher = server.subscriber("will")
    server.connect("doomed", will=will_of(server, properties=properties | {"will_delay_interval": 0})).cut()
    check_equal(watcher.message(b"gone").properties, properties, "properties")


@row("MQTT-3.1.3-10", "E-020")
def a_will_keeps_the_order_of_its_user_properties(server):
    pairs = [("a", "1"), ("b", "2"), ("a", "3"), ("", "")]
    will = b"".join(prop("user_property", pair) for pair in pairs)
    watcher = server.subscriber("will")
    doomed = server.raw()
    fields = [text(server.id()), with_length(will), text(server.topic("will")), binary(b"gone")]
    doomed.send(connect(*fields, flags=0x06))
    doomed.expect(CONNACK)
    doomed.cut()
    check_equal(property_of(watcher.message(b"gone"), "user_property"), pairs, "user properties")


@row("E-020", cases=VERSIONS)
def an_empty_retained_will_clears_the_topic(server, version):
    server.connect("publisher").publish(server.topic("will"), b"old", qos=1, retain=True)
    watcher = server.subscriber("will")
    watcher.message(b"old")
    server.connect("doomed", version, will=will_of(server, b"", retain=True)).cut()
    watcher.message(b"")
    check_equal(server.retained("#"), {}, "retained")


@row("MQTT-3.14.1-1", "MQTT311-3.14.1-1", cases=VERSIONS)
def a_malformed_disconnect_leaves_the_will_in_force(server, version):
    watcher = server.subscriber("will")
    client = server.connect("doomed", version, will=will_of(server))
    client.send(b"\xe1\x00")
    client.expect_disconnect(0x81)
    watcher.message(b"gone")


@row("MQTT-3.14.4-1", "MQTT-3.14.4-2", "MQTT311-3.14.4-1", "MQTT311-3.14.4-2", cases=VERSIONS)
def what_follows_disconnect_is_not_processed(server, version):
    watcher = server.subscriber("#")
    client = server.connect("leaving", version)
    client.send(disconnect() + publish(server.topic("a"), b"smuggled", 1, 1, version=version))
    check_equal(client.expect_closed(), [], "packets after DISCONNECT")
    server.connect("other", version).publish(server.topic("a"), b"marker", qos=1)
    watcher.message(b"marker")
