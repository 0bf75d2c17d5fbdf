"""MQTT over WebSocket: the handshake, the frames, and how it ends (RFC 6455)."""

import unittest

import mqtt_packets as mqtt
import tls_client
import websocket_client as ws
from broker import BrokerTest, table, wait_until
from raw_client import Closed, RawClient
from tls_broker import OPEN, TlsTest, listener
from websocket_client import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, frame, request

SHUTTING_DOWN = 0x8B
NORMAL, PROTOCOL_ERROR, UNACCEPTABLE = 1000, 1002, 1003
PINGREQ = mqtt.packet(mqtt.PINGREQ, 0, b"")


class WebSocketTest(BrokerTest):
    def start_ws(self, config="", **options):
        listeners = table("listener.ws", **({"bind": "127.0.0.1:0"} | options))
        self.broker = self.start_broker(config=OPEN + config + listeners, bind=())
        self.port = self.broker.ports_of("ws")[0]
        return self.broker

    def socket(self):
        made = ws.WebSocket(tls_client.plain_socket(self.port))
        self.addCleanup(made.plain.close)
        return made

    def client(self, data=None, **settings):
        client = RawClient(self.port, wrap=ws.wrap(data), **settings)
        self.addCleanup(client.socket.plain.close)
        return client

    def failures(self):
        return self.broker.metric("godwit_network_layer_failures_total", layer="websocket")


class Handshake(WebSocketTest):
    # Status, request.
    GOOD = {
        "as browsers do": request(fields=[
            ("Origin", "https://app.example"), ("User-Agent", "x"), ("Cookie", "a=b"),
            ("Pragma", "no-cache"), ("Sec-Fetch-Mode", "websocket")]),
        "other upper and lower case": request(Upgrade="WebSocket", Connection="upgrade"),
        "names in lower case": request().replace(b"Sec-WebSocket", b"sec-websocket"),
        "connection with more words": request(Connection="keep-alive, Upgrade"),
        "one of several protocols": request(Sec_WebSocket_Protocol="chat, mqtt"),
        "protocols in two fields": request(
            Sec_WebSocket_Protocol="chat", fields=[("Sec-WebSocket-Protocol", "mqtt")]),
        "a query": request("GET /mqtt?token=1 HTTP/1.1"),
        "no blank behind the colon": request().replace(b": ", b":"),
    }
    BAD = {
        "another path": (404, request("GET / HTTP/1.1")),
        "a longer path": (404, request("GET /mqtt/x HTTP/1.1")),
        "the path in other letters": (404, request("GET /MQTT HTTP/1.1")),
        "POST": (405, request("POST /mqtt HTTP/1.1")),
        "HEAD": (400, request("HEAD /mqtt HTTP/1.1")),
        "HTTP/1.0": (400, request("GET /mqtt HTTP/1.0")),
        "HTTP/2": (505, request("GET /mqtt HTTP/2.0")),
        "no upgrade": (426, request(Upgrade=None)),
        "another upgrade": (426, request(Upgrade="h2c")),
        "no connection": (426, request(Connection=None)),
        "connection without upgrade": (426, request(Connection="keep-alive")),
        "no version": (426, request(Sec_WebSocket_Version=None)),
        "an old version": (426, request(Sec_WebSocket_Version="8")),
        "no key": (400, request(Sec_WebSocket_Key=None)),
        "a short key": (400, request(Sec_WebSocket_Key="c2hvcnQ=")),
        "a key that is not base64": (400, request(Sec_WebSocket_Key="****")),
        "no protocol": (400, request(Sec_WebSocket_Protocol=None)),
        "another protocol": (400, request(Sec_WebSocket_Protocol="chat")),
        "no host": (400, request(Host=None)),
        "two hosts": (400, request(fields=[("Host", "other")])),
        "a body": (400, request(fields=[("Content-Length", "3")])),
        "a body in chunks": (400, request(fields=[("Transfer-Encoding", "chunked")])),
        "a blank before the colon": (400, request(fields=[("X ", "1")])),
        "a folded line": (400, request().replace(b"\r\nHost", b"\r\n Host")),
        "no request": (400, b"\x10\x0c\x00\x04MQTT\x05\x02\x00\x3c\x00\r\n\r\n"),
        "a page of another origin": (403, request(fields=[("Origin", "https://evil.example")])),
        "a page without origin": (403, request(fields=[("Origin", "null")])),
        "a head of more than 8 KiB": (431, request(fields=[("X", "x" * 8192)])),
    }

    def start(self, **options):
        return self.start_ws(origins="https://app.example https://b.example", **options)

    def test_good_ones_are_answered_and_served(self):
        self.start()
        for name, data in self.GOOD.items():
            with self.subTest(name):
                socket = self.socket()
                status, fields = socket.shake_hands(data)
                self.assertEqual(status, 101)
                self.assertEqual(fields["upgrade"].lower(), "websocket")
                self.assertEqual(fields["connection"].lower(), "upgrade")
                self.assertEqual(fields["sec-websocket-accept"], ws.ACCEPT)
                self.assertEqual(fields["sec-websocket-protocol"], "mqtt")
                self.assertEqual(self.client(data).connect().reason, 0)

    def test_bad_ones_are_refused_with_a_status(self):
        broker = self.start()
        for name, (expected, data) in self.BAD.items():
            with self.subTest(name):
                before = self.failures()
                socket = self.socket()
                status, fields = socket.shake_hands(data)
                self.assertEqual(status, expected)
                self.assertEqual(fields["connection"], "close")
                with self.assertRaises((Closed, ConnectionResetError)):
                    while True:
                        socket._more()
                wait_until(lambda: self.failures() == before + 1, "a failure that is counted")
        self.assertEqual(len(broker.events("stream_refused", layer="websocket")), len(self.BAD))

    @unittest.expectedFailure  # It is taken for `mqtt`, which the client has not offered.
    def test_a_protocol_in_other_letters_is_another_one(self):
        self.start_ws()  # RFC 6455, section 4.2.2: one of those the client has named.
        status, _ = self.socket().shake_hands(request(Sec_WebSocket_Protocol="MQTT"))
        self.assertEqual(status, 400)

    def test_426_says_what_is_spoken(self):
        self.start()  # RFC 6455, section 4.2.2; RFC 9110, section 15.5.22.
        _, fields = self.socket().shake_hands(request(Sec_WebSocket_Version="8"))
        self.assertEqual(fields["sec-websocket-version"], "13")
        self.assertEqual(fields["upgrade"], "websocket")

    def test_any_page_may_connect_unless_origins_are_named(self):
        self.start_ws()
        data = request(fields=[("Origin", "https://anywhere.example")])
        self.assertEqual(self.client(data).connect().reason, 0)

    def test_another_path(self):
        self.start_ws(path="/ws/broker")
        self.assertEqual(self.client(request("GET /ws/broker HTTP/1.1")).connect().reason, 0)
        self.assertEqual(self.socket().shake_hands()[0], 404)

    def test_both_subprotocols(self):
        """MQTT-6.0.0-3, MQTT-6.0.0-4: the broker chooses one that was offered."""
        self.start_ws()
        for offered, chosen, version in (
            ("mqtt", "mqtt", mqtt.V5),
            ("mqtt", "mqtt", mqtt.V311),
            ("mqttv3.1", "mqttv3.1", mqtt.V31),
            ("mqttv3.1, mqtt", "mqtt", mqtt.V311),
        ):
            with self.subTest(offered=offered, version=version):
                data = request(Sec_WebSocket_Protocol=offered)
                _, fields = self.socket().shake_hands(data)
                self.assertEqual(fields["sec-websocket-protocol"], chosen)
                self.assertEqual(self.client(data, version=version).connect("c").reason, 0)

    def test_compression_is_not_agreed_and_not_needed(self):
        self.start_ws()
        offer = [("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits")]
        data = request(fields=offer)
        status, fields = self.socket().shake_hands(data)
        self.assertEqual(status, 101)
        self.assertNotIn("sec-websocket-extensions", fields)
        self.assertEqual(self.client(data).connect().reason, 0)

    def test_byte_by_byte(self):
        self.start_ws()
        socket = self.socket()
        for byte in request() + frame(BINARY, mqtt.Connect("slow").encode()):
            socket.plain.sendall(bytes([byte]))
        self.assertEqual(socket.answer()[0], 101)
        self.assertEqual(socket.recv(1)[0] >> 4, mqtt.CONNACK)

    def test_frames_right_behind_the_head(self):
        self.start_ws()
        socket = self.socket()
        data = request() + frame(BINARY, mqtt.Connect("fast").encode()) + frame(PING, b"!")
        self.assertEqual(socket.shake_hands(data)[0], 101)
        self.assertEqual({socket.receive_frame()[0] for _ in range(2)}, {BINARY, PONG})

    def test_a_head_that_never_ends(self):
        self.start_ws(config=table("limits", handshake_deadline_seconds=1))
        endless, stuck = self.socket(), self.socket()
        stuck.plain.sendall(request()[:-2])
        endless.plain.sendall(request()[:-2] + b"X: " + b"x" * 8192)
        self.assertEqual(endless.answer()[0], 431)
        with self.assertRaises((Closed, ConnectionResetError)):
            stuck._more()
        late = self.broker.metric("godwit_network_handshakes_total", outcome="late")
        self.assertEqual(late, 1)


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


class Ends(WebSocketTest):
    def test_a_close_frame_is_answered_with_its_code(self):
        self.start_ws()
        for payload, answered in (
            (b"", NORMAL), ((1000).to_bytes(2, "big"), 1000), ((1001).to_bytes(2, "big") + b"bye", 1001),
            ((4999).to_bytes(2, "big"), 4999),
        ):
            with self.subTest(payload=payload):
                client = self.client()
                client.connect()
                client.socket.plain.sendall(frame(CLOSE, payload))
                self.assertEqual(client.expect_closed(), [])
                self.assertEqual(client.socket.close_code, answered)
        self.assertEqual(self.failures(), 0)

    def test_a_close_frame_without_disconnect_leaves_the_will(self):
        self.start_ws()
        watcher = self.client()
        watcher.connect()
        watcher.subscribe("will")
        dying = self.client()
        dying.connect(will=mqtt.Will("will", b"gone"))
        dying.socket.plain.sendall(frame(CLOSE))
        self.assertEqual(watcher.receive_message().payload, b"gone")

    def test_disconnect_is_followed_by_a_close_frame(self):
        self.start_ws()
        client = self.client()
        client.connect()
        client.send(mqtt.packet(mqtt.DISCONNECT, 0, b""))
        self.assertEqual(client.expect_closed(), [])
        self.assertEqual(client.socket.close_code, NORMAL)

    def test_what_is_no_mqtt_is_told_so_in_a_frame_and_closed(self):
        self.start_ws()
        client = self.client()
        client.connect()
        client.send(b"\x00\x00")
        self.assertEqual([p.kind for p in client.expect_closed()], [mqtt.DISCONNECT])
        self.assertEqual(client.socket.close_code, NORMAL)

    def test_a_stop_tells_clients(self):
        broker = self.start_ws()
        client = self.client()
        client.connect()
        broker.signal()
        self.assertEqual([p.reason for p in client.expect_closed()], [SHUTTING_DOWN])
        self.assertIn(client.socket.close_code, (1000, 1001))
        client.socket.plain.close()
        self.assertEqual(broker.join(), 0)


class OverTls(TlsTest):
    def test_wss(self):
        broker = self.start_broker(
            config=OPEN + listener(self.server, "wss", origins="https://app.example"), bind=()
        )
        port = broker.ports_of("wss")[0]
        tls = tls_client.context(self.authority, protocols=["http/1.1"])
        page = request(fields=[("Origin", "https://app.example")])

        def client(data=page):
            made = RawClient(port, wrap=ws.wrap(data, tls_client.wrap(tls)))
            self.addCleanup(made.socket.plain.close)
            return made

        first = client()
        self.assertEqual(first.socket.selected_alpn_protocol(), "http/1.1")
        self.check_served(first)
        first.subscribe("big", qos=2)
        payload = bytes(range(256)) * 4096
        first.publish("big", payload, qos=2)
        self.assertEqual(first.receive_message().payload, payload)
        first.socket.plain.sendall(frame(PING, b"?"))
        self.assertEqual(first.socket.receive_frame(), (PONG, b"?"))
        first.send(mqtt.packet(mqtt.DISCONNECT, 0, b""))
        self.assertEqual(first.expect_closed(), [])  # Close frame, then close_notify.
        self.assertEqual(first.socket.close_code, NORMAL)
        with self.assertRaises(AssertionError) as refused:
            client(request(fields=[("Origin", "https://evil.example")]))
        self.assertIn("403", str(refused.exception))


if __name__ == "__main__":
    unittest.main()
