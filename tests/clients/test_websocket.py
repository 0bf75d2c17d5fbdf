"""MQTT over WebSocket: the handshake, the frames, and how it ends (RFC 6455)."""

import unittest

import mqtt_packets as mqtt
import tls_client
import websocket_client as ws
from broker import table, wait_until
from raw_client import Closed, RawClient
from tls_broker import OPEN, TlsTest, listener
from websocket_broker import WebSocketTest
from websocket_client import BINARY, CLOSE, PING, PONG, frame, request

SHUTTING_DOWN = 0x8B
NORMAL = 1000


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
        broker.wait_for_count("stream_refused", len(self.BAD), layer="websocket")

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
