"""AUTH, where no method was agreed on or none is known."""

from mqtt_packets import AUTH, V5, Connect, packet, properties
from rows import row
from rows_bad_input import ends

MALFORMED, PROTOCOL_ERROR, NOT_AUTHORIZED, BAD_METHOD = 0x81, 0x82, 0x87, 0x8C
METHOD = {"authentication_method": "x"}


def auth(reason, values=None, flags=0):
    return packet(AUTH, flags, bytes([reason]) + properties(METHOD if values is None else values))


@row("MQTT-4.12.0-1")
def an_unknown_method_is_refused(server):
    client = server.raw(V5)
    client.send(Connect(server.id(), properties=METHOD).encode())
    client.expect_refused(BAD_METHOD, NOT_AUTHORIZED)


@row("MQTT-4.12.0-6")
def a_client_without_a_method_hears_of_none(server):
    client = server.raw(V5)
    answer = client.connect(server.id())
    if "authentication_method" in answer.properties:
        raise AssertionError(f"a method that nobody has named: {answer}")
    client.ping()


WITHOUT_METHOD = {
    "goes on": auth(0x18),
    "begins again": auth(0x19),
    "names no method": auth(0x19, {}),
    "without properties and reason": packet(AUTH, 0, b""),
    "says success": auth(0x00),
    "unknown reason": auth(0x1A),
}


@row("MQTT-4.12.0-7", "MQTT-3.15.2-1", "E-119", cases=WITHOUT_METHOD)
def auth_without_a_method_at_connect(server, data):
    ends(server, data, V5, PROTOCOL_ERROR, MALFORMED)


@row("MQTT-3.15.1-1", cases={f"{0xF0 | flags:#x}": auth(0x18, flags=flags) for flags in range(1, 16)})
def auth_with_reserved_flags(server, data):
    ends(server, data, V5, MALFORMED, PROTOCOL_ERROR)
