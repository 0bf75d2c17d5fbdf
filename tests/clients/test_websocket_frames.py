"""MQTT in WebSocket frames, right ones and wrong ones (RFC 6455, section 5)."""

import unittest

import mqtt_packets as mqtt
import websocket_client as ws
from websocket_broker import WebSocketTest
from websocket_client import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, frame

NORMAL, PROTOCOL_ERROR, UNACCEPTABLE = 1000, 1002, 1003
PINGREQ = mqtt.packet(mqtt.PINGREQ, 0, b"")


class Frames(WebSocketTest):
    def setUp(self):
        self.start_ws()

    def open(self, client_id=""):
        client = self.client()
        self.assertEqual(client.connect(client_id).reason, 0)
        return client

    def test_packets_and_frames_need_not_begin_together(self):
        """MQTT-6.0.0-2: many packets in one frame, one packet in many."""
        client = self.open()
        client.subscribe("t")
        client.send(PINGREQ * 200)
        for _ in range(200):
            client.expect(mqtt.PINGRESP)
        publish = mqtt.packet(mqtt.PUBLISH, 0, mqtt.text("t") + b"\x00" + b"in pieces")
        for byte in publish:
            client.send(bytes([byte]))
        client.send(b"")  # An empty frame is none too few.
        client.send(publish[:5])
        client.send(publish[5:] + PINGREQ[:1])
        client.send(PINGREQ[1:])
        for _ in range(2):
            self.assertEqual(client.receive_message().payload, b"in pieces")
        client.expect(mqtt.PINGRESP)

    def test_fragments_with_control_frames_between(self):
        client = self.open()
        plain = client.socket.plain
        plain.sendall(
            frame(BINARY, PINGREQ[:1], last=False) + frame(PING, b"between")
            + frame(CONTINUATION, b"", last=False) + frame(PONG, b"unasked")
            + frame(CONTINUATION, PINGREQ[1:], last=True) + frame(BINARY, PINGREQ)
        )
        for _ in range(2):
            client.expect(mqtt.PINGRESP)
        self.assertEqual(client.socket.controls, [(PONG, b"between")])

    def test_each_ping_is_answered_with_what_it_said(self):
        client = self.open()
        for payload in (b"", b"x", bytes(125)):
            client.socket.plain.sendall(frame(PING, payload))
            self.assertEqual(client.socket.receive_frame(), (PONG, payload))

    def test_masks_of_all_kinds(self):
        client = self.open()
        client.subscribe("t")
        for mask in (bytes(4), b"\xff\xff\xff\xff", b"\x00\x01\x00\x80"):
            for size in (0, 1, 3, 7, 8, 9, 117, 118, 1000, 70_000):
                payload = bytes(number % 251 for number in range(size))
                publish = mqtt.packet(mqtt.PUBLISH, 0, mqtt.text("t") + b"\x00" + payload)
                client.socket.plain.sendall(frame(BINARY, publish, mask=mask))
                self.assertEqual(client.receive_message().payload, payload)

    def test_what_a_frame_must_not_be_is_answered_with_a_close_code(self):
        long = bytes(126)
        good = frame(BINARY, PINGREQ)
        for name, data, code in (
            ("not masked", frame(BINARY, PINGREQ, mask=None), PROTOCOL_ERROR),
            ("text", frame(TEXT, b"hello"), UNACCEPTABLE),  # MQTT-6.0.0-1
            ("text in fragments", frame(TEXT, b"h", last=False), UNACCEPTABLE),
            ("compressed", frame(BINARY, PINGREQ, reserved=4), PROTOCOL_ERROR),
            ("reserved bit 2", frame(BINARY, PINGREQ, reserved=2), PROTOCOL_ERROR),
            ("reserved bit 3", frame(PING, b"", reserved=1), PROTOCOL_ERROR),
            ("unknown data frame", frame(0x3, b""), PROTOCOL_ERROR),
            ("unknown control frame", frame(0xB, b""), PROTOCOL_ERROR),
            ("ping in fragments", frame(PING, b"", last=False), PROTOCOL_ERROR),
            ("close in fragments", frame(CLOSE, b"", last=False), PROTOCOL_ERROR),
            ("long ping", frame(PING, long), PROTOCOL_ERROR),
            ("continuation of nothing", frame(CONTINUATION, PINGREQ), PROTOCOL_ERROR),
            ("begins twice", frame(BINARY, b"", last=False) + good, PROTOCOL_ERROR),
            ("length in 2 bytes", frame(BINARY, b"x", length_bytes=2), PROTOCOL_ERROR),
            ("length in 8 bytes", frame(BINARY, long, length_bytes=8), PROTOCOL_ERROR),
            ("length of 2^63", ws.header(BINARY, 1 << 63), PROTOCOL_ERROR),
            ("close code of one byte", frame(CLOSE, b"\x03"), PROTOCOL_ERROR),
            ("close code 1005", frame(CLOSE, (1005).to_bytes(2, "big")), PROTOCOL_ERROR),
            ("close code 0", frame(CLOSE, b"\x00\x00"), PROTOCOL_ERROR),
        ):
            with self.subTest(name):
                before = self.failures()
                client = self.open()
                # What comes behind it is not looked at.
                client.socket.plain.sendall(data + good)
                self.assertEqual(client.expect_closed(), [])
                self.assertEqual(client.socket.close_code, code)
                self.assertEqual(self.failures(), before + 1)

    def test_a_frame_of_any_length_costs_no_memory(self):
        client = self.client()
        before = self.broker.resident_bytes()
        plain = client.socket.plain
        mask = bytes(4)
        plain.sendall(ws.header(BINARY, (1 << 63) - 1, mask=mask) + mqtt.Connect("long").encode())
        client.expect(mqtt.CONNACK)
        for _ in range(64):
            plain.sendall(mqtt.packet(mqtt.PUBLISH, 0, mqtt.text("t") + b"\x00" + bytes(1 << 18)))
        plain.sendall(PINGREQ)
        client.expect(mqtt.PINGRESP)
        if not self.broker.sanitized():
            self.assertLess(self.broker.resident_bytes() - before, 4 << 20)

    def test_a_packet_that_is_too_large_in_small_frames(self):
        client = self.open()
        client.send(b"\x30" + mqtt.variable(200_000_000))
        self.assertEqual([p.reason for p in client.expect_closed()], [0x95])
        self.assertEqual(client.socket.close_code, NORMAL)

    def test_a_mebibyte_both_ways(self):
        client = self.open()
        client.subscribe("big", qos=1)
        payload = bytes(range(256)) * 4096
        client.publish("big", payload, qos=1)
        self.assertEqual(client.receive_message().payload, payload)

    def test_a_slow_reader_of_pongs_is_not_read_for_ever(self):
        client = self.client(receive_buffer=4096)
        plain = client.socket.plain
        plain.settimeout(1)
        sent = 0
        ping = frame(PING, bytes(125)) * 100
        before = self.broker.resident_bytes()
        with self.assertRaises(TimeoutError):
            while sent < 256 << 20:
                sent += plain.send(ping)
        if not self.broker.sanitized():
            self.assertLess(self.broker.resident_bytes() - before, 4 << 20)
        self.open()  # Others are served meanwhile.


if __name__ == "__main__":
    unittest.main()
