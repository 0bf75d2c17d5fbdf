"""CONNECT and CONNACK: who is let in, and under which name."""

import string

from mqtt_packets import CONNACK, PUBLISH, SUBACK, V5, V31, V311, Connect, Will
from packets import publish, subscribe
from rows import row
from wire_client import check, check_equal, property_of

VERSIONS = {"5.0": V5, "3.1.1": V311}
ALPHABET = string.digits + string.ascii_letters


@row(
    "MQTT-3.1.4-5", "MQTT-3.2.0-1", "MQTT-3.2.2-1", "MQTT311-3.1.4-4", "MQTT311-3.2.0-1", "E-094", "E-095",
    "E-117", cases={**VERSIONS, "3.1": V31},
)
def a_good_connect_is_accepted(server, version):
    client = server.connect(version=version)
    check_equal(client.connack.raw[0], 0x20, "first byte")
    check_equal(client.connack.raw[2:4], b"\0\0", "acknowledge flags and code")
    client.ping()


@row("MQTT-4.2.0-1", "MQTT311-7.1.1-1", cases=VERSIONS)
def a_message_goes_through_tcp(server, version):
    subscriber = server.subscriber("#", version=version)
    server.connect(version=version).publish(server.topic("a"), b"hello", qos=2)
    subscriber.message(b"hello")


@row("MQTT-3.1.3-5", "MQTT311-3.1.3-5", cases=VERSIONS)
def client_ids_of_digits_and_letters_are_accepted(server, version):
    for client_id in (*ALPHABET, *(ALPHABET[at : at + 23] for at in range(0, len(ALPHABET), 13))):
        client = server.raw(version)
        check_equal(client.connect(client_id).reason, 0, f"code for {client_id}")
        client.disconnect()


@row("MQTT-3.1.3-6", "MQTT-3.2.2-16", "E-082")
def empty_client_ids_get_different_names(server):
    names = []
    for clean in (True, False) * 25:
        client = server.raw()
        answer = client.connect("", clean=clean)
        check_equal((answer.reason, answer.session_present), (0, False), "code and session present")
        names.append(property_of(answer, "assigned_client_identifier"))
    check_equal(len(set(names)), 50, "different names")
    check(all(names), "one name is empty")


@row("MQTT-3.1.3-7")
def an_assigned_client_id_is_as_good_as_a_chosen_one(server):
    client = server.raw()
    name = property_of(client.connect("", **server.KEPT), "assigned_client_identifier")
    client.subscribe(server.topic("a"), qos=1)
    client.disconnect()
    server.connect("publisher").publish(server.topic("a"), b"for you", qos=1)
    again = server.raw()
    answer = again.connect(name, **server.KEPT)
    check(answer.session_present, "the session was not found by the assigned name")
    check("assigned_client_identifier" not in answer.properties, "a chosen id was assigned again")
    again.message(b"for you")


@row("MQTT311-3.1.3-6", "MQTT311-3.1.3-7")
def empty_client_ids_of_3_1_1_are_clients_of_their_own(server):
    clients = [server.raw(V311) for _ in range(10)]
    for client in clients:
        check_equal(client.connect("").raw, b"\x20\x02\0\0", "CONNACK")
    for client in clients:
        client.ping()


@row("MQTT311-3.1.3-8", "MQTT311-3.1.3-9", "MQTT311-3.2.2-4", "MQTT311-3.2.2-5", "E-082")
def an_empty_client_id_of_3_1_1_needs_a_clean_session(server):
    client = server.raw(V311)
    client.send(Connect("", V311, clean=False).encode())
    client.expect_bytes(b"\x20\x02\0\x02")
    check_equal(client.expect_closed(), [], "packets after the refusal")


@row("E-096")
def an_empty_client_id_of_3_1_is_refused(server):
    client = server.raw(V31)
    client.send(Connect("", V31).encode())
    client.expect_bytes(b"\x20\x02\0\x02")
    check_equal(client.expect_closed(), [], "packets after the refusal")


@row("MQTT-3.1.3-2", "MQTT311-3.1.3-2", cases=VERSIONS)
def every_client_id_has_a_session_of_its_own(server, version):
    for name in ("one", "two"):
        client = server.connect(name, version, **server.KEPT)
        client.subscribe(server.topic(name), qos=1)
        client.disconnect()
    publisher = server.connect("publisher")
    for name in ("one", "two"):
        publisher.publish(server.topic(name), name.encode(), qos=1)
    for name in ("one", "two"):
        client = server.connect(name, version, **server.KEPT)
        check(client.connack.session_present, f"no session of {name}")
        client.message(name.encode())
        client.expect_silence()


# --- one connection, one CONNECT ---


@row("MQTT-3.1.0-2", "MQTT-3.2.0-2", "MQTT311-3.1.0-2", cases=VERSIONS)
def a_second_connect_ends_the_connection(server, version):
    for together in (False, True):
        will = Will(server.topic("will"), b"gone")
        connect = Connect(server.id("again"), version, will=will).encode()
        watcher = server.subscriber("will")
        client = server.raw(version)
        client.send(connect * 2 if together else connect)
        check_equal(client.expect(CONNACK).reason, 0, "code")
        if not together:
            client.send(connect)
        client.expect_disconnect(0x82)
        watcher.message(b"gone")


@row("E-115", cases=VERSIONS)
def packets_in_one_segment_are_answered_in_order(server, version):
    topic = server.topic("a")
    client = server.raw(version)
    client.send_all(
        Connect(server.id(), version).encode(),
        subscribe(1, (topic, 0), version=version),
        publish(topic, b"hello", version=version),
    )
    check_equal([client.receive().kind for _ in range(3)], [CONNACK, SUBACK, PUBLISH], "packets")


@row("E-110", cases=VERSIONS)
def packets_in_single_bytes_are_whole_packets(server, version):
    topic = server.topic("a")
    client = server.raw(version)
    connect = Connect(server.id(), version, will=Will(server.topic("will"), b"w"))
    for packet in (connect.encode(), subscribe(1, (topic, 1), version=version)):
        for byte in packet:
            client.send(bytes([byte]))
    check_equal([client.receive().kind for _ in range(2)], [CONNACK, SUBACK], "packets")
    for byte in publish(topic, b"hello" * 40, 1, 7, version=version):
        client.send(bytes([byte]))
    found = {packet.kind: packet for packet in (client.receive(), client.receive())}
    check_equal(found[PUBLISH].payload, b"hello" * 40, "payload")


# --- takeover ---


@row("MQTT-3.1.4-3", "MQTT-3.14.2-2", "MQTT311-3.1.4-2", cases=VERSIONS)
def the_same_client_id_takes_over(server, version):
    former = server.connect("twice", version)
    later = server.connect("twice", version)
    former.expect_disconnect(0x8E)
    later.ping()


@row("MQTT-3.1.4-3", "MQTT311-3.1.4-2", cases=VERSIONS)
def of_many_connections_with_one_client_id_one_survives(server, version):
    crowd = [server.raw(version) for _ in range(20)]
    for client in crowd:
        client.send(Connect(server.id("crowd"), version).encode())
    for client in crowd:
        check_equal(client.expect(CONNACK).reason, 0, "code")
    # All were let in, so all but one are closed or about to be.
    server.until(lambda: len([one for one in crowd if one.still_open()]) <= 1, "the end of all but one")
    check_equal(len([one for one in crowd if one.still_open()]), 1, "connections that are open")


@row("E-008", cases=VERSIONS)
def a_takeover_goes_on_with_the_session(server, version):
    former = server.subscriber("a", name="moving", version=version, **server.KEPT)
    server.connect("publisher").publish(server.topic("a"), b"unacknowledged", qos=1)
    first = former.expect(PUBLISH)
    later = server.connect("moving", version, **server.KEPT)
    check(later.connack.session_present, "the session was not found")
    again = later.expect(PUBLISH)
    check_equal((again.dup, again.packet_id), (True, first.packet_id), "DUP and packet id")


@row("E-008")
def a_takeover_ends_a_session_that_is_not_kept(server):
    server.subscriber("a", name="moving")
    later = server.connect("moving", clean=False)
    check(not later.connack.session_present, "a session without expiry went on")
    server.connect("publisher").publish(server.topic("a"), b"for nobody", qos=1)
    later.expect_silence()
