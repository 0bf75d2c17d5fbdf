"""SUBSCRIBE and UNSUBSCRIBE: what is answered, and what is in force afterwards."""

import struct

from mqtt_packets import PUBACK, PUBLISH, PUBREC, PUBREL, SUBACK, UNSUBACK, V5, V311, packet
from packets import ack, publish, subscribe, unsubscribe, with_length
from rows import row
from wire_client import check, check_equal, subscription_ids

VERSIONS = {"5.0": V5, "3.1.1": V311}
NO_LOCAL, IF_NEW = 0x04, 0x10


def suback(packet_id, codes, version):
    body = struct.pack(">H", packet_id) + (with_length(b"") if version == V5 else b"")
    return packet(SUBACK, 0, body + bytes(codes))


def unsuback(packet_id, codes, version):
    body = struct.pack(">H", packet_id)
    return packet(UNSUBACK, 0, body + with_length(b"") + bytes(codes) if version == V5 else body)


# --- answers ---


@row("MQTT-3.8.4-1", "MQTT-3.8.4-2", "MQTT-3.8.4-6", "MQTT-3.8.4-7", "MQTT-3.9.3-1", "MQTT-3.9.3-2",
     "MQTT-2.2.2-1", "MQTT311-3.8.4-1", "MQTT311-3.8.4-2", "MQTT311-3.8.4-4", "MQTT311-3.8.4-5",
     "MQTT311-3.9.3-1", "MQTT311-3.9.3-2", cases={
    f"{count} in {label}": (version, count) for label, version in VERSIONS.items() for count in (1, 2, 3, 100)
})
def suback_has_a_code_for_each_filter_in_order(server, case):
    version, count = case
    client = server.connect(version=version)
    codes = [number % 3 for number in range(count)]
    requests = [(server.topic(str(number)), code) for number, code in enumerate(codes)]
    client.send(subscribe(0x1234, *requests, version=version))
    client.expect_bytes(suback(0x1234, codes, version))


@row("MQTT-2.2.1-6", "MQTT-3.10.4-4", "MQTT-3.10.4-5", "MQTT-3.11.3-1", "MQTT-3.11.3-2", "MQTT-2.2.2-1",
     "MQTT311-2.3.1-7", "MQTT311-3.10.4-4", "MQTT311-3.10.4-5", "MQTT311-3.10.4-6", cases=VERSIONS)
def requests_are_answered_with_their_ids_in_order(server, version):
    client = server.connect(version=version)
    a, b, unknown = (server.topic(rest) for rest in ("a", "b", "unknown"))
    client.send_all(
        subscribe(9, (a, 1), version=version),
        subscribe(65535, (b, 2), version=version),
        unsubscribe(3, a, unknown, b, version=version),
        unsubscribe(1, unknown, version=version),
    )
    client.expect_bytes(suback(9, [1], version))
    client.expect_bytes(suback(65535, [2], version))
    client.expect_bytes(unsuback(3, [0, 0x11, 0], version))
    client.expect_bytes(unsuback(1, [0x11], version))


@row("MQTT-3.10.4-6", "MQTT311-3.10.4-6", cases=VERSIONS)
def the_second_of_two_same_filters_finds_nothing_to_unsubscribe(server, version):
    client = server.subscriber("a", version=version)
    client.send(unsubscribe(7, server.topic("a"), server.topic("a"), version=version))
    client.expect_bytes(unsuback(7, [0, 0x11], version))


@row("MQTT-2.2.1-3", "MQTT311-2.3.1-2", cases={
    f"{what} in {label}": (what, version)
    for label, version in VERSIONS.items() for what in ("SUBSCRIBE", "UNSUBSCRIBE")
})
def an_id_in_use_is_said_to_be_or_served(server, case):
    what, version = case
    client = server.connect(version=version)
    client.send(publish(server.topic("a"), b"x", 2, 7, version=version))
    client.expect(PUBREC)
    if what == "SUBSCRIBE":
        client.send(subscribe(7, (server.topic("b"), 0), version=version))
        answer, wanted = client.expect(SUBACK), ([0], [0x91])
    else:
        client.send(unsubscribe(7, server.topic("b"), version=version))
        answer, wanted = client.expect(UNSUBACK), ([0x11], [0x91], [])
    check_equal(answer.packet_id, 7, "packet id")
    check(answer.reasons in wanted, f"codes {answer.reasons}")
    client.send(ack(PUBREL, 7))
    client.receive()
    client.ping()


# --- what is in force ---


@row("MQTT-3.8.4-3", "MQTT-3.8.4-5", "MQTT311-3.8.4-3", "MQTT311-3.8.4-4", cases={
    f"{what} in {label}": (version, together)
    for label, version in VERSIONS.items() for what, together in (("apart", False), ("in one packet", True))
})
def the_same_filter_again_replaces_the_subscription(server, case):
    version, together = case
    client = server.connect("subscriber", version)
    requests = [(server.topic("a"), 2), (server.topic("a"), 0)]
    for each in [requests] if together else [requests[:1], requests[1:]]:
        client.send(subscribe(5, *each, version=version))
        client.expect(SUBACK)
    publisher = server.connect("publisher", version)
    publisher.publish(server.topic("a"), b"x", qos=2)
    publisher.publish(server.topic("a"), b"marker", qos=2)
    check_equal([one.qos for one in client.messages(b"x", b"marker")], [0, 0], "QoS")


@row("MQTT-3.8.4-4", "MQTT311-3.8.4-3", cases=VERSIONS)
def a_replacement_loses_no_message(server, version):
    publisher = server.connect("publisher", version)
    client = server.subscriber("a", version=version, qos=0)
    for number in range(50):
        publisher.send_publish(server.topic("a"), b"%d" % number)
        client.send_subscribe(server.topic("a"), qos=0)
    publisher.ping()
    publisher.publish(server.topic("a"), b"end", qos=1)
    found, answers = [], 0
    while not found or found[-1] != b"end" or answers < 50:
        packet_ = client.receive()
        answers += packet_.kind == SUBACK
        found += [packet_.payload] if packet_.kind == PUBLISH else []
    check_equal(found, [b"%d" % number for number in range(50)] + [b"end"], "messages")


@row("MQTT-3.8.4-4", "MQTT-3.3.1-9", "MQTT311-3.8.4-3", cases=VERSIONS)
def every_subscribe_brings_the_retained_messages(server, version):
    server.connect("publisher", version).publish(server.topic("a"), b"kept", qos=1, retain=True)
    server.connect("publisher", version).publish(server.topic("b"), b"marker", qos=1, retain=True)
    client = server.connect(version=version)
    same = (server.topic("a"), 0)
    client.send_all(*(subscribe(id_, same, version=version) for id_ in (1, 2, 3)))
    for _ in range(3):
        while client.receive().kind != SUBACK:
            pass
    client.send(subscribe(4, (server.topic("b"), 0), version=version))
    found = []
    while b"marker" not in found:
        found.append(client.receive().payload)
    check_equal(len(bytes(client.received).split(b"kept")) - 1, 3, "copies for 3 SUBSCRIBEs")


@row("MQTT-3.10.4-1", "MQTT-3.10.4-2", "MQTT311-3.10.4-1", "MQTT311-3.10.4-2", cases=VERSIONS)
def unsubscribe_takes_back_this_very_filter(server, version):
    client = server.subscriber("a/b", version=version)
    for other in ("a/+", "#", "A/b", "a/b/"):
        codes = client.unsubscribe(server.topic(other)).reasons
        check_equal(codes, [0x11] if version == V5 else [], f"codes for {other}")
    publisher = server.connect("publisher", version)
    publisher.publish(server.topic("a/b"), b"still", qos=1)
    client.message(b"still")
    codes = client.unsubscribe(server.topic("a/b")).reasons
    check_equal(codes, [0] if version == V5 else [], "codes")
    client.subscribe(server.topic("marker"))
    publisher.publish(server.topic("a/b"), b"no more", qos=1)
    publisher.publish(server.topic("marker"), b"marker", qos=1)
    client.message(b"marker")


@row("MQTT-3.10.4-3", "MQTT311-3.10.4-3", cases=VERSIONS)
def deliveries_that_have_begun_outlive_unsubscribe(server, version):
    client = server.subscriber("a", name="kept", version=version, **server.KEPT)
    publisher = server.connect("publisher")
    for qos in (1, 2):
        publisher.publish(server.topic("a"), b"begun", qos=qos)
    first, second = client.expect(PUBLISH), client.expect(PUBLISH)
    client.unsubscribe(server.topic("a"))
    client.cut()
    client = server.connect("kept", version, **server.KEPT)
    again = [client.expect(PUBLISH) for _ in range(2)]
    check_equal([one.packet_id for one in again], [first.packet_id, second.packet_id], "packet ids")
    client.acknowledge(PUBACK, first.packet_id)
    client.acknowledge(PUBREC, second.packet_id)
    client.expect_bytes(ack(PUBREL, second.packet_id))


# --- options and identifiers of 5.0 ---


@row("MQTT-3.8.3-3")
def no_local_keeps_the_own_messages_away(server):
    client = server.subscriber("a", qos=NO_LOCAL | 1, **server.KEPT)
    other = server.connect("other")
    for _ in range(2):
        client.publish(server.topic("a"), b"own", qos=1)
        other.publish(server.topic("a"), b"of another", qos=1)
        client.message(b"of another")
        client.cut()
        client = server.connect("subscriber", **server.KEPT)


@row("E-065")
def no_local_of_one_subscription_leaves_the_other_alone(server):
    client = server.connect()
    for filter_, options, number in (("#", NO_LOCAL, 1), ("a", 0, 2)):
        ids = {"subscription_identifier": number}
        client.subscribe(server.topic(filter_), qos=options | 1, properties=ids)
    client.publish(server.topic("b"), b"own", qos=1)
    client.publish(server.topic("a"), b"own", qos=1)
    check_equal(subscription_ids(client.message(b"own")), [2], "subscription identifiers")
    client.expect_silence()


@row("MQTT-3.3.4-2", "MQTT-3.3.4-3", "MQTT-3.3.4-4", "MQTT-3.3.4-5", "E-060", "E-064")
def overlapping_subscriptions_bring_the_highest_qos_and_all_identifiers(server):
    client = server.connect("subscriber")
    for filter_, qos, number in (("#", 0, 1), ("a/+", 2, 7), ("+/b", 1, 7), ("a/b", 0, None)):
        ids = {"subscription_identifier": number} if number else None
        client.subscribe(server.topic(filter_), qos=qos, properties=ids)
    client.subscribe(server.id("marker"))
    publisher = server.connect("publisher")
    publisher.publish(server.topic("a/b"), b"x", qos=2)
    publisher.publish(server.id("marker"), b"marker", qos=1)
    copies = []
    while not copies or copies[-1].payload != b"marker":
        copies.append(client.receive_message())
    copies.pop()
    check_equal(max(copy.qos for copy in copies), 2, "highest QoS")
    ids = [subscription_ids(copy) for copy in copies]
    # One copy with all of them, or one for each subscription with its own.
    check(sorted(ids) in ([[1, 7, 7]], [[], [1], [7], [7]]), f"subscription identifiers {ids}")


@row("MQTT311-3.3.5-1")
def overlapping_subscriptions_bring_the_highest_qos_in_3_1_1(server):
    client = server.connect("subscriber", V311)
    for filter_, qos in (("#", 0), ("a", 2), ("+", 1)):
        client.subscribe(server.topic(filter_), qos=qos)
    server.connect("publisher").publish(server.topic("a"), b"x", qos=2)
    server.connect("publisher2").publish(server.topic("b"), b"marker", qos=1)
    found = []
    while not found or found[-1].payload != b"marker":
        found.append(client.receive_message())
    check_equal(max(one.qos for one in found), 2, "highest QoS")


@row("E-061", "E-062", "E-063", "MQTT-3.3.4-3")
def a_subscription_has_the_identifier_it_was_last_given(server):
    client = server.connect("subscriber")
    publisher = server.connect("publisher")
    topics = [server.topic("a"), server.topic("b")]
    for number in (1, 268435455, None, 128):
        ids = {"subscription_identifier": number} if number else None
        client.subscribe(*topics, qos=1, properties=ids)
        for topic in topics:
            publisher.publish(topic, b"x", qos=1)
            found = subscription_ids(client.message(b"x"))
            check_equal(found, [number] if number else [], "subscription identifiers")


# --- which topics a filter matches ---

MATCHES = {
    "a/#": (["a", "a/", "a/b", "a/b/c"], ["b", "aa", "/a"]),
    "a/+": (["a/", "a/b", "a/$b"], ["a", "a/b/c"]),
    "+": (["a", "b"], ["/x", "a/"]),
    "+/+": (["/x", "a/", "a/b", "/"], ["a", "a/b/c"]),
    "/+": (["/x", "/"], ["x/", "a"]),
    "#": (["/", "a", "//", "a/b"], []),
    "a/+/b": (["a//b", "a/x/b"], ["a/b"]),
    "a//b": (["a//b"], ["a/b", "a/x/b"]),
    "+/a/#": (["x/a", "/a", "x/a/b"], ["a", "x/b/a"]),
}


@row("E-087", "E-088", "MQTT-3.3.2-3", "MQTT-4.7.1-1", "MQTT-4.7.1-2", "MQTT-4.5.0-1", "MQTT311-3.8.3-2",
     cases=MATCHES)
def wildcards_take_what_they_should(server, case):
    matching, others = case
    filter_ = next(name for name, value in MATCHES.items() if value is case)
    # Below a level of its own, since `#` would find everything.
    client = server.subscriber(filter_)
    publisher = server.connect("publisher")
    for rest in [*others, *matching]:
        publisher.publish(server.topic(rest), rest.encode(), qos=1)
    client.messages(*(rest.encode() for rest in matching))
    client.expect_silence()


@row("MQTT-4.7.2-1", "MQTT311-4.7.2-1", "E-088", cases=VERSIONS)
def wildcards_at_the_beginning_do_not_take_dollar_topics(server, version):
    top, own = f"${server.id()}", server.topic("marker")
    publisher = server.connect("publisher", version)
    publisher.publish(f"{top}/x", b"retained", qos=1, retain=True)
    wild = server.connect("wild", version)
    found = server.at_subscribe(wild, "+/x", "+/x/#")
    check_equal([one.topic for one in found if one.topic[0] == "$"], [], "retained")
    wild.send_subscribe("#", "+/#")
    wild.expect_past_messages(SUBACK)
    named = server.connect("named", version)
    named.subscribe(f"{top}/#", own)
    named.receive_message()  # The retained one.
    publisher.publish(f"{top}/x", b"live", qos=1)
    publisher.publish(own, b"marker", qos=1)
    for client, wanted in ((wild, []), (named, [f"{top}/x"])):
        topics = []
        while own not in topics:
            topics.append(client.receive_message().topic)
        check_equal([topic for topic in topics if topic[0] == "$"], wanted, "topics")
    publisher.publish(f"{top}/x", b"", qos=1, retain=True)
