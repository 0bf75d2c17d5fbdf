"""PUBLISH: what is answered, what reaches whom, and what of it stays as it was."""

import unicodedata

from mqtt_packets import PUBACK, PUBLISH, PUBREC, PUBREL, V5, V311
from packets import prop, publish
from rows import row
from wire_client import check, check_equal, check_in_order, property_of

VERSIONS = {"5.0": V5, "3.1.1": V311}
DUP = 8


# --- answers ---


@row("MQTT-3.3.4-1", "MQTT-4.3.2-4", "MQTT-2.2.1-5", "MQTT311-3.3.4-1", "MQTT311-4.3.2-2",
     "MQTT311-2.3.1-6", cases=VERSIONS)
def qos_1_is_answered_with_its_id_and_qos_0_is_not(server, version):
    client = server.connect(version=version)
    for packet_id in (1, 255, 256, 65535):
        client.send(publish(server.topic("a"), b"x", version=version))
        client.send(publish(server.topic("a"), b"x", 1, packet_id, version=version))
        check_equal(client.expect(PUBACK).packet_id, packet_id, "PUBACK")
    client.expect_silence()


@row("MQTT-4.6.0-2", "MQTT311-4.6.0-2", cases=VERSIONS)
def puback_comes_in_the_order_of_publish(server, version):
    client = server.connect(version=version)
    wanted = [3, 1, 65535, 2, *range(100, 112)]
    client.send_all(*(publish(server.topic("a"), b"x", 1, id_, version=version) for id_ in wanted))
    check_equal([client.expect(PUBACK).packet_id for _ in wanted], wanted, "PUBACK")


@row("MQTT-4.3.2-5", "MQTT311-4.3.2-2", cases=VERSIONS)
def after_puback_the_same_id_is_a_new_message(server, version):
    subscriber = server.subscriber("#")
    client = server.connect(version=version)
    for flags in (0, DUP, 0):
        client.send(publish(server.topic("a"), b"%d" % flags, 1, 5, version=version, more_flags=flags))
        client.expect(PUBACK)
    subscriber.messages(b"0", b"8", b"0")


# --- the QoS, DUP and id of what is delivered ---

QOS_PAIRS = [(published, granted) for published in range(3) for granted in range(3)]


@row("MQTT-3.8.4-8", "MQTT-4.3.1-1", "MQTT-4.3.2-2", "MQTT-4.3.3-2", "MQTT-2.2.1-2", "MQTT311-3.8.4-6",
     "MQTT311-4.3.1-1", "MQTT311-2.3.1-5", cases={
    f"{published} to {granted} in {label}": (version, published, granted)
    for label, version in VERSIONS.items()
    for published, granted in QOS_PAIRS
})
def the_lower_qos_counts(server, case):
    version, published, granted = case
    subscriber = server.subscriber("a", version=version, qos=granted)
    server.connect("publisher", version).publish(server.topic("a"), b"x", qos=published)
    found = subscriber.message(b"x")
    qos = min(published, granted)
    check_equal((found.qos, found.dup, bool(found.packet_id)), (qos, False, qos > 0), "QoS, DUP, id")
    subscriber.expect_silence()


@row("MQTT-3.3.1-3", "MQTT311-3.3.1-3", cases={"QoS 1": 1, "QoS 2": 2})
def dup_of_the_publisher_is_not_passed_on(server, qos):
    subscriber = server.subscriber("a")
    client = server.connect()
    client.send(publish(server.topic("a"), b"x", qos, 5, more_flags=DUP))
    if qos == 2:
        client.expect(PUBREC)
        client.acknowledge(PUBREL, 5)
    check(not subscriber.message(b"x").dup, "DUP was passed on")


@row("MQTT-2.2.1-4", "MQTT-4.3.2-1", "MQTT-4.3.3-1", "MQTT311-2.3.1-4", "MQTT311-4.3.2-1", cases=VERSIONS)
def ids_of_unacknowledged_messages_are_different_and_not_0(server, version):
    subscriber = server.subscriber("a", version=version)
    publisher = server.connect("publisher")
    for number in range(20):  # As many as Mosquitto has under way.
        publisher.publish(server.topic("a"), b"x", qos=1 + number % 2)
    found = {subscriber.expect(PUBLISH).packet_id for _ in range(20)}
    check_equal((len(found), 0 in found), (20, False), "ids, and whether 0 is one")


# --- order ---


@row("MQTT-4.6.0-5", "MQTT-4.6.0-6", "MQTT311-4.6.0-5", "MQTT311-4.6.0-6", cases={
    f"QoS {qos} in {label}": (version, qos) for label, version in VERSIONS.items() for qos in range(3)
})
def messages_keep_their_order(server, case):
    version, qos = case
    subscriber = server.subscriber("#", version=version)
    publisher = server.connect("publisher", version)
    for number in range(60):
        publisher.publish(server.topic(f"a/{number % 4}"), b"%d" % number, qos=qos)
    check_in_order([subscriber.message() for _ in range(60)], range(60))


# --- passed on as it came ---

PASSED_ON = {
    "no property": {},
    "format indicator 0": {"payload_format_indicator": 0},
    "format indicator 1": {"payload_format_indicator": 1},
    "content type": {"content_type": "text/plain"},
    "empty content type": {"content_type": ""},
    "response topic": {"response_topic": "answer/to/this"},
    "correlation data": {"correlation_data": bytes(range(256))},
    "empty correlation data": {"correlation_data": b""},
    "long correlation data": {"correlation_data": b"\xff" * 65535},
    "expiry": {"message_expiry_interval": 4294967295},
    "response topic and correlation": {"response_topic": "answer", "correlation_data": b"1"},
}


@row("MQTT-3.3.2-4", "MQTT-3.3.2-15", "MQTT-3.3.2-16", "MQTT-3.3.2-20", "E-074", "E-078", "E-083",
     cases=PASSED_ON)
def properties_are_passed_on(server, properties):
    subscriber = server.subscriber("#")
    server.connect("publisher").publish(server.topic("a"), b"text", qos=1, properties=properties)
    check_equal(subscriber.message(b"text").properties, properties, "properties")


@row("MQTT-3.3.2-17", "MQTT-3.3.2-18")
def user_properties_are_passed_on_in_order(server):
    pairs = [("name", str(number)) for number in range(9)] + [("", ""), ("\ufeff", "e\u0301"), ("name", "0")]
    properties = b"".join(prop("user_property", pair) for pair in pairs)
    subscriber = server.subscriber("#")
    server.connect().send(publish(server.topic("a"), b"x", properties=properties))
    check_equal(property_of(subscriber.message(b"x"), "user_property"), pairs, "user properties")


@row("E-079", "E-116")
def properties_are_dropped_on_the_way_to_3_1_1(server):
    properties = {"content_type": "text", "user_property": ("a", "b"), "message_expiry_interval": 100}
    subscriber = server.subscriber("a", version=V311, qos=0)
    topic = server.topic("a")
    server.connect().publish(topic, b"payload", properties=properties)
    subscriber.expect_bytes(publish(topic, b"payload", version=V311))


PAYLOADS = {"empty": b"", "every byte": bytes(range(256)), "100 kB": b"x" * 100_000}


@row("MQTT-3.3.2-3", "MQTT311-3.3.2-3", cases={
    f"{what} in {label}": (version, payload)
    for label, version in VERSIONS.items()
    for what, payload in PAYLOADS.items()
})
def topic_and_payload_are_passed_on(server, case):
    version, payload = case
    subscriber = server.subscriber("+/b", version=version)
    topic = server.topic("a/b")
    server.connect(version=version).publish(topic, payload, qos=1)
    check_equal(subscriber.message(payload).topic, topic, "topic")


# --- topics ---


@row("MQTT-1.5.4-3", "MQTT-4.7.3-4", "MQTT311-1.5.3-3", "MQTT311-4.7.3-4", cases={
    "U+FEFF": ("\ufeffa", "a"),
    "upper case": ("A", "a"),
    "composed": (unicodedata.normalize("NFC", "e\u0301"), unicodedata.normalize("NFD", "e\u0301")),
    "blank": ("a ", "a"),
    "empty level": ("a/", "a"),
    "two slashes": ("a//b", "a/b"),
})
def topics_match_character_by_character(server, case):
    for version in VERSIONS.values():
        for here, there in (case, case[::-1]):
            subscriber = server.subscriber(here, version=version)
            publisher = server.connect("publisher", version)
            publisher.publish(server.topic(there), b"other", qos=1)
            publisher.publish(server.topic(here), b"same", qos=1)
            check_equal(subscriber.message(b"same").topic, server.topic(here), "topic")


@row("MQTT-4.7.3-3", "MQTT311-4.7.3-3", cases=VERSIONS)
def a_topic_of_65535_bytes_works(server, version):
    topic = server.topic("x" * 65535)[:65535]
    subscriber = server.connect("subscriber", version)
    subscriber.subscribe(topic)
    server.connect("publisher", version).publish(topic, b"long", qos=1)
    check(subscriber.message(b"long").topic == topic, "another topic")


@row("E-093", cases=VERSIONS)
def a_topic_of_many_levels_is_served_or_refused_at_once(server, version):
    client = server.connect("deep", version)
    watcher = server.subscriber("#", name="watcher")
    client.send(publish("/" * 65535, b"deep", version=version))
    client.send(publish(server.topic("a"), b"marker", version=version))
    if client.still_open():
        watcher.message(b"marker")
    else:
        watcher.expect_silence()


ODD_CHARACTERS = {"U+0001": "a\x01b", "U+007F": "a\x7fb", "U+0085": "a\x85b", "U+FFFF": "a\uffffb"}


@row("E-091", cases={
    f"{name} in {label}": (version, text)
    for label, version in VERSIONS.items()
    for name, text in ODD_CHARACTERS.items()
})
def control_characters_are_refused_or_kept(server, case):
    version, text = case
    watcher = server.subscriber("#")
    client = server.connect(version=version)
    client.send(publish(server.topic(text), text.encode(), version=version))
    client.send(publish(server.topic("a"), b"marker", version=version))
    if client.still_open():
        check_equal(watcher.message(text.encode()).topic, server.topic(text), "topic")
        watcher.message(b"marker")
    else:
        watcher.expect_silence()


@row("E-089", only="Whether clients may publish below $SYS is left to the server.")
def clients_do_not_publish_below_sys(server):
    topic = f"$SYS/{server.id()}"
    watcher = server.connect("watcher")
    watcher.subscribe(topic, server.topic("#"))
    client = server.connect()
    check_equal([client.publish(topic, b"x", qos=qos) for qos in (1, 2)], [0x87, 0x87], "codes")
    old = server.connect("old", V311)
    for publisher in (client, old):
        publisher.publish(topic, b"x")
        publisher.publish(server.topic("a"), b"marker", qos=1)
        watcher.message(b"marker")
    check_equal(old.publish(topic, b"x", qos=1), 0, "PUBACK of 3.1.1")


@row("E-089", only="Whether clients may publish to $ topics is left to the server.")
def clients_may_publish_to_other_dollar_topics(server):
    topic = f"${server.id()}/x"
    watcher = server.connect("watcher")
    watcher.subscribe(topic, qos=1)
    check_equal(server.connect().publish(topic, b"x", qos=1), 0, "code")
    watcher.message(b"x")
