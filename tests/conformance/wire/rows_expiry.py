"""Messages with a lifetime, by the real clock: as few as can be, for each waits."""

from mqtt_packets import PUBACK, PUBCOMP, PUBLISH, PUBREC, PUBREL
from packets import ack, prop, publish
from rows import row
from wire_client import check, check_equal, property_of

BRIEF = {"message_expiry_interval": 1}


def wait_for_the_end_of_brief_messages(server):
    """What was published with BRIEF before has expired."""
    publisher = server.connect("brief")
    topic = f"$brief/{server.id()}"
    # Twice, since a server that counts whole seconds may be one late.
    for _ in range(2):
        publisher.publish(topic, b"brief", 1, True, BRIEF)
        server.until(lambda: not server.at_subscribe(server.connect("finder"), topic), "the end of a message")


def publish_brief(server, rest="a", qos=1, retain=False):
    server.connect("publisher").publish(server.topic(rest), b"brief", qos, retain, BRIEF)


@row("E-039", "E-077", "MQTT-3.3.2-5", "MQTT-3.3.2-6")
def a_message_expires_where_it_waits(server):
    away = server.subscriber("a", name="away", **server.KEPT)
    away.disconnect()
    live = server.subscriber("a", name="live")
    publish_brief(server, retain=True)
    server.connect("other").publish(server.topic("a"), b"long", 1, False, {"message_expiry_interval": 100})
    live.messages(b"brief", b"long")
    wait_for_the_end_of_brief_messages(server)
    check_equal(server.retained("#"), {}, "retained")
    away = server.connect("away", **server.KEPT)
    left = property_of(away.message(b"long"), "message_expiry_interval")
    check(90 <= left <= 99, f"{left} seconds left")
    away.expect_silence()


@row("E-077", "MQTT-3.3.2-5")
def a_message_that_expires_while_it_waits_for_the_quota_makes_way(server):
    client = server.subscriber("a", properties={"receive_maximum": 1})
    publisher = server.connect("publisher")
    publisher.publish(server.topic("a"), b"first", qos=1)
    first = client.expect(PUBLISH)
    publish_brief(server)
    server.connect("other").publish(server.topic("a"), b"last", qos=1)
    wait_for_the_end_of_brief_messages(server)
    client.acknowledge(PUBACK, first.packet_id)
    client.message(b"last")


@row("MQTT-4.3.3-7")
def a_delivery_that_has_begun_does_not_expire(server):
    client = server.subscriber("a", name="kept", **server.KEPT)
    publish_brief(server, qos=2)
    begun = client.expect(PUBLISH)
    client.disconnect()
    wait_for_the_end_of_brief_messages(server)
    client = server.connect("kept", **server.KEPT)
    again = client.expect(PUBLISH)
    check_equal((again.packet_id, again.dup), (begun.packet_id, True), "packet id and DUP")
    client.acknowledge(PUBREC, again.packet_id)
    client.expect_bytes(ack(PUBREL, again.packet_id))
    client.acknowledge(PUBCOMP, again.packet_id)
    client.expect_silence()


@row("MQTT-4.3.3-13")
def an_exchange_is_completed_though_its_message_expired(server):
    client = server.connect()
    brief = prop("message_expiry_interval", 1)
    client.send(publish(server.topic("a"), b"brief", 2, 7, properties=brief))
    client.expect(PUBREC)
    publish_brief(server, "b", retain=True)
    server.until(lambda: not server.retained("#"), "the end of a message")
    client.acknowledge(PUBREL, 7)
    answer = client.expect(PUBCOMP)
    check_equal((answer.packet_id, answer.reason), (7, 0), "packet id and code")
