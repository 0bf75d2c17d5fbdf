"""What holds behind every door: plain, TLS, WebSocket and both together."""

import unittest

import mqtt_packets as mqtt
import tls_client
import websocket_client as ws
from broker import SPREAD, run, table
from raw_client import RawClient
from tls_broker import TlsTest, listener

MIB = 1 << 20
PINGREQ = mqtt.packet(mqtt.PINGREQ, 0, b"")


def publish(topic, payload):
    return mqtt.packet(mqtt.PUBLISH, 0, mqtt.text(topic) + b"\x00" + payload)


class AllDoors(TlsTest):
    def start_all(self, io_threads):
        config = f"io_threads = {io_threads}\n{SPREAD}"
        config += table("access", allow_anonymous=True, password_file="passwords")
        config += table("listener.tcp", bind="127.0.0.1:0")
        config += table("listener.ws", bind="127.0.0.1:0")
        config += listener(self.server) + listener(self.server, "wss")
        broker = self.make_broker(config=config, bind=())
        run("passwd", "passwords", "u", "--stdin", input_text="secret\n", cwd=broker.folder)
        broker.start()
        encrypt = tls_client.wrap(tls_client.context(self.authority))
        ways = {
            "tcp": lambda plain: plain, "tls": encrypt, "ws": ws.wrap(),
            "wss": ws.wrap(below=encrypt),
        }
        self.doors = {kind: (broker.ports_of(kind)[0], way) for kind, way in ways.items()}
        return broker

    def client(self, kind, **settings):
        port, way = self.doors[kind]
        client = RawClient(port, wrap=way, **settings)
        self.addCleanup(client.socket.close)
        return client

    def test_what_comes_before_the_answer_waits_and_moves_along(self):
        """The password takes a while, and the session may be another thread's."""
        kept = {"clean": False, "properties": {"session_expiry_interval": 600}}
        for io_threads in (1, 4):
            self.start_all(io_threads)
            for kind in self.doors:
                for size, count in ((10, 300), (30_000, 20), (300_000, 2)):
                    for number in range(4):
                        with self.subTest(kind, io_threads=io_threads, size=size):
                            client = self.client(kind)
                            connect = mqtt.Connect(
                                f"client-{number}", user_name="u", password=b"secret", **kept
                            )
                            all_at_once = connect.encode() + publish("t", bytes(size)) * count
                            client.send(all_at_once + PINGREQ)
                            self.assertEqual(client.expect(mqtt.CONNACK).reason, 0)
                            client.expect(mqtt.PINGRESP)
                            client.disconnect()

    def test_who_does_not_read_costs_bounded_memory(self):
        broker = self.start_all(io_threads=1)
        payload, count = bytes(16 * 1024), 1024  # 16 MiB to each.
        stuck = [self.client(kind, receive_buffer=4096) for kind in self.doors]
        for client in stuck:
            client.connect()
            client.subscribe("flood")
        before = broker.resident_bytes()
        fast = self.client("tcp")
        fast.connect()
        for _ in range(count):
            fast.send_publish("flood", payload)
        fast.ping()
        if not broker.sanitized():
            self.assertLess(broker.resident_bytes() - before, 24 * MIB)
        dropped = broker.metric("godwit_messages_dropped_total", reason="write_buffer_full")
        received = 0
        for client in stuck:
            client.send(PINGREQ)
            while (packet := client.receive()).kind == mqtt.PUBLISH:
                self.assertEqual(packet.payload, payload)
                received += 1
            self.assertEqual(packet.kind, mqtt.PINGRESP)
        self.assertEqual(received + dropped, len(stuck) * count)

    def test_a_client_moves_from_door_to_door_with_its_session(self):
        broker = self.start_all(io_threads=2)
        kept = {"clean": False, "properties": {"session_expiry_interval": 600}}
        before = self.client("wss")
        before.connect("mover", **kept)
        before.subscribe("news", qos=1)
        for kind in [*self.doors, *reversed(self.doors)]:
            with self.subTest(kind):
                client = self.client(kind)
                self.assertTrue(client.connect("mover", **kept).session_present)
                # Whoever was there before is told, and closed as its door does it.
                self.assertEqual([p.reason for p in before.expect_closed()], [0x8E])
                client.publish("news", kind.encode(), qos=1)
                self.assertEqual(client.receive_message().payload, kind.encode())
                before.socket.close()
                before = client
        self.assertEqual(broker.metric("godwit_sessions"), 1)


if __name__ == "__main__":
    unittest.main()
