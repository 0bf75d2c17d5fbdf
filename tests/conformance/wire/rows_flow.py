"""Receive Maximum and Maximum Packet Size, in both directions."""

from mqtt_packets import PUBACK, PUBCOMP, PUBLISH, PUBREC, PUBREL, SUBACK, V311
from packets import PING, ack, prop, publish, subscribe
from rows import row
from wire_client import check, check_equal, property_of

ABSENT_RECEIVE_MAXIMUM = 65535


def limited(server, name="limited", **limits):
    return server.subscriber("a", name=name, properties=limits)


def send_messages(server, count, qos=1, first=0):
    publisher = server.connect(f"publisher{first}")
    for number in range(first, first + count):
        publisher.publish(server.topic("a"), b"%d" % number, qos=qos)
    publisher.disconnect()


# --- the client's Receive Maximum ---


@row("MQTT-3.3.4-9", "MQTT-4.9.0-1", "MQTT-4.9.0-2", cases={str(maximum): maximum for maximum in (1, 2, 3)})
def no_more_than_receive_maximum_is_in_flight(server, maximum):
    client = limited(server, receive_maximum=maximum)
    send_messages(server, 10)
    found = client.until_ping()
    check_equal([one.payload for one in found], [b"%d" % number for number in range(maximum)], "in flight")
    for number in range(maximum, 10):
        client.acknowledge(PUBACK, found.pop(0).packet_id)
        found += [client.expect(PUBLISH)]
        check_equal(found[-1].payload, b"%d" % number, "after an acknowledgement")
        client.expect_silence()


def finish(client, message, how):
    """Ends the exchange of a message; nothing else may come before that."""
    if how == "PUBACK":
        client.acknowledge(PUBACK, message.packet_id)
    elif how == "PUBREC 0x83":
        client.send(ack(PUBREC, message.packet_id, 0x83))
    else:
        client.acknowledge(PUBREC, message.packet_id)
        client.expect(PUBREL)
        client.expect_silence()  # PUBREC below 0x80 makes no room.
        client.acknowledge(PUBCOMP, message.packet_id)


@row("E-050", "MQTT-4.9.0-2", "MQTT-4.4.0-2", cases={"PUBACK": 1, "PUBREC 0x83": 2, "PUBCOMP": 2})
def an_exchange_that_ends_makes_room_for_the_next(server, qos):
    how = {1: ["PUBACK"], 2: ["PUBREC 0x83", "PUBCOMP"]}[qos]
    client = limited(server, receive_maximum=1)
    send_messages(server, 6, qos)
    for number in range(6):
        message = client.expect(PUBLISH)
        check_equal(message.payload, b"%d" % number, "payload")
        client.expect_silence()
        finish(client, message, how[number % len(how)])
    client.expect_silence()


@row("E-050")
def qos_0_is_not_held_back_by_receive_maximum(server):
    client = limited(server, receive_maximum=1)
    send_messages(server, 2, qos=1)
    first = client.expect(PUBLISH)
    send_messages(server, 3, qos=0, first=10)
    client.messages(b"10", b"11", b"12")
    client.acknowledge(PUBACK, first.packet_id)
    client.message(b"1")


@row("E-052")
def stray_acknowledgements_make_no_room(server):
    client = limited(server, receive_maximum=2)
    for id_ in range(100, 110):
        client.send_all(ack(PUBACK, id_), ack(PUBREL, id_), ack(PUBCOMP, id_))
    for id_ in range(100, 110):
        check_equal(client.expect(PUBCOMP).packet_id, id_, "PUBCOMP")
    send_messages(server, 5)
    check_equal(len(client.until_ping()), 2, "in flight")


@row("E-051", "MQTT-4.9.0-1")
def a_resume_has_a_new_receive_maximum(server):
    expiry = {"session_expiry_interval": 300}
    client = server.subscriber("a", clean=False, properties=expiry)
    send_messages(server, 10)
    sent = [client.expect(PUBLISH) for _ in range(10)]
    client.cut()
    client = server.connect("subscriber", clean=False, properties=expiry | {"receive_maximum": 3})
    found = client.until_ping()
    check_equal([one.packet_id for one in found], [one.packet_id for one in sent[:3]], "repeats in flight")
    for number in range(3, 10):
        client.acknowledge(PUBACK, found.pop(0).packet_id)
        found.append(client.expect(PUBLISH))
        check_equal((found[-1].payload, found[-1].dup), (b"%d" % number, True), "next repeat")


@row("MQTT-3.3.4-10", "MQTT-4.9.0-3")
def other_packets_are_answered_while_the_quota_is_used_up(server):
    client = limited(server, receive_maximum=1)
    send_messages(server, 2)
    held = client.expect(PUBLISH)
    client.ping()
    client.send(subscribe(2, (server.topic("other"), 0)))
    client.expect(SUBACK)
    client.send_all(publish(server.topic("x"), b"1", 1, 7), publish(server.topic("x"), b"2", 2, 8))
    check_equal([client.expect(kind).packet_id for kind in (PUBACK, PUBREC)], [7, 8], "answers")
    client.acknowledge(PUBREL, 8)
    client.expect(PUBCOMP)
    client.acknowledge(PUBACK, held.packet_id)
    client.message(b"1")


@row("E-054")
def a_client_of_3_1_1_that_never_acknowledges_is_sent_so_many_at_most(server):
    client = server.subscriber("a", version=V311, qos=1)
    publisher = server.connect("publisher")
    for number in range(1200):
        publisher.send(publish(server.topic("a"), b"%d" % number, 1, 1))
        publisher.expect(PUBACK)
    found = client.until_ping()
    check(0 < len(found) < 1200, f"{len(found)} in flight")
    client.acknowledge(PUBACK, found[0].packet_id)
    check_equal(client.expect(PUBLISH).payload, b"%d" % len(found), "the next message")


# --- the server's Receive Maximum ---


@row("MQTT-3.3.4-7", "MQTT-4.9.0-2", "E-053", "E-118")
def more_than_the_servers_receive_maximum_ends_the_connection(server):
    watcher = server.subscriber("#", qos=0)
    client = server.connect()
    maximum = client.connack.properties.get("receive_maximum", ABSENT_RECEIVE_MAXIMUM)
    topic = server.topic("a")
    for number in range(1, maximum + 1):
        client.send(publish(topic, b"fine", 2, number))
        check_equal(client.expect(PUBREC).reason < 0x80, True, "accepted")
    client.send(publish(topic, b"fine", 2, 1, more_flags=8))  # A repeat is not one more.
    client.expect(PUBREC)
    client.send(publish(topic, b"too many", 2, maximum + 1) + PING)
    client.expect_disconnect(0x93)
    found = [packet_.payload for packet_ in watcher.until_ping()]
    check(b"too many" not in found, "the message was delivered")


@row("E-053", "MQTT-4.9.0-2")
def an_answer_of_the_server_makes_room(server):
    client = server.connect()
    maximum = client.connack.properties.get("receive_maximum", ABSENT_RECEIVE_MAXIMUM)
    for number in range(1, 2 * maximum):
        client.send(publish(server.topic("a"), b"x", 1, number))
        client.expect(PUBACK)
    for number in range(1, maximum + 1):
        client.send(publish(server.topic("a"), b"x", 2, number))
        client.expect(PUBREC)
    client.send(ack(PUBREL, 1))
    client.expect(PUBCOMP)
    client.send(publish(server.topic("a"), b"x", 2, 1))
    client.expect(PUBREC)
    client.ping()


# --- Maximum Packet Size ---


def padded(server, size):
    """The payload that makes a QoS 0 PUBLISH to topic a this long."""
    payload = b"x" * (size - len(publish(server.topic("a"))))
    excess = len(publish(server.topic("a"), payload)) - size  # Of a longer length field.
    return payload[excess:]


@row("MQTT-3.1.2-24", "E-056", cases={str(size): size for size in (60, 127, 300)})
def a_packet_may_be_as_large_as_the_client_says(server, size):
    client = limited(server, maximum_packet_size=size)
    publisher = server.connect("publisher")
    for wanted in (size + 1, size, size - 1, size + 2):
        publisher.publish(server.topic("a"), padded(server, wanted))
    publisher.publish(server.topic("a"), b"marker")
    found = [client.expect(PUBLISH) for _ in range(3)]
    check_equal([len(one.raw) for one in found[:2]], [size, size - 1], "sizes")
    check_equal(found[2].payload, b"marker", "the last")


@row("MQTT-3.1.2-25", "E-057")
def what_is_too_large_for_a_client_is_as_good_as_delivered(server):
    small = limited(server, "small", receive_maximum=1, maximum_packet_size=100)
    large = limited(server, "large")
    publisher = server.connect("publisher")
    for number in range(5):
        for payload in (b"x" * 200, b"%d" % number):
            check(publisher.publish(server.topic("a"), payload, qos=1 + number % 2) < 0x80, "refused")
    small.messages(*(b"%d" % number for number in range(5)))
    small.expect_silence()
    check_equal([len(large.message().payload) for _ in range(10)], [200, 1] * 5, "sizes for the other")


@row("MQTT-3.1.2-24", "E-056")
def user_properties_count_and_are_not_left_out_to_make_it_fit(server):
    client = limited(server, maximum_packet_size=60)
    pair = prop("user_property", ("name", "x" * 60))
    publisher = server.connect("publisher")
    publisher.send(publish(server.topic("a"), b"x", properties=pair))
    publisher.publish(server.topic("a"), b"marker")
    check_equal(client.expect(PUBLISH).payload, b"marker", "payload")


@row("MQTT-3.2.2-15", "E-118")
def a_packet_as_large_as_the_servers_limit_is_served(server):
    client = server.connect()
    size = property_of(client.connack, "maximum_packet_size")
    client.send(publish(server.topic("a"), padded(server, size)))
    client.ping()


@row("MQTT-3.2.2-15", "E-059", cases={"limit + 1": 1, "limit + 10": 10})
def a_packet_over_the_servers_limit_ends_the_connection_before_it_is_read(server, excess):
    client = server.connect()
    size = property_of(client.connack, "maximum_packet_size") + excess
    client.send(publish(server.topic("a"), padded(server, size))[:20])
    client.expect_disconnect(0x95)


@row("E-059", "MQTT-3.1.4-2")
def a_connect_that_claims_256_mb_is_refused_before_it_is_read(server):
    client = server.raw()
    client.send(b"\x10\xff\xff\xff\x7f")
    client.expect_refused(0x95)
