"""Retained messages: what is stored, and who is sent what is stored."""

from mqtt_packets import PUBLISH, SUBACK, V5, V311
from rows import row
from wire_client import check, check_equal, only, property_of, subscription_ids

VERSIONS = {"5.0": V5, "3.1.1": V311}
AS_PUBLISHED, IF_NEW, NEVER = 0x08, 0x10, 0x20  # Options of a subscription.
NO_SUBSCRIBERS = 0x10


def store(server, rest, payload, qos=1, version=V5, **settings):
    publisher = server.connect("publisher", version)
    code = publisher.publish(server.topic(rest), payload, qos, retain=True, **settings)
    check(code in (None, 0, NO_SUBSCRIBERS), f"refused with {code}")


# --- the store ---


@row("MQTT-3.3.1-5", "MQTT-3.3.1-8", "MQTT311-3.3.1-5", "MQTT311-3.3.1-7", "MQTT311-3.3.1-12", cases={
    f"QoS {qos} in {label}": (version, qos) for label, version in VERSIONS.items() for qos in range(3)
})
def the_last_retained_message_counts(server, case):
    version, qos = case
    store(server, "a", b"old", 1, version)
    store(server, "a", b"new", qos, version)
    server.connect("publisher", version).publish(server.topic("a"), b"not retained", qos=qos)
    found = server.at_subscribe(server.connect("late", version), server.topic("#"))
    check_equal([(one.payload, one.qos, one.retain) for one in found], [(b"new", qos, True)], "found")


@row("MQTT-3.3.1-6", "MQTT-3.3.1-7", "MQTT311-3.3.1-10", "MQTT311-3.3.1-11", cases=VERSIONS)
def an_empty_retained_message_is_delivered_and_removes_the_stored_one(server, version):
    store(server, "a", b"old", version=version)
    live = server.subscriber("#", version=version)
    live.message(b"old")
    for rest in ("a", "never used"):
        store(server, rest, b"", version=version)
        check(not live.message(b"").retain, "RETAIN to a live subscriber")
    check_equal(server.retained("#"), {}, "retained")


@row("MQTT311-3.3.1-8", "MQTT311-3.3.1-9", "MQTT311-3.3.1-6", "MQTT-3.3.1-12", cases=VERSIONS)
def retain_is_said_to_new_subscribers_only(server, version):
    live = server.subscriber("#", version=version)
    store(server, "a", b"x", version=version)
    check(not live.message(b"x").retain, "RETAIN to a live subscriber")
    late = server.subscriber("#", name="late", version=version)
    check(late.message(b"x").retain, "no RETAIN to a new subscriber")


@row("MQTT-3.3.1-9", "MQTT311-3.3.1-6", cases=VERSIONS)
def a_wildcard_finds_every_topic_each_time(server, version):
    publisher = server.connect("publisher", version)
    wanted = {server.topic(f"{number}/x") for number in range(100)}
    for topic in wanted:
        publisher.publish(topic, b"kept", retain=True)
    publisher.ping()
    client = server.connect(version=version)
    for _ in range(2):
        client.send_subscribe(server.topic("+/x"))
        client.expect_past_messages(SUBACK)
        check_equal({client.receive_message().topic for _ in wanted}, wanted, "topics")
    client.expect_silence()


# --- options of 5.0 ---


@row("MQTT-3.3.1-10")
def retain_handling_1_sends_to_new_subscriptions_only(server):
    store(server, "a", b"x")
    client = server.connect()
    topic = server.topic("a")
    found = [len(server.at_subscribe(client, topic, options=IF_NEW)) for _ in range(2)]
    client.unsubscribe(topic)
    found.append(len(server.at_subscribe(client, topic, options=IF_NEW)))
    check_equal(found, [1, 0, 1], "messages at each SUBSCRIBE")


@row("MQTT-3.3.1-11")
def retain_handling_2_sends_nothing(server):
    store(server, "a", b"x")
    client = server.connect()
    check_equal(server.at_subscribe(client, server.topic("a"), options=NEVER), [], "found")
    store(server, "a", b"live")
    client.message(b"live")


@row("MQTT-3.3.1-12", "MQTT-3.3.1-13", cases={
    f"option {int(kept)}, RETAIN {int(retain)}": (kept, retain)
    for kept in (False, True)
    for retain in (False, True)
})
def retain_as_published_keeps_the_flag(server, case):
    kept, retain = case
    client = server.subscriber("a", qos=AS_PUBLISHED if kept else 0)
    server.connect("publisher").publish(server.topic("a"), b"x", qos=1, retain=retain)
    check_equal(client.message(b"x").retain, kept and retain, "RETAIN")


@row("E-036", cases={
    f"stored {stored}, granted {granted}, option {int(bool(option))}": (stored, granted, option)
    for stored in range(3) for granted in range(3) for option in (0, AS_PUBLISHED)
})
def a_stored_message_comes_whole(server, case):
    stored, granted, option = case
    properties = {"content_type": "c", "correlation_data": b"1", "message_expiry_interval": 600}
    store(server, "a", b"x", stored, properties=properties)
    client = server.connect()
    ids = {"subscription_identifier": 5}
    found = only(server.at_subscribe(client, server.topic("a"), options=granted | option, properties=ids))
    check_equal((found.qos, found.retain, found.payload), (min(stored, granted), True, b"x"), "QoS, RETAIN")
    check_equal(subscription_ids(found), [5], "subscription identifiers")
    left = property_of(found, "message_expiry_interval")
    check(590 <= left <= 600, f"expiry {left}")
    check_equal(property_of(found, "content_type"), "c", "content type")


@row("E-037")
def one_filter_twice_with_retain_handling_1_finds_once(server):
    store(server, "a", b"x")
    client = server.connect()
    topic = server.topic("a")
    found = server.at_subscribe(client, topic, topic, options=IF_NEW)
    check_equal(len(found), 1, "retained messages")


@row("E-042")
def one_copy_keeps_retain_if_any_subscription_asks_for_it(server):
    client = server.subscriber("#", qos=0)
    client.subscribe(server.topic("a"), qos=AS_PUBLISHED)
    server.connect("publisher").publish(server.topic("a"), b"x", qos=1, retain=True)
    found = [client.receive_message()]
    found += client.until_ping()
    check(any(one.retain for one in found), "no copy has RETAIN")


@row("E-076", only="The standard does not say what an expiry of 0 means.")
def a_message_of_no_lifetime_goes_to_those_who_are_there(server):
    away = server.subscriber("#", name="away", **server.KEPT)
    away.disconnect()
    live = server.subscriber("#", name="live")
    store(server, "a", b"now", properties={"message_expiry_interval": 0})
    live.message(b"now")
    store(server, "b", b"marker")
    away = server.connect("away", **server.KEPT)
    away.message(b"marker")
    check_equal(server.retained("#"), {server.topic("b"): b"marker"}, "retained")


@row("E-040", "E-038", cases=VERSIONS)
def what_a_subscriber_sees_never_goes_back(server, version):
    publisher = server.connect("publisher", version)
    client = server.connect("subscriber", version)
    topic = server.topic("a")
    for number in range(200):
        publisher.send_publish(topic, b"%d" % number, retain=True)
        if number % 4 == 0:
            client.send_subscribe(topic)
    publisher.ping()
    publisher.publish(topic, b"200", qos=1, retain=True)
    found = [-1]
    while found[-1] != 200:
        packet = client.receive()
        found += [int(packet.payload)] if packet.kind == PUBLISH else []
    check_equal(found, sorted(found), "values")
