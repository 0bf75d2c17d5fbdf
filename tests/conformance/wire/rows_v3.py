"""What is different for clients of 3.1, and what 3.x never sees of 5.0."""

import struct

from mqtt_packets import PUBACK, PUBLISH, PUBREC, PUBREL, V5, V31, V311, packet, text
from packets import ack, connect, publish, subscribe, unsubscribe
from rows import row
from wire_client import check, check_equal, only

OLD = {"3.1.1": V311, "3.1": V31}
DUP = 8


@row("E-095")
def connack_of_3_1_never_says_that_a_session_is_present(server):
    for _ in range(2):
        client = server.connect("kept", V31, clean=False)
        check_equal(client.connack.raw, b"\x20\x02\0\0", "CONNACK")
        client.disconnect()


@row("MQTT311-4.1.0-1", "E-101", cases=OLD)
def a_session_of_3_x_goes_on(server, version):
    client = server.connect("kept", version, clean=False)
    client.subscribe(server.topic("+/#"), qos=1)
    client.disconnect()
    server.connect("publisher", version).publish(server.topic("a/b"), b"x", qos=1)
    server.connect("kept", version, clean=False).message(b"x")


@row("E-098")
def repeats_of_3_1_are_accepted(server):
    client = server.connect(version=V31)
    topic = server.topic("a")
    client.send(subscribe(1, (topic, 1), version=V31, flags=2 | DUP))
    client.expect_bytes(b"\x90\x03\0\1\1")
    client.send(unsubscribe(2, topic, version=V31, flags=2 | DUP))
    client.expect_bytes(b"\xb0\x02\0\2")
    client.send(publish(topic, b"x", 2, 3, version=V31))
    client.expect_bytes(ack(PUBREC, 3))
    client.send(packet(PUBREL, 2 | DUP, struct.pack(">H", 3)))
    client.expect_bytes(b"\x70\x02\0\3")


@row("E-099", cases={"user name": 0x82, "password": 0xC2})
def login_fields_of_3_1_may_be_missing(server, flags):
    fields = [text(server.id())] + ([text("")] if flags == 0xC2 else [])
    client = server.raw(V31)
    client.send(connect(*fields, name="MQIsdp", version=V31, flags=flags))
    # Without a user name it is anonymous; an empty one need not be let in, but it is understood.
    check(client.receive().reason in ((0,) if flags == 0x82 else (0, 4, 5)), "not understood")


@row("E-100", "MQTT311-3.3.4-1", cases=OLD)
def repeats_on_one_connection_are_answered_again(server, version):
    subscriber = server.subscriber("#", qos=2)
    client = server.connect(version=version)
    topic = server.topic("a")
    for flags in (0, DUP):
        client.send(publish(topic, b"at least once", 1, 5, version=version, more_flags=flags))
        client.expect_bytes(ack(PUBACK, 5))
    for flags in (0, DUP):
        client.send(publish(topic, b"once", 2, 6, version=version, more_flags=flags))
        client.expect_bytes(ack(PUBREC, 6))
    for _ in range(2):
        client.send(ack(PUBREL, 6))
        client.expect_bytes(b"\x70\x02\0\6")
    client.publish(topic, b"marker", qos=2)
    subscriber.messages(b"at least once", b"at least once", b"once", b"marker")


@row("E-101", "MQTT311-3.3.1-8", "MQTT311-3.8.4-3")
def a_second_subscribe_of_3_1_brings_retained_messages_again(server):
    server.connect("publisher", V31).publish(server.topic("a"), b"kept", qos=1, retain=True)
    client = server.connect(version=V31)
    for _ in range(2):
        found = server.at_subscribe(client, server.topic("a"), options=1)
        check(only(found).retain, "no RETAIN")


@row("E-116", "E-086", cases=OLD)
def packets_to_3_x_are_bare(server, version):
    client = server.connect(version=version)
    topic = server.topic("a")
    check_equal(client.connack.raw, b"\x20\x02\0\0", "CONNACK")
    client.send(subscribe(1, (topic, 1), version=version))
    client.expect_bytes(b"\x90\x03\0\1\1")
    properties = {"content_type": "c", "user_property": ("a", "b")}
    server.connect("publisher", V5).publish(topic, b"x", qos=1, properties=properties)
    message = client.expect(PUBLISH)
    check_equal(message.raw, publish(topic, b"x", 1, message.packet_id, version=version), "PUBLISH")
    client.acknowledge(PUBACK, message.packet_id)
    client.send(publish(server.topic("nobody"), b"x", 1, 9, version=version))
    client.expect_bytes(ack(PUBACK, 9))
    client.send(unsubscribe(2, topic, version=version))
    client.expect_bytes(b"\xb0\x02\0\2")


@row("E-116", "MQTT311-3.1.4-2", cases=OLD)
def a_takeover_is_not_explained_to_3_x(server, version):
    former = server.connect("twice", version)
    server.connect("twice", V5).ping()
    check_equal(former.expect_closed(), [], "packets before the close")
