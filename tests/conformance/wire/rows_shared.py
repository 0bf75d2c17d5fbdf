"""Shared subscriptions: who gets a message, and what becomes of it when that client goes."""

import collections

from mqtt_packets import PUBCOMP, PUBLISH, PUBREC, PUBREL, V5, V311
from packets import ack
from rows import row
from wire_client import check, check_equal, subscription_ids

VERSIONS = {"5.0": V5, "3.1.1": V311}
IF_NEW, NEVER = 0x10, 0x20  # Retain Handling of a subscription.


def share(server, rest, name="group"):
    return f"$share/{name}/{server.topic(rest)}"


def member(server, name, rest="t", qos=1, version=V5, ids=None, **settings):
    client = server.connect(name, version, **settings)
    codes = client.subscribe(share(server, rest), qos=qos, properties=ids)
    check_equal(codes, [qos & 3], "SUBACK")
    return client


def publisher(server, version=V5):
    return server.connect("publisher", version)


def all_of(client):
    """What is on its way to a client, acknowledged."""
    found = []
    for packet in client.until_ping():
        found.append(packet.payload)
        if packet.qos == 1:
            client.acknowledge(4, packet.packet_id)
    return found


@row("E-024", cases={
    f"QoS {qos} in {label}": (version, qos) for label, version in VERSIONS.items() for qos in (0, 1)
})
def each_message_goes_to_exactly_one_member(server, case):
    version, qos = case
    members = [member(server, f"member{number}", qos=qos, version=version) for number in range(3)]
    source = publisher(server, version)
    wanted = [b"%d" % number for number in range(45)]
    for payload in wanted:
        source.publish(server.topic("t"), payload, qos=qos)
    source.ping()
    found = [all_of(one) for one in members]
    check_equal(sorted(sum(found, [])), sorted(wanted), "messages")


@row("E-025")
def share_names_and_plain_subscriptions_each_get_a_copy(server):
    one = server.connect("one")
    other = server.connect("other")
    for client in (one, other):
        client.subscribe(share(server, "t", "first"), qos=1)
    other.subscribe(share(server, "t", "second"), qos=1)
    one.subscribe(server.topic("t"), qos=1)
    source = publisher(server)
    for number in range(10):
        source.publish(server.topic("t"), b"%d" % number, qos=1)
    found = collections.Counter(all_of(one) + all_of(other))
    check_equal(found, {b"%d" % number: 3 for number in range(10)}, "copies")


@row("E-026", cases={"RH 0": 0, "RH 1": IF_NEW, "RH 2": NEVER})
def members_get_no_retained_messages(server, handling):
    source = publisher(server)
    source.publish(server.topic("t"), b"retained", qos=1, retain=True)
    for name in ("first", "second"):
        client = server.connect(name)
        found = server.at_subscribe(client, share(server, "t"), options=handling | 1)
        check_equal(found, [], f"found by the {name} member")


@row("E-027")
def only_the_full_text_leaves_the_share(server):
    client = member(server, "member")
    check_equal(client.unsubscribe(server.topic("t")).reasons, [0x11], "plain filter")
    check_equal(client.unsubscribe(share(server, "t", "other")).reasons, [0x11], "another share")
    source = publisher(server)
    source.publish(server.topic("t"), b"still", qos=1)
    client.message(b"still")
    check_equal(client.unsubscribe(share(server, "t")).reasons, [0], "this share")
    client.subscribe(server.topic("marker"), qos=1)
    source.publish(server.topic("t"), b"no more", qos=1)
    source.publish(server.topic("marker"), b"marker", qos=1)
    client.message(b"marker")


@row("E-028", "E-029")
def a_second_subscribe_is_still_one_membership(server):
    first = member(server, "first", ids={"subscription_identifier": 1})
    first.subscribe(share(server, "t"), qos=0, properties={"subscription_identifier": 2})
    second = member(server, "second", ids={"subscription_identifier": 3})
    source = publisher(server)
    for number in range(20):
        source.publish(server.topic("t"), b"%d" % number, qos=1)
    ids = [subscription_ids(packet) for packet in first.until_ping()]
    others = [subscription_ids(packet) for packet in second.until_ping()]
    check_equal(len(ids) + len(others), 20, "messages")
    check(all(one == [2] for one in ids), f"identifiers of the first member {ids}")
    check(all(one == [3] for one in others), f"identifiers of the second member {others}")
    check_equal(first.unsubscribe(share(server, "t")).reasons, [0], "UNSUBACK")
    source.publish(server.topic("t"), b"for the second", qos=1)
    first.expect_silence()


@row("E-030", "MQTT-4.7.2-1")
def the_filter_of_a_share_is_a_filter(server):
    top = f"${server.id()}"
    wild, named = server.connect("wild"), server.connect("named")
    wild.subscribe("$share/wild/#", qos=1)
    named.subscribe(f"$share/named/{top}/#", f"$share/empty//{server.id()}", qos=1)
    source = publisher(server)
    source.publish(f"{top}/x", b"dollar", qos=1)
    source.publish(f"/{server.id()}", b"empty level", qos=1)
    source.publish(server.topic("t"), b"plain", qos=1)
    named.messages(b"dollar", b"empty level")
    named.expect_silence()
    wild.messages(b"empty level", b"plain")
    wild.expect_silence()


@row("MQTT-4.8.2-3")
def each_member_is_served_at_its_own_qos(server):
    members = {qos: member(server, f"member{qos}", qos=qos) for qos in (0, 1, 2)}
    source = publisher(server)
    for number in range(15):
        source.publish(server.topic("t"), b"%d" % number, qos=2)
    count = 0
    for qos, client in members.items():
        found = client.until_ping()
        count += len(found)
        check_equal({packet.qos for packet in found} - {qos}, set(), f"other QoS than {qos}")
    check_equal(count, 15, "messages")


@row("MQTT-4.8.2-4", cases={"after PUBLISH": False, "after PUBREC": True})
def a_qos_2_delivery_is_finished_with_the_member_it_was_begun_with(server, with_pubrec):
    first = member(server, "first", qos=2, **server.KEPT)
    source = publisher(server)
    source.publish(server.topic("t"), b"begun", qos=2)
    begun = first.expect(PUBLISH)
    if with_pubrec:
        first.acknowledge(PUBREC, begun.packet_id)
        first.expect(PUBREL)
    second = member(server, "second", qos=2)
    first.cut()
    first = server.connect("first", **server.KEPT)
    if not with_pubrec:
        again = first.expect(PUBLISH)
        check_equal((again.packet_id, again.dup, again.payload), (begun.packet_id, True, b"begun"), "repeat")
        first.acknowledge(PUBREC, again.packet_id)
    first.expect_bytes(ack(PUBREL, begun.packet_id))
    first.acknowledge(PUBCOMP, begun.packet_id)
    first.expect_silence()
    second.expect_silence()


@row("MQTT-4.8.2-5")
def a_qos_2_delivery_ends_with_the_session_it_was_begun_with(server):
    first = member(server, "first", qos=2)
    source = publisher(server)
    source.publish(server.topic("t"), b"begun", qos=2)
    first.expect(PUBLISH)
    second = member(server, "second", qos=2)
    first.disconnect()
    check(not server.connect("first", clean=False).connack.session_present, "the session was kept")
    source.publish(server.topic("t"), b"marker", qos=2)
    second.message(b"marker")


@row("E-031", only="Passing it on is a should.")
def a_qos_1_message_of_a_lost_member_goes_to_another(server):
    first = member(server, "first")
    publisher(server).publish(server.topic("t"), b"lost", qos=1)
    first.expect(PUBLISH)
    second = member(server, "second")
    first.disconnect()
    found = second.message(b"lost")
    check_equal((found.dup, found.qos), (False, 1), "DUP and QoS")


@row("MQTT-4.8.2-6", cases={"QoS 1": (1, 4), "QoS 2": (2, PUBREC)})
def a_message_that_a_member_refuses_goes_to_nobody_else(server, case):
    qos, kind = case
    first = member(server, "first", qos=qos)
    source = publisher(server)
    source.publish(server.topic("t"), b"refused", qos=qos)
    message = first.expect(PUBLISH)
    second = member(server, "second", qos=qos)
    first.send(ack(kind, message.packet_id, 0x83))
    first.expect_silence()
    first.disconnect()
    source.publish(server.topic("t"), b"marker", qos=qos)
    second.message(b"marker")


@row("E-032")
def the_share_ends_with_its_last_member(server):
    client = member(server, "member", **server.KEPT)
    client.disconnect()
    source = publisher(server)
    source.publish(server.topic("t"), b"for the share", qos=1)
    server.connect("member", clean=True).disconnect()
    client = member(server, "later")
    source.publish(server.topic("t"), b"marker", qos=1)
    client.message(b"marker")


@row("E-033", only="Which member is chosen is left to the server.")
def connected_members_come_first(server):
    away = member(server, "away", **server.KEPT)
    away.disconnect()
    here = member(server, "here")
    source = publisher(server)
    for number in range(5):
        source.publish(server.topic("t"), b"%d" % number, qos=1)
    here.messages(*(b"%d" % number for number in range(5)))
    here.disconnect()
    source.publish(server.topic("t"), b"waits", qos=1)
    server.connect("away", **server.KEPT).message(b"waits")


@row("E-034", only="Shares for 3.1.1, and the name of a share as a topic, are left to the server.")
def a_share_is_no_topic(server):
    old = server.connect("old", V311)
    check_equal(old.subscribe(share(server, "t"), qos=1), [1], "SUBACK of 3.1.1")
    source = publisher(server)
    check_equal(source.publish(share(server, "t"), b"nowhere", qos=1), 0x90, "PUBACK")
    check_equal(publisher(server, V311).publish(share(server, "t"), b"nowhere", qos=1), 0, "PUBACK of 3.1.1")
    server.connect("source").publish(server.topic("t"), b"here", qos=1)
    old.message(b"here")
