"""What is measured. One row a scenario; its name is what --scenarios takes."""

import dataclasses
from collections.abc import Callable

from harness import measure, syscalls

PER_MESSAGE = "CPU µs per delivered message"
ALL = ("smoke", "quick", "full")
THOROUGH = ("smoke", "full")
FULL = ("full",)


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    measure: Callable
    unit: str = PER_MESSAGE
    rate_unit: str = "msg/s"
    depths: tuple = THOROUGH
    needs: tuple = ()
    variant: str = ""     # Only brokers that have it in bench.toml take part, configured so.
    once: bool = False    # Memory and counts do not vary: one run says it.
    traced: bool = False  # Runs its own brokers, under strace.


# What a transport asks of a broker, and what it adds to a title. To a name it adds its own.
NEEDS = {"tcp": (), "tls": ("tls",), "ws": ("websocket",), "wss": ("tls", "websocket")}
IN_TITLE = {"tcp": "", "tls": ", TLS", "ws": ", WebSocket", "wss": ", WebSocket over TLS"}


def in_name(transport: str) -> str:
    return "" if transport == "tcp" else f"-{transport}"


def needs_of(transport="tcp", qos=0) -> tuple:
    return (*NEEDS[transport], *(("qos2",) if qos == 2 else ()))


def one_to_one(qos: int, size: int, depths=THOROUGH, transport="tcp") -> Scenario:
    # With more than 20 QoS 2 publishes of a 3.1.1 client in flight Mosquitto stops answering.
    window = 20 if qos == 2 else 100
    return Scenario(
        f"1to1-q{qos}-{size}{in_name(transport)}",
        f"1→1 QoS {qos}, {size} B, {window} in flight{IN_TITLE[transport]}",
        measure.pubsub(qos=qos, size=size, window=window, transport=transport), depths=depths,
        needs=needs_of(transport, qos))


def tls_apart(name: str, title: str, depths=FULL, **options) -> Scenario:
    """1to1-q0-256-tls with something else about its records or its sides."""
    return Scenario(
        f"1to1-q0-256-tls-{name}", f"1→1 QoS 0, 256 B, 100 in flight, TLS{title}",
        measure.pubsub(qos=0, size=256, window=100, **options), depths=depths, needs=NEEDS["tls"])


def paced(qos: int) -> Scenario:
    # Without `singly` a busy machine makes late messages leave together, which is cheaper, and the
    # minimum over the runs would find just that one.
    return Scenario(
        f"paced-q{qos}", f"1→1 QoS {qos}, 64 B, one by one, at most 10,000 a second",
        measure.pubsub(seconds_from="paced_seconds", qos=qos, rate=10000, singly=1), depths=ALL)


def fanout(qos: int, depths=THOROUGH, transport="tcp") -> Scenario:
    return Scenario(
        f"fanout-q{qos}{in_name(transport)}", f"1→1000 QoS {qos}, 64 B{IN_TITLE[transport]}",
        measure.pubsub(qos=qos, topology="fanout", subscribers=1000, window=10,
                       transport=transport), depths=depths, needs=NEEDS[transport])


# As fanout(0), but each of the 1,000 subscribes to `bench/#`: there is only one publisher.
FANOUT_BY_WILDCARD = measure.pubsub(topology="fanin", subscribers=1000, window=10)


def fanin(qos: int) -> Scenario:
    return Scenario(
        f"fanin-q{qos}", f"500→1 QoS {qos}, 64 B, one filter with #",
        measure.pubsub(qos=qos, topology="fanin", publishers=500, window=4), depths=ALL,
        needs=("wildcards",))


def pairs(qos: int, depths=THOROUGH, transport="tcp") -> Scenario:
    return Scenario(
        f"pairs-q{qos}{in_name(transport)}",
        f"200 pairs QoS {qos}, 64 B, 10 in flight each{IN_TITLE[transport]}",
        measure.pubsub(qos=qos, publishers=200, window=10, transport=transport), depths=depths,
        needs=NEEDS[transport])


def connect_rate(depths=THOROUGH, transport="tcp") -> Scenario:
    return Scenario(
        f"connrate{in_name(transport)}", f"connect, CONNACK, disconnect{IN_TITLE[transport]}",
        measure.connect_rate(transport), unit="CPU µs per connect", rate_unit="connects/s",
        depths=depths, needs=NEEDS[transport])


def idle(depths=ALL, transport="tcp") -> Scenario:
    return Scenario(
        f"idle{in_name(transport)}", f"idle connections{IN_TITLE[transport]}",
        measure.idle(transport), unit="Pss bytes per connection", rate_unit="connects/s",
        depths=depths, needs=NEEDS[transport], once=True)


def calls(qos: int) -> Scenario:
    return Scenario(
        f"syscalls-q{qos}", f"1→1 QoS {qos}, single messages under strace",
        syscalls.Traced(qos), unit="system calls per message", depths=ALL, once=True, traced=True)


SCENARIOS = (
    one_to_one(0, 16, ALL),
    Scenario("1to1-q0-16-placed", "1→1 QoS 0, 16 B, 100 in flight, sides on two I/O threads",
             measure.on_threads(2, measure.pubsub(size=16, window=100)), depths=ALL,
             variant="placed"),
    # Right behind their plain twin, for differences.py subtracts it.
    one_to_one(0, 256),
    one_to_one(0, 256, FULL, "tls"),
    tls_apart("records", ", each message in a record of its own", THOROUGH,
              transport="tls", records="single"),
    tls_apart("in", " at the publisher only, each message in a record of its own",
              transport="tls", records="single", subscriber_transport="tcp"),
    tls_apart("out", " at the subscriber only", transport="tcp", subscriber_transport="tls"),
    one_to_one(0, 256, THOROUGH, "ws"),
    one_to_one(0, 4096),
    one_to_one(1, 16),
    one_to_one(1, 256, ALL),
    one_to_one(1, 256, THOROUGH, "tls"),
    one_to_one(1, 256, THOROUGH, "wss"),
    one_to_one(1, 4096),
    one_to_one(2, 16),
    one_to_one(2, 256),
    # As many as the QoS 1 rows have, to be compared with them.
    Scenario("1to1-q2-256-wide", "1→1 QoS 2, 256 B, 100 in flight",
             measure.pubsub(qos=2, size=256, window=100), depths=ALL,
             needs=("qos2", "qos2-wide")),
    one_to_one(2, 4096),
    Scenario("1to1-q1-256-v5", "1→1 QoS 1, 256 B, 100 in flight, MQTT 5",
             measure.pubsub(qos=1, size=256, protocol=5), needs=("mqtt5",)),
    paced(0),
    paced(1),
    Scenario("pingpong-q0", "1→1 QoS 0, 64 B, one in flight", measure.pubsub(window=1)),
    fanout(0, ALL),
    fanout(0, THOROUGH, "tls"),
    Scenario("fanout-q0-hash", "1→1000 QoS 0, 64 B, one filter with #", FANOUT_BY_WILDCARD,
             needs=("wildcards",)),
    Scenario("fanout-q0-rules", "1→1000 QoS 0, 64 B, one filter with #, rules for each topic",
             measure.with_asking_rules(FANOUT_BY_WILDCARD), depths=ALL, needs=("wildcards",),
             variant="rules"),
    fanout(1),
    fanin(0),
    fanin(1),
    pairs(0, ALL),
    pairs(0, FULL, "tls"),
    pairs(1, ALL),
    Scenario("shared-q0", "shared 1→4 QoS 0, 64 B, 100 in flight",
             measure.pubsub(topology="shared", subscribers=4, window=100), depths=ALL,
             needs=("wildcards", "shared")),
    Scenario("wild", "wildcard filters, about 2.5 deliveries a publish",
             measure.pubsub(topology="wild", window=200), depths=ALL, needs=("wildcards",)),
    Scenario("wild-sparse", "wildcard filters, about 0.25 deliveries a publish",
             measure.pubsub(topology="wild", wild_values=300, window=50,
                            key="broker_cpu_us_per_publish"),
             unit="CPU µs per publish", depths=ALL, needs=("wildcards",)),
    connect_rate(ALL),
    connect_rate(FULL, "tls"),
    idle(),
    idle(FULL, "tls"),
    idle(FULL, "ws"),
    Scenario("subscriptions", "subscriptions to exact topics", measure.subscriptions,
             unit="Pss bytes per subscription", rate_unit="filters/s", depths=ALL, once=True),
    Scenario("retained", "retained messages of 64 B", measure.retained,
             unit="Pss bytes per retained message", depths=ALL, needs=("retained", "wildcards"),
             once=True),
    Scenario("retained-hash", "all retained messages for # while others are served",
             measure.retained_stream, unit="CPU s per million retained messages", depths=ALL,
             needs=("retained", "wildcards"), once=True),
    calls(0),
    calls(1),
)


def choose(depth_name: str, names: list) -> list:
    """The scenarios of a depth, or the named ones; an unknown name raises KeyError."""
    if not names:
        return [each for each in SCENARIOS if depth_name in each.depths]
    known = {each.name: each for each in SCENARIOS}
    return [known[name] for name in names]
