"""What a session keeps when its connection ends, and for how long."""

import struct

from mqtt_packets import PUBACK, PUBLISH, V5, V311, Will, packet
from packets import disconnect, prop
from rows import row
from wire_client import check, check_equal, check_in_order

VERSIONS = {"5.0": V5, "3.1.1": V311}
NO_LOCAL, IF_NEW = 0x04, 0x10  # Options of a subscription.


def present(server, name="client", version=V5, **settings):
    """Whether this CONNECT finds a session, which it then ends."""
    client = server.connect(name, version, **(settings or server.KEPT))
    found = client.connack.session_present
    client.send(disconnect(0, prop("session_expiry_interval", 0)) if version == V5 else disconnect())
    client.expect_closed()
    return found


def with_expiry(seconds):
    return {"clean": False, "properties": {"session_expiry_interval": seconds}}


# --- begin and end ---


@row(
    "MQTT-3.1.2-4", "MQTT-3.1.4-4", "MQTT-3.2.2-2", "E-009", "MQTT311-3.1.2-6", "MQTT311-3.1.4-3",
    "MQTT311-3.2.2-1", cases=VERSIONS,
)
def a_clean_start_drops_the_old_session(server, version):
    client = server.connect("kept", version, **server.KEPT)
    client.subscribe(server.topic("#"), qos=2)
    client.disconnect()
    publisher = server.connect("publisher")
    publisher.publish(server.topic("a"), b"queued", qos=1)
    client = server.connect("kept", version, clean=True)
    check(not client.connack.session_present, "session present after a clean start")
    publisher.publish(server.topic("a"), b"for nobody", qos=1)
    client.expect_silence()
    client.disconnect()
    check(not present(server, "kept", version), "a clean session was kept")


@row(
    "MQTT-3.1.2-5", "MQTT-3.2.2-3", "MQTT-3.1.2-23", "MQTT-3.2.0-1", "MQTT-4.1.0-1", "MQTT-4.5.0-1",
    "MQTT311-3.1.2-4", "MQTT311-3.1.2-5", "MQTT311-3.2.0-1", "MQTT311-3.2.2-2", "MQTT311-4.1.0-1",
    "MQTT311-4.5.0-1", "MQTT311-3.2.2-3", "MQTT-3.1.2-6", cases=VERSIONS,
)
def a_kept_session_goes_on(server, version):
    client = server.connect("kept", version, **server.KEPT)
    check(not client.connack.session_present, "session present without one")
    client.subscribe(server.topic("#"), qos=2)
    client.cut()
    live = server.subscriber("#", name="live")
    publisher = server.connect("publisher")
    for qos in (1, 2):
        publisher.publish(server.topic("a"), b"qos %d" % qos, qos=qos)
    client = server.connect("kept", version, **server.KEPT)
    check(client.connack.session_present, "no session present")
    client.messages(b"qos 1", b"qos 2")
    publisher.publish(server.topic("a"), b"now", qos=1)
    client.message(b"now")
    live.messages(b"qos 1", b"qos 2", b"now")


@row("E-001", "MQTT-3.1.2-6", "MQTT-3.2.2-3")
def without_an_expiry_the_session_ends_with_the_connection(server):
    for end in ("disconnect", "disconnect", "cut"):
        client = server.connect("kept", clean=False)
        check(not client.connack.session_present, "a session without expiry was kept")
        getattr(client, end)()
    # The end of a cut connection may be noticed late.
    server.connect("kept", clean=False).ping()


@row("E-007")
def a_clean_start_with_an_expiry_begins_a_session_that_is_kept(server):
    settings = {"clean": True, "properties": {"session_expiry_interval": 300}}
    for _ in range(2):
        client = server.connect("kept", **settings)
        check(not client.connack.session_present, "session present after a clean start")
        client.disconnect()
    check(present(server, "kept"), "the session was not kept")


@row("E-002")
def a_session_may_be_kept_for_ever(server):
    client = server.connect("kept", **with_expiry(0xFFFFFFFF))
    granted = client.connack.properties.get("session_expiry_interval", 0xFFFFFFFF)
    check(granted > 0, "nothing was granted")
    client.disconnect()
    check(present(server, "kept"), "the session was not kept")


@row("E-004")
def disconnect_may_change_the_expiry(server):
    for properties, kept in ((prop("session_expiry_interval", 0), False), (b"", True)):
        client = server.connect("kept", **server.KEPT)
        client.send(disconnect(0, properties))
        client.expect_closed()
        check_equal(present(server, "kept"), kept, "session present")


@row("E-005")
def disconnect_gives_no_expiry_to_a_session_that_had_none(server):
    watcher = server.subscriber("will")
    for properties in ({}, {"session_expiry_interval": 0}):
        will = Will(server.topic("will"), b"gone")
        client = server.connect("brief", clean=False, will=will, properties=properties)
        client.send(disconnect(0, prop("session_expiry_interval", 60)))
        client.expect_disconnect(0x82)
        watcher.message(b"gone")
        check(not present(server, "brief"), "the session was kept")


@row("E-006")
def the_newest_expiry_counts(server):
    server.connect("kept", **server.KEPT).disconnect()
    client = server.connect("kept", **with_expiry(0))
    check(client.connack.session_present, "the session was not kept")
    client.disconnect()
    check(not present(server, "kept"), "the session was kept once more")


@row("E-010")
def sessions_go_from_version_to_version(server):
    client = server.connect("kept", V311, clean=False)
    client.subscribe(server.topic("a"), qos=1)
    client.disconnect()
    publisher = server.connect("publisher")
    publisher.publish(server.topic("a"), b"one", qos=1)
    client = server.connect("kept", V5, **server.KEPT)
    check(client.connack.session_present, "5.0 does not find the session of 3.1.1")
    client.message(b"one")
    client.disconnect()
    publisher.publish(server.topic("a"), b"two", qos=1)
    client = server.connect("kept", V311, clean=False)
    check(client.connack.session_present, "3.1.1 does not find the session of 5.0")
    client.message(b"two")
    client.disconnect()
    check(present(server, "kept"), "the session of 3.1.1 was not kept")


@row("E-009", "MQTT311-3.1.2-7", cases=VERSIONS)
def retained_messages_outlive_the_session(server, version):
    client = server.connect("brief", version)
    client.publish(server.topic("a"), b"kept", qos=1, retain=True)
    client.disconnect()
    server.connect("brief", version).disconnect()
    check_equal(server.retained("#"), {server.topic("a"): b"kept"}, "retained")


@row("MQTT-3.3.1-10", "MQTT-3.8.3-3")
def options_of_subscriptions_are_part_of_the_session(server):
    topic = server.topic("a")
    server.connect("publisher").publish(topic, b"retained", qos=1, retain=True)
    options = {"options": NO_LOCAL | IF_NEW | 1, "properties": {"subscription_identifier": 77}}
    client = server.connect("kept", **server.KEPT)
    check_equal(len(server.at_subscribe(client, topic, **options)), 1, "retained messages")
    client.disconnect()
    client = server.connect("kept", **server.KEPT)
    check(client.connack.session_present, "no session present")
    check_equal(len(server.at_subscribe(client, topic, **options)), 0, "retained messages after the resume")
    client.publish(topic, b"own", qos=1)
    server.connect("other").publish(topic, b"of another", qos=1)
    found = client.message(b"of another")
    check_equal(found.properties.get("subscription_identifier"), 77, "subscription identifier")


# --- order of what waits ---


@row("MQTT-4.6.0-5", "MQTT311-4.6.0-6", cases=VERSIONS)
def what_waits_for_a_client_comes_in_order(server, version):
    client = server.connect("kept", version, **server.KEPT)
    client.subscribe(server.topic("#"), qos=2)
    client.disconnect()
    publisher = server.connect("publisher")
    for number in range(40):
        publisher.publish(server.topic(f"a/{number % 3}"), b"%d" % number, qos=1 + number % 2)
    client = server.connect("kept", version, **server.KEPT)
    check_in_order([client.message() for _ in range(40)], range(40))


@row("MQTT-4.4.0-1", "MQTT-3.3.1-1", "MQTT-4.6.0-1", "MQTT-4.3.2-3", "MQTT311-3.3.1-1", "MQTT311-4.4.0-1",
     "MQTT311-4.6.0-1", "MQTT311-2.3.1-4", "MQTT311-4.3.2-1", cases=VERSIONS)
def unacknowledged_messages_are_repeated_once_in_order(server, version):
    client = server.connect("kept", version, **server.KEPT)
    client.subscribe(server.topic("#"), qos=1)
    publisher = server.connect("publisher")
    for number in range(10):
        publisher.publish(server.topic("a"), b"%d" % number, qos=1)
    first = [client.expect(PUBLISH) for _ in range(10)]
    check_equal([one.dup for one in first], [False] * 10, "DUP")
    client.acknowledge(PUBACK, first[4].packet_id)
    check_equal(client.until_ping(), [], "repeats on a live connection")
    client.disconnect()
    publisher.publish(server.topic("a"), b"new", qos=1)
    client = server.connect("kept", version, **server.KEPT)
    again = client.until_ping()
    wanted = [(one.packet_id, one.payload, True) for one in first if one.payload != b"4"]
    found = [(one.packet_id, one.payload, one.dup) for one in again]
    check_equal(found[:9], wanted, "repeats")
    check_equal([(one.payload, one.dup) for one in again[9:]], [(b"new", False)], "after the repeats")
    client.send_all(*(packet(PUBACK, 0, struct.pack(">H", one.packet_id)) for one in again))
    client.expect_silence()
    client.disconnect()
    check_equal(server.connect("kept", version, **server.KEPT).until_ping(), [], "after PUBACK")
