"""Bytes that are not MQTT, or not now: each closes its own connection and nothing else."""

import struct
import unittest

import mqtt_packets as mqtt
from broker import BrokerTest
from raw_client import Closed, RawClient

MALFORMED, PROTOCOL_ERROR, TOO_LARGE = 0x81, 0x82, 0x95
RECEIVE_MAXIMUM_EXCEEDED, TOPIC_NAME_INVALID, ALIAS_INVALID = 0x93, 0x90, 0x94


def publish_body(topic, packet_id=None, properties=b"\x00", payload=b""):
    number = b"" if packet_id is None else struct.pack(">H", packet_id)
    return mqtt.binary(topic) + number + properties + payload


# What a connected 5.0 client sends, and the reasons it may be told; none: closed without a word.
AFTER_CONNECT = {
    "type 0": (b"\x00\x00", {MALFORMED}),
    "remaining length of five bytes": (b"\x30\xff\xff\xff\xff\x01", {MALFORMED}),
    "remaining length over the limit": (b"\x30\xff\xff\xff\x7f", {TOO_LARGE}),
    "second CONNECT": (mqtt.Connect("again").encode(), {PROTOCOL_ERROR}),
    "CONNACK from a client": (b"\x20\x03\x00\x00\x00", {MALFORMED, PROTOCOL_ERROR}),
    "QoS 3": (mqtt.packet(3, 0x06, publish_body(b"t", 1)), {MALFORMED}),
    "QoS 0 with DUP": (mqtt.packet(3, 0x08, publish_body(b"t")), {MALFORMED, PROTOCOL_ERROR}),
    "packet id 0": (mqtt.packet(3, 0x02, publish_body(b"t", 0)), {MALFORMED, PROTOCOL_ERROR}),
    "wildcard in a topic name": (
        mqtt.packet(3, 0, publish_body(b"a/#")),
        {MALFORMED, TOPIC_NAME_INVALID},
    ),
    "empty topic name": (mqtt.packet(3, 0, publish_body(b"")), {PROTOCOL_ERROR, TOPIC_NAME_INVALID}),
    "U+0000 in a topic": (mqtt.packet(3, 0, publish_body(b"a\0b")), {MALFORMED, TOPIC_NAME_INVALID}),
    "not UTF-8": (mqtt.packet(3, 0, publish_body(b"a\xff")), {MALFORMED, TOPIC_NAME_INVALID}),
    "surrogate": (mqtt.packet(3, 0, publish_body(b"\xed\xa0\x80")), {MALFORMED, TOPIC_NAME_INVALID}),
    "topic longer than its packet": (mqtt.packet(3, 0, b"\x00\x10abc"), {MALFORMED}),
    "129 levels": (mqtt.packet(3, 0, publish_body(b"/" * 128)), {TOPIC_NAME_INVALID}),
    "unknown property": (mqtt.packet(3, 0, publish_body(b"t", None, b"\x02\x7f\x00")), {MALFORMED}),
    "property of another packet": (
        mqtt.packet(3, 0, publish_body(b"t", None, b"\x05\x11\x00\x00\x00\x01")),
        {MALFORMED, PROTOCOL_ERROR},
    ),
    "property twice": (
        mqtt.packet(3, 0, publish_body(b"t", None, b"\x04\x01\x00\x01\x00")),
        {PROTOCOL_ERROR},
    ),
    "65 user properties": (
        mqtt.packet(3, 0, publish_body(b"t", None, b"\xc7\x03" + b"\x26\x00\x01a\x00\x01b" * 65)),
        {0x97},
    ),
    "topic alias that was not allowed": (
        mqtt.packet(3, 0, publish_body(b"t", None, b"\x03\x23\xff\xff")),
        {ALIAS_INVALID},
    ),
    "topic alias 0": (
        mqtt.packet(3, 0, publish_body(b"t", None, b"\x03\x23\x00\x00")),
        {ALIAS_INVALID, PROTOCOL_ERROR},
    ),
    "SUBSCRIBE without filters": (mqtt.packet(8, 2, b"\x00\x01\x00"), {MALFORMED, PROTOCOL_ERROR}),
    "SUBSCRIBE with wrong flags": (mqtt.packet(8, 0, b"\x00\x01\x00\x00\x01a\x00"), {MALFORMED}),
    "SUBSCRIBE with QoS 3": (
        mqtt.packet(8, 2, b"\x00\x01\x00\x00\x01a\x03"),
        {MALFORMED, PROTOCOL_ERROR},
    ),
    "SUBSCRIBE with reserved bits": (
        mqtt.packet(8, 2, b"\x00\x01\x00\x00\x01a\xc0"),
        {MALFORMED, PROTOCOL_ERROR},
    ),
    "UNSUBSCRIBE without filters": (mqtt.packet(10, 2, b"\x00\x01\x00"), {MALFORMED, PROTOCOL_ERROR}),
    "PINGREQ with a body": (b"\xc0\x01\x00", {MALFORMED}),
    "PUBREL with wrong flags": (b"\x60\x02\x00\x01", {MALFORMED}),
    "AUTH out of nowhere": (b"\xf0\x00", {MALFORMED, PROTOCOL_ERROR}),
    "DISCONNECT with a reason of servers": (b"\xe0\x01\x8b", {MALFORMED, PROTOCOL_ERROR}),
    "65 unfinished publishes": (
        b"".join(mqtt.packet(3, 4, publish_body(b"t", number)) for number in range(1, 66)),
        {RECEIVE_MAXIMUM_EXCEEDED},
    ),
}

# Instead of a good CONNECT.
INSTEAD_OF_CONNECT = {
    "HTTP": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "TLS": bytes.fromhex("1603010200010001fc0303") + bytes(64),
    "PUBLISH first": mqtt.packet(3, 0, publish_body(b"t")),
    "PINGREQ first": b"\xc0\x00",
    "zeros": bytes(64),
    "wrong protocol name": mqtt.packet(1, 0, mqtt.text("MQTX") + b"\x05\x02\x00\x3c\x00\x00\x00"),
    "reserved flag": mqtt.packet(1, 0, mqtt.text("MQTT") + b"\x04\x03\x00\x3c\x00\x00"),
    "will QoS 3": mqtt.packet(1, 0, mqtt.text("MQTT") + b"\x04\x1e\x00\x3c\x00\x01a\x00\x01t\x00\x00"),
    "over 64 KiB": mqtt.Connect("big", 4, user_name="u" * 100, password=bytes(65_500)).encode(),
    "endless length": b"\x10\xff\xff\xff\xff\xff\xff",
}


class BadInput(BrokerTest):
    def setUp(self):
        # Some of it looks like the beginning of something longer, and is closed when it does not come.
        self.broker = self.start_open_broker(flags=["--set", "limits.connect_deadline_seconds=1"])
        # Whoever else is connected notices nothing.
        self.bystander = RawClient(self.broker.port)
        self.addCleanup(self.bystander.socket.close)
        self.bystander.connect("bystander")
        self.bystander.subscribe("#", qos=2)

    def test_after_connect(self):
        for name, (data, reasons) in AFTER_CONNECT.items():
            with self.subTest(name), RawClient(self.broker.port) as client:
                client.connect("bad")
                client.send(data)
                answers = client.expect_closed()
                self.assertTrue(answers, "closed without a word")
                self.assertEqual(answers[-1].kind, mqtt.DISCONNECT, answers)
                self.assertIn(answers[-1].reason, reasons)
                if name != "65 unfinished publishes":
                    self.bystander.expect_silence()
        # The 64 that were allowed arrived.
        for _ in range(64):
            self.bystander.receive_message()
        self.bystander.expect_silence()

    def test_instead_of_connect(self):
        # MQTT311-3.1.0-1.
        for name, data in INSTEAD_OF_CONNECT.items():
            with self.subTest(name), RawClient(self.broker.port, version=4) as client:
                try:
                    client.send(data)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # Closed while it was still sending.
                try:
                    answer = client.receive()
                except Closed:
                    continue
                self.assertEqual(answer.kind, mqtt.CONNACK)
                self.assertNotEqual(answer.reason, 0)
                client.expect_closed()
        self.bystander.expect_silence()

    def test_a_packet_in_single_bytes_is_no_bad_input(self):
        with RawClient(self.broker.port) as client:
            for byte in mqtt.Connect("slow").encode() + mqtt.packet(3, 0, publish_body(b"slowly")):
                client.send(bytes([byte]))
            self.assertEqual(client.expect(mqtt.CONNACK).reason, 0)
            self.assertEqual(self.bystander.receive_message().topic, "slowly")

    def test_a_flood_of_bad_input_does_not_flood_the_log(self):
        for _ in range(300):
            with RawClient(self.broker.port) as client:
                client.send(b"\x00\x00")
                client.expect_closed()
        self.assertLess(len(self.broker.log()), 200)
        self.bystander.expect_silence()


if __name__ == "__main__":
    unittest.main()
