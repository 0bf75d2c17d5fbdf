"""Acknowledgements of nothing, of the wrong kind, and in their short forms."""

from mqtt_packets import PUBACK, PUBCOMP, PUBLISH, PUBREC, PUBREL, V5, V311
from packets import ack, publish
from rows import row
from wire_client import check, check_equal

VERSIONS = {"5.0": V5, "3.1.1": V311}


@row("E-068", "MQTT-2.2.1-5", cases={"PUBREL": (PUBREL, PUBCOMP), "PUBREC": (PUBREC, PUBREL)})
def an_unknown_id_is_said_to_be_unknown(server, case):
    sent, answered = case
    client = server.connect()
    client.send(ack(sent, 4711))
    answer = client.expect(answered)
    check_equal((answer.packet_id, answer.reason), (4711, 0x92), "id and code")
    client.ping()


@row("E-068", "MQTT311-2.3.1-6")
def pubrel_of_an_unknown_id_is_completed_in_3_1_1(server):
    client = server.connect(version=V311)
    client.send(ack(PUBREL, 4711))
    client.expect_bytes(b"\x70\x02\x12\x67")
    client.ping()


@row("MQTT-2.2.1-5", "E-052", "MQTT311-2.3.1-6", cases={
    f"{name} in {label}": (kind, version)
    for name, kind in (("PUBACK", PUBACK), ("PUBCOMP", PUBCOMP))
    for label, version in VERSIONS.items()
})
def stray_puback_and_pubcomp_are_ignored(server, case):
    kind, version = case
    client = server.connect(version=version)
    client.send(ack(kind, 4711))
    client.expect_silence()


@row("E-069", cases={
    f"{name} in {label}": (qos, kind, version)
    for name, qos, kind in (("PUBACK for QoS 2", 2, PUBACK), ("PUBREC for QoS 1", 1, PUBREC))
    for label, version in VERSIONS.items()
}, only="The standard does not say what follows an acknowledgement of the wrong kind.")
def an_acknowledgement_of_the_wrong_kind_ends_the_connection(server, case):
    qos, kind, version = case
    client = server.connect("wrong", version)
    client.subscribe(server.topic("#"), qos=2)
    server.connect("publisher").publish(server.topic("a"), b"x", qos=qos)
    client.send(ack(kind, client.expect(PUBLISH).packet_id))
    client.expect_disconnect(0x82)


@row("E-085", "E-086", cases={"2 bytes": (None, None), "3 bytes": (0, None), "4 bytes": (0, b"")})
def acknowledgements_may_be_short(server, case):
    reason, properties = case
    subscriber = server.subscriber("#")
    publisher = server.connect("publisher")
    publisher.send(publish(server.topic("a"), b"x", 2, 5))
    check(publisher.expect(PUBREC).reason in (0, 0x10), "code of PUBREC")
    publisher.send(ack(PUBREL, 5, reason, properties))
    check_equal(publisher.expect(PUBCOMP).reason, 0, "code of PUBCOMP")
    packet_id = subscriber.expect(PUBLISH).packet_id
    subscriber.send(ack(PUBREC, packet_id, reason, properties))
    check_equal(subscriber.expect(PUBREL).reason, 0, "code of PUBREL")
    subscriber.send(ack(PUBCOMP, packet_id, reason, properties))
    subscriber.expect_silence()
    check(publisher.publish(server.topic("nobody"), b"x", qos=1) in (0, 0x10), "code of PUBACK")
    subscriber.message(b"x")
