"""The common part of the adapters written in Python: reads commands, has them done, writes events.

The commands and events are in ../README.md.
"""

import sys
import threading

OPERATION_SECONDS = 20
KEPT_SESSION_SECONDS = 300
KEEP_ALIVE_SECONDS = 60
WILL_BYTES = 16

PAYLOAD_PERIOD = 251
FNV_BASIS = 2166136261
FNV_PRIME = 16777619

_output = threading.Lock()


class Door:
    """Where the broker is and how to talk to it; the same for all connections of a process."""

    def __init__(self, transport, host, port, level, ca_file):
        self.transport = transport
        self.host = host
        self.port = int(port)
        self.is_v5 = level == "5"
        self.ca_file = ca_file
        self.is_encrypted = transport in ("tls", "wss")
        self.is_websocket = transport in ("ws", "wss")


def say(*words):
    """One event; from any thread."""
    with _output:
        print(*words, flush=True)


def say_message(name, topic, qos, retain, data):
    say("message", name, topic, qos, int(retain), len(data), checksum(data))


def payload(size, seed):
    return bytes((seed + at) % PAYLOAD_PERIOD for at in range(size))


def checksum(data):
    value = FNV_BASIS
    for byte in data:
        value = (value ^ byte) * FNV_PRIME & 0xFFFFFFFF
    return value


def _connect(open_connection, connections, name, words):
    client_id, clean, *will = words
    if will:
        topic, qos, seed = will
        will = (topic, int(qos), payload(WILL_BYTES, int(seed)))
    connection = open_connection(name, client_id, clean == "1", will or None)
    connections[name] = connection
    say("connected", name, connection.connect())


def _subscribe(connection, name, words):
    topic_filter, qos, *count = words
    filters = [f"{topic_filter}/{n}" for n in range(int(count[0]))] if count else [topic_filter]
    connection.subscribe(filters, int(qos))
    say("subscribed", name)


def _publish(connection, name, words):
    topic, qos, retain, size, seed = words
    connection.publish(topic, payload(int(size), int(seed)), int(qos), retain == "1")
    say("published", name)


def _disconnect(connections, name):
    connections.pop(name).disconnect()
    say("disconnected", name)


def run(version, make_connection):
    """Serves commands until `quit` or the end of standard input.

    `make_connection(door, name, client_id, clean, will)` gives something with connect(), which says
    whether the broker had a session, subscribe(), publish() and disconnect()."""
    door = Door(*sys.argv[1:])
    connections = {}

    def open_connection(*arguments):
        return make_connection(door, *arguments)

    verbs = {
        "connect": lambda name, words: _connect(open_connection, connections, name, words),
        "subscribe": lambda name, words: _subscribe(connections[name], name, words),
        "publish": lambda name, words: _publish(connections[name], name, words),
        "disconnect": lambda name, words: _disconnect(connections, name),
    }
    say("ready", version)
    for line in sys.stdin:
        verb, *words = line.split()
        if verb == "quit":
            break
        try:
            verbs[verb](words[0], words[1:])
        except Exception as error:  # Whatever it is, the runner has to hear of it.
            say("error", words[0], f"{verb}: {error!r}".replace("\n", " "))
