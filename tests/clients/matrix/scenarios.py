"""What each client has to do, written once. A scenario gets a Visit and raises if it is not so.

That nothing more comes is never shown by waiting, but by a later message on the same way.
"""

import functools
import itertools

from matrix.adapter import ClientError, checksum, payload

SMALL_BYTES = 16
LARGE_BYTES = 1024 * 1024
SUBSCRIPTIONS = 1000


class Visit:
    """One scenario of one row: names of its own, and adapters that are closed afterwards."""

    _serials = itertools.count(1)

    def __init__(self, row, open_adapter, shared):
        """`open_adapter()`: another program of the row's client; `shared`: the row's own."""
        self.row = row
        self.clients = shared
        self._open_adapter = open_adapter
        self._serial = next(self._serials)

    def id(self, name):
        return f"m{self._serial}-{name}"

    def topic(self, name):
        return f"matrix/{self._serial}/{name}"

    def connect(self, name, **settings):
        """A connection named for this scenario; its name for the adapter."""
        full = self.id(name)
        self.clients.connect(full, full, **settings)
        return full

    def another_program(self):
        return self._open_adapter()

    def expect(self, name, topic, qos, seed, size=SMALL_BYTES, retain=False):
        found = self.clients.message(name)
        wanted = (topic, qos, retain, size, expected_checksum(size, seed))
        if tuple(found) != wanted:
            raise ClientError(f"expected {wanted}, got {tuple(found)}")


@functools.lru_cache(maxsize=None)  # Of a handful of sizes and seeds.
def expected_checksum(size, seed):
    return checksum(payload(size, seed))


def require_session(found, wanted):
    if found not in (wanted, "unknown"):
        raise ClientError(f"session present: {found}, expected {wanted}")


def connect(visit):
    """A clean connection, and its end."""
    name = visit.id("client")
    require_session(visit.clients.connect(name, name), "0")
    visit.clients.disconnect(name)
    require_session(visit.clients.connect(name, name), "0")
    visit.clients.disconnect(name)


def round_trip(visit, qos):
    """Four messages arrive once each, in order, at their QoS."""
    receiver = visit.connect("receiver")
    sender = visit.connect("sender")
    visit.clients.subscribe(receiver, visit.topic("+"), qos)
    for seed in range(4):
        visit.clients.publish(sender, visit.topic("news"), qos, seed=seed)
    for seed in range(4):
        visit.expect(receiver, visit.topic("news"), qos, seed)
    visit.clients.disconnect(receiver)
    visit.clients.disconnect(sender)


def qos_0(visit):
    round_trip(visit, 0)


def qos_1(visit):
    round_trip(visit, 1)


def qos_2(visit):
    round_trip(visit, 2)


def retained(visit):
    """A late subscriber gets the retained message as such; after its removal, none."""
    topic = visit.topic("state")
    sender = visit.connect("sender")
    visit.clients.publish(sender, topic, 1, seed=1, retain=True)
    early = visit.connect("early")
    visit.clients.subscribe(early, topic, 1)
    visit.expect(early, topic, 1, seed=1, retain=True)
    visit.clients.publish(sender, topic, 1, seed=0, size=0, retain=True)
    visit.expect(early, topic, 1, seed=0, size=0)
    late = visit.connect("late")
    visit.clients.subscribe(late, topic, 1)
    visit.clients.publish(sender, topic, 1, seed=2)
    visit.expect(late, topic, 1, seed=2)
    for name in (sender, early, late):
        visit.clients.disconnect(name)


def will(visit):
    """A client that takes its leave has no will published; one that is killed has."""
    topic = visit.topic("will")
    watcher = visit.connect("watcher")
    visit.clients.subscribe(watcher, topic, 1)
    other = visit.another_program()
    try:
        name = visit.id("mortal")
        other.connect(name, name, will=(topic, 1, 1))
        other.disconnect(name)
        if visit.row.level in visit.row.client.will_at_leave_levels:
            visit.expect(watcher, topic, 1, seed=1)
        other.connect(name, name, will=(topic, 1, 2))
    finally:
        other.kill()
    visit.expect(watcher, topic, 1, seed=2)
    visit.clients.disconnect(watcher)


def resume(visit):
    """What was published while a client was away waits for it, without a new SUBSCRIBE."""
    topic = visit.topic("queue")
    sender = visit.connect("sender")
    name = visit.id("traveller")
    require_session(visit.clients.connect(name, name, clean=False), "0")
    visit.clients.subscribe(name, topic, 1)
    visit.clients.disconnect(name)
    for seed in range(3):
        visit.clients.publish(sender, topic, 1, seed=seed)
    require_session(visit.clients.connect(name, name, clean=False), "1")
    for seed in range(3):
        visit.expect(name, topic, 1, seed)
    visit.clients.disconnect(name)
    visit.clients.connect(name, name)  # Leaves no session behind.
    visit.clients.disconnect(name)
    visit.clients.disconnect(sender)


def one_mebibyte(visit):
    """A payload of 1 MiB arrives as it was."""
    topic = visit.topic("large")
    receiver = visit.connect("receiver")
    visit.clients.subscribe(receiver, topic, 1)
    sender = visit.connect("sender")
    visit.clients.publish(sender, topic, 1, seed=5, size=LARGE_BYTES)
    visit.expect(receiver, topic, 1, seed=5, size=LARGE_BYTES)
    visit.clients.disconnect(receiver)
    visit.clients.disconnect(sender)


def thousand_subscriptions(visit):
    """1,000 filters of one connection, of which the first, one amid and the last are tried."""
    receiver = visit.connect("receiver")
    visit.clients.subscribe(receiver, visit.topic("many"), 1, count=SUBSCRIPTIONS)
    sender = visit.connect("sender")
    for number in (0, SUBSCRIPTIONS // 2, SUBSCRIPTIONS - 1):
        topic = visit.topic(f"many/{number}")
        visit.clients.publish(sender, topic, 1, seed=number)
        visit.expect(receiver, topic, 1, seed=number)
    visit.clients.disconnect(receiver)
    visit.clients.disconnect(sender)


def takeover(visit):
    """A second connection with the same client id ends the first, and works."""
    first, second = visit.id("first"), visit.id("second")
    visit.clients.connect(first, visit.id("same"))
    visit.clients.connect(second, visit.id("same"))
    visit.clients.wait_until_lost(first)
    topic = visit.topic("after")
    visit.clients.subscribe(second, topic, 1)
    visit.clients.publish(second, topic, 1, seed=1)
    visit.expect(second, topic, 1, seed=1)
    visit.clients.disconnect(second)


# Title of the column, and what it asks.
SCENARIOS = {
    "Connect": connect,
    "QoS 0": qos_0,
    "QoS 1": qos_1,
    "QoS 2": qos_2,
    "Retained": retained,
    "Will": will,
    "Resume": resume,
    "1 MiB": one_mebibyte,
    "1,000 subscriptions": thousand_subscriptions,
    "Takeover": takeover,
}
