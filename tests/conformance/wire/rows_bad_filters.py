"""Filters that are none: the packet is refused, or the filter in the acknowledgement."""

from mqtt_packets import DISCONNECT, SUBACK, UNSUBACK, V5, V311
from packets import subscribe, unsubscribe
from raw_client import Closed
from rows import row
from wire_client import check, check_equal

BY_VERSION = {"5.0": V5, "3.1.1": V311}
MALFORMED, PROTOCOL_ERROR, FILTER_INVALID, FAILURE = 0x81, 0x82, 0x8F, 0x80
BAD = ("a#", "#/a", "a/#/b", "##", "a/##", "a+", "+a", "a/b+/c", "a/+b", "++", "")
BAD_SHARES = ("$share//t", "$share/g", "$share/g/", "$share/+/t", "$share/g#/t", "$share/", "$share/g/a#")


def expect_refused(client, kind, at):
    """The connection ends, or the code of the filter at this place says that it is wrong."""
    try:
        answer = client.receive()
    except Closed:
        check(client.version != V5 or not client.strict, "closed without a DISCONNECT")
        return
    if answer.kind == DISCONNECT:
        check(client.version == V5, f"DISCONNECT to a client of {client.version}")
        check(answer.reason in (MALFORMED, PROTOCOL_ERROR, FILTER_INVALID), f"code {answer.reason:#x}")
        check_equal(client.expect_closed(), [], "packets after DISCONNECT")
        return
    check_equal(answer.kind, kind, "packet type")
    wanted = FILTER_INVALID if client.version == V5 else FAILURE
    check_equal(answer.reasons[at : at + 1], [wanted], "code of the filter")


@row("MQTT-4.7.1-1", "MQTT-4.7.1-2", "MQTT-4.7.3-1", "MQTT311-4.7.1-2", "MQTT311-4.7.1-3", "MQTT311-4.7.3-1",
     cases={f"{bad!r} in {label}": (version, bad) for label, version in BY_VERSION.items() for bad in BAD})
def a_bad_filter_is_not_subscribed_to(server, case):
    version, bad = case
    client = server.connect(version=version)
    client.send(subscribe(1, (bad, 0), version=version))
    expect_refused(client, SUBACK, 0)


@row("MQTT-4.7.1-1", "MQTT-4.7.1-2", "MQTT-4.7.3-1", cases={repr(bad): bad for bad in BAD})
def a_bad_filter_is_not_unsubscribed_from(server, bad):
    client = server.connect()
    client.send(unsubscribe(1, bad))
    expect_refused(client, UNSUBACK, 0)


@row("MQTT-4.8.2-1", "MQTT-4.8.2-2", cases={bad: bad for bad in BAD_SHARES})
def a_bad_share_is_not_subscribed_to(server, bad):
    client = server.connect()
    client.send(subscribe(1, (bad, 0)))
    expect_refused(client, SUBACK, 0)


@row("E-090", cases=BY_VERSION)
def a_bad_filter_among_good_ones_is_refused(server, version):
    client = server.connect("bad", version, **server.KEPT)
    client.send(subscribe(1, (server.topic("a"), 1), ("a#", 1), (server.topic("b"), 1), version=version))
    expect_refused(client, SUBACK, 1)


@row("E-090", cases=BY_VERSION, only="Refusing the whole packet is ours.")
def a_bad_filter_takes_the_good_ones_with_it(server, version):
    client = server.connect("bad", version, **server.KEPT)
    client.send(subscribe(1, (server.topic("a"), 1), ("a#", 1), version=version))
    client.expect_disconnect(MALFORMED)
    server.connect("publisher").publish(server.topic("a"), b"x", qos=1)
    client = server.connect("bad", version, **server.KEPT)
    client.expect_silence()


@row("E-093", cases=BY_VERSION)
def a_filter_of_many_levels_is_served_or_refused_at_once(server, version):
    client = server.connect(version=version)
    client.send(subscribe(1, ("/" * 65535, 0), version=version))
    try:
        answer = client.receive()
    except Closed:
        return
    check(answer.kind in (SUBACK, DISCONNECT), f"it got {answer}")
