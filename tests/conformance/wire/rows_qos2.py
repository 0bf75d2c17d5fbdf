"""QoS 2 in both directions: each step of the exchange, and what is left of it after a resume."""

from mqtt_packets import PUBACK, PUBCOMP, PUBLISH, PUBREC, PUBREL, V5, V311
from packets import ack, publish
from rows import row
from wire_client import check, check_equal

VERSIONS = {"5.0": V5, "3.1.1": V311}
DUP = 8
WITH_DUP_OR_NOT = {
    f"{label}, DUP {flags // DUP}": (version, flags)
    for label, version in VERSIONS.items()
    for flags in (0, DUP)
}


def begun(server, version, count=1):
    """(client with a kept session, the QoS 2 messages it has been sent)."""
    client = server.connect("kept", version, **server.KEPT)
    client.subscribe(server.topic("#"), qos=2)
    publisher = server.connect("publisher")
    for number in range(count):
        publisher.publish(server.topic("a"), b"%d" % number, qos=2)
    return client, [client.expect(PUBLISH) for _ in range(count)]


def back(server, version):
    client = server.connect("kept", version, **server.KEPT)
    check(client.connack.session_present, "no session present")
    return client


# --- from the server ---


@row("MQTT-4.3.3-2", "MQTT-4.3.3-4", "MQTT311-4.3.3-1", "MQTT311-2.3.1-6", cases=VERSIONS)
def the_server_goes_through_the_steps(server, version):
    client, (message,) = begun(server, version)
    check_equal((message.qos, message.dup), (2, False), "QoS and DUP")
    client.acknowledge(PUBREC, message.packet_id)
    client.expect_bytes(ack(PUBREL, message.packet_id))
    client.acknowledge(PUBCOMP, message.packet_id)
    client.expect_silence()
    client.disconnect()
    back(server, version).expect_silence()


@row("MQTT-4.3.3-3", "MQTT-3.3.1-1", "MQTT311-4.3.3-1", "MQTT311-3.3.1-1", cases=VERSIONS)
def publish_is_repeated_until_pubrec(server, version):
    client, (first,) = begun(server, version)
    for _ in range(2):
        client.cut()
        client = back(server, version)
        again = client.expect(PUBLISH)
        check_equal((again.packet_id, again.dup, again.qos), (first.packet_id, True, 2), "id, DUP and QoS")
        client.expect_silence()


@row("MQTT-4.3.3-5", "MQTT-4.3.3-6", "MQTT-4.4.0-1", "MQTT311-4.3.3-1", cases=VERSIONS)
def pubrel_is_repeated_until_pubcomp_and_publish_is_not(server, version):
    client, (message,) = begun(server, version)
    client.acknowledge(PUBREC, message.packet_id)
    client.expect(PUBREL)
    for _ in range(2):
        client.cut()
        client = back(server, version)
        client.expect_bytes(ack(PUBREL, message.packet_id))
        client.expect_silence()
    client.acknowledge(PUBCOMP, message.packet_id)
    client.ping()
    client.disconnect()
    back(server, version).expect_silence()


@row("E-070", "MQTT-4.6.0-1", "MQTT311-4.4.0-1", "MQTT311-4.6.0-1", cases=VERSIONS)
def exchanges_in_mixed_states_are_repeated_in_order(server, version):
    client, sent = begun(server, version, 12)
    with_pubrec = [sent[at].packet_id for at in (5, 2, 9)]
    for packet_id in with_pubrec:
        client.acknowledge(PUBREC, packet_id)
        client.expect(PUBREL)
    client.disconnect()
    server.connect("publisher").publish(server.topic("a"), b"new", qos=2)
    client = back(server, version)
    again = client.until_ping()
    found = [one.packet_id for one in again if one.kind == PUBREL]
    check_equal(found, with_pubrec, "order of PUBREL")
    found = [one.packet_id for one in again if one.kind == PUBLISH and one.dup]
    others = [one.packet_id for one in sent if one.packet_id not in with_pubrec]
    check_equal(found, others, "order of PUBLISH")
    check_equal((again[-1].payload, again[-1].dup), (b"new", False), "the new message comes last")


@row("MQTT-4.6.0-4", "MQTT311-4.6.0-4", cases=VERSIONS)
def pubrel_comes_in_the_order_of_pubrec(server, version):
    client, sent = begun(server, version, 10)
    wanted = [one.packet_id for one in sent]
    client.send_all(*(ack(PUBREC, packet_id) for packet_id in wanted))
    check_equal([client.expect(PUBREL).packet_id for _ in wanted], wanted, "PUBREL")


@row("MQTT-4.4.0-2", "MQTT-4.3.3-4", cases={"PUBACK": (1, PUBACK), "PUBREC": (2, PUBREC)})
def a_refusal_of_the_client_ends_the_exchange(server, case):
    qos, kind = case
    client = server.connect("kept", **server.KEPT)
    client.subscribe(server.topic("#"), qos=2)
    server.connect("publisher").publish(server.topic("a"), b"unwanted", qos=qos)
    client.send(ack(kind, client.expect(PUBLISH).packet_id, 0x83))
    client.expect_silence()
    client.disconnect()
    back(server, V5).expect_silence()


@row("E-071")
def a_clean_start_ends_unfinished_exchanges(server):
    client, (message,) = begun(server, V5)
    client.send(publish(server.topic("b"), b"inbound", 2, 7))
    client.expect_past_messages(PUBREC)
    client.cut()
    client = server.connect("kept")
    client.expect_silence()
    client.send(ack(PUBREL, 7))
    answer = client.expect(PUBCOMP)
    check_equal((answer.packet_id, answer.reason), (7, 0x92), "id and code")
    check(message.packet_id, "a message without an id")


# --- to the server ---


@row("MQTT-3.3.4-1", "MQTT-4.3.3-8", "MQTT-4.3.3-11", "MQTT-2.2.1-5", "MQTT311-3.3.4-1", "MQTT311-4.3.3-2",
     "MQTT311-2.3.1-6", cases=VERSIONS)
def the_server_answers_each_step_with_its_id(server, version):
    client = server.connect(version=version)
    for packet_id in (1, 255, 256, 65535):
        client.send(publish(server.topic("a"), b"x", 2, packet_id, version=version))
        check_equal(client.expect(PUBREC).packet_id, packet_id, "PUBREC")
        client.send(ack(PUBREL, packet_id))
        check_equal(client.expect(PUBCOMP).packet_id, packet_id, "PUBCOMP")


@row("MQTT-4.3.3-10", "E-072", "MQTT311-4.3.3-2", "E-100", cases=WITH_DUP_OR_NOT)
def a_repeat_before_pubrel_is_answered_and_not_delivered(server, case):
    version, more_flags = case
    subscriber = server.subscriber("#")
    client = server.connect(version=version)
    topic = server.topic("a")
    for flags in (0, more_flags):
        client.send(publish(topic, b"once", 2, 9, version=version, more_flags=flags))
        answer = client.expect(PUBREC)
        check_equal((answer.packet_id, answer.reason < 0x80), (9, True), "PUBREC")
    client.send(ack(PUBREL, 9))
    client.expect(PUBCOMP)
    client.publish(topic, b"marker", qos=2)
    subscriber.messages(b"once", b"marker")


@row("MQTT-4.3.3-10", "MQTT311-4.3.3-2", "E-100", cases=VERSIONS)
def every_repeat_is_answered(server, version):
    client = server.connect(version=version)
    for flags in (0, DUP, DUP, DUP):
        client.send(publish(server.topic("a"), b"once", 2, 9, version=version, more_flags=flags))
        check_equal(client.expect(PUBREC).packet_id, 9, "PUBREC")
    client.send(ack(PUBREL, 9))
    client.expect(PUBCOMP)


@row("E-067", cases=VERSIONS, only="The standard does not say what a repeat with other content is.")
def a_repeat_with_other_content_is_still_a_repeat(server, version):
    subscriber = server.subscriber("#")
    client = server.connect(version=version)
    for topic, payload in (("a", b"first"), ("a", b"other"), ("b", b"first")):
        client.send(publish(server.topic(topic), payload, 2, 9, version=version))
        check_equal(client.expect(PUBREC).packet_id, 9, "PUBREC")
    client.send(ack(PUBREL, 9))
    client.expect(PUBCOMP)
    client.publish(server.topic("a"), b"marker", qos=2)
    subscriber.messages(b"first", b"marker")


@row("E-066", "MQTT-4.3.3-10", "MQTT311-4.3.3-2", cases=WITH_DUP_OR_NOT)
def a_repeat_after_a_resume_is_answered_and_not_delivered(server, case):
    version, flags = case
    subscriber = server.subscriber("#")
    client = server.connect("kept", version, **server.KEPT)
    topic = server.topic("a")
    client.send(publish(topic, b"once", 2, 9, version=version))
    client.expect(PUBREC)
    client.cut()
    client = back(server, version)
    client.send(publish(topic, b"once", 2, 9, version=version, more_flags=flags))
    check_equal(client.expect(PUBREC).packet_id, 9, "PUBREC")
    client.send(ack(PUBREL, 9))
    check_equal(client.expect(PUBCOMP).reason, 0, "PUBCOMP")
    client.publish(topic, b"marker", qos=2)
    subscriber.messages(b"once", b"marker")


@row("MQTT-4.3.3-12", "MQTT311-4.3.3-2", cases=VERSIONS)
def after_pubcomp_the_same_id_is_a_new_message(server, version):
    subscriber = server.subscriber("#")
    client = server.connect(version=version)
    for flags, payload in ((0, b"one"), (0, b"two"), (DUP, b"three")):
        client.send(publish(server.topic("a"), payload, 2, 1, version=version, more_flags=flags))
        client.expect(PUBREC)
        client.send(ack(PUBREL, 1))
        client.expect(PUBCOMP)
    subscriber.messages(b"one", b"two", b"three")


@row("MQTT-4.6.0-3", "MQTT311-4.6.0-3", cases=VERSIONS)
def pubrec_comes_in_the_order_of_publish(server, version):
    client = server.connect(version=version)
    wanted = [3, 1, 65535, 2, *range(100, 112)]
    client.send_all(*(publish(server.topic("a"), b"x", 2, id_, version=version) for id_ in wanted))
    check_equal([client.expect(PUBREC).packet_id for _ in wanted], wanted, "PUBREC")
    client.send_all(*(ack(PUBREL, id_) for id_ in wanted))
    check_equal([client.expect(PUBCOMP).packet_id for _ in wanted], wanted, "PUBCOMP")


@row("E-073", cases=VERSIONS)
def one_id_in_both_directions_is_two_exchanges(server, version):
    client = server.connect("echo", version)
    client.subscribe(server.topic("in"), qos=2)
    server.connect("publisher").publish(server.topic("in"), b"to you", qos=2)
    message = client.expect(PUBLISH)
    same = message.packet_id
    client.send(publish(server.topic("out"), b"from you", 2, same, version=version))
    check_equal(client.expect(PUBREC).packet_id, same, "PUBREC")
    client.send(ack(PUBREC, same))
    client.expect_bytes(ack(PUBREL, same))
    client.send(ack(PUBREL, same))
    check_equal(client.expect(PUBCOMP).packet_id, same, "PUBCOMP")
    client.send(ack(PUBCOMP, same))
    client.expect_silence()


@row("E-069", cases=VERSIONS)
def pubrec_after_pubrel_gets_pubrel_again(server, version):
    client, (message,) = begun(server, version)
    for _ in range(2):
        client.send(ack(PUBREC, message.packet_id))
        client.expect_bytes(ack(PUBREL, message.packet_id))
    client.send(ack(PUBCOMP, message.packet_id))
    client.expect_silence()
