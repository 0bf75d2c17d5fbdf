"""Topic aliases, the client's and the server's."""

from mqtt_packets import PUBACK
from packets import prop, publish
from rows import row
from wire_client import check, check_equal

# --- topic aliases of the client ---


def alias(number):
    return prop("topic_alias", number)


def alias_maximum(client):
    return client.connack.properties.get("topic_alias_maximum", 0)


@row("MQTT-3.3.2-12", "E-118")
def every_alias_up_to_the_limit_works(server):
    watcher = server.subscriber("#", qos=0)
    client = server.connect()
    numbers = range(1, alias_maximum(client) + 1)
    check(numbers, "no aliases are offered")
    for number in numbers:
        client.send(publish(server.topic(str(number)), properties=alias(number)))
    for number in numbers:
        client.send(publish("", b"again", properties=alias(number)))
    wanted = [server.topic(str(number)) for number in numbers] * 2
    found = [watcher.message() for _ in wanted]
    check_equal([one.topic for one in found], wanted, "topics")


@row("E-044", "E-046")
def an_alias_may_be_given_to_another_topic(server):
    watcher = server.subscriber("#", qos=1)
    client = server.connect()
    check(alias_maximum(client) > 0, "no aliases are offered")
    for rest, payload in (("a", b"1"), ("b", b"2"), (None, b"3"), ("a", b"4"), (None, b"5")):
        topic = server.topic(rest) if rest else ""
        client.send(publish(topic, payload, 1, 9, properties=alias(1)))
        client.expect(PUBACK)
    found = watcher.messages(b"1", b"2", b"3", b"4", b"5")
    check_equal([one.topic[-1] for one in found], list("abbaa"), "topics")
    check(not any("topic_alias" in one.properties for one in found), "the client's alias was passed on")


@row("MQTT-3.2.2-17", "MQTT-3.3.2-8", "MQTT-3.3.2-9", cases={"0": 0, "limit + 1": 1, "65535": 65535})
def an_alias_out_of_range_ends_the_connection(server, number):
    watcher = server.subscriber("#")
    client = server.connect()
    number += alias_maximum(client) if number == 1 else 0
    client.send(publish(server.topic("a"), b"bad", properties=alias(number)))
    client.expect_disconnect(0x94)
    watcher.expect_silence()


@row("E-045", "MQTT-4.7.3-1", cases={"unknown alias": alias(1), "no alias": b""})
def an_empty_topic_needs_a_known_alias(server, own):
    client = server.connect()
    client.send(publish("", b"where to", properties=own))
    client.expect_disconnect(0x82)


@row("MQTT-3.3.2-7")
def aliases_end_with_the_connection(server):
    client = server.connect("kept", **server.KEPT)
    client.send(publish(server.topic("a"), properties=alias(1)))
    client.ping()
    client.cut()
    client = server.connect("kept", **server.KEPT)
    client.send(publish("", b"where to", properties=alias(1)))
    client.expect_disconnect(0x82)


# --- topic aliases of the server ---


@row("MQTT-3.1.2-26", "MQTT-3.1.2-27", "MQTT-3.3.2-11", "MQTT-3.3.2-8", "E-044",
     cases={"2": 2, "1": 1, "absent": None, "0": 0})
def aliases_of_the_server_stay_within_the_clients_limit(server, maximum):
    own = {} if maximum is None else {"topic_alias_maximum": maximum}
    client = server.subscriber("#", properties=own)
    topics = [server.topic(str(number)) for number in range(10)] * 2
    publisher = server.connect("publisher")
    for topic in topics:
        publisher.publish(topic, topic.encode(), qos=1)
    known = {}
    for topic in topics:
        found = client.message(topic.encode())
        number = found.properties.get("topic_alias")
        if number is not None:
            check(1 <= number <= (maximum or 0), f"alias {number}")
            known[number] = found.topic or known[number]
        check_equal(found.topic or known[number], topic, "topic")


@row("E-047")
def an_alias_of_a_message_that_was_too_large_is_not_known(server):
    limits = {"topic_alias_maximum": 1, "maximum_packet_size": 60}
    client = server.subscriber("#", properties=limits)
    publisher = server.connect("publisher")
    for payload in (b"x" * 100, b"1", b"2"):
        publisher.publish(server.topic("a"), payload, qos=1)
    first, second = client.message(b"1"), client.message(b"2")
    check_equal(first.topic, server.topic("a"), "topic of the first that fits")
    check(second.topic in ("", server.topic("a")), f"topic {second.topic}")
