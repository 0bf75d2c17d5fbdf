"""Limits hold, are told to the client where MQTT can tell it, and are counted."""

import unittest

import mqtt_packets as mqtt
from broker import BrokerTest, wait_until
from raw_client import RawClient

ID_NOT_VALID, QUOTA_EXCEEDED, PACKET_TOO_LARGE = 0x85, 0x97, 0x95


class Limits(BrokerTest):
    def start(self, **limits):
        flags = []
        for name, value in limits.items():
            flags += ["--set", f"limits.{name}={value}"]
        return self.start_open_broker(flags=flags)

    def client(self, broker, **settings):
        client = RawClient(broker.port, **settings)
        self.addCleanup(client.socket.close)
        return client

    def test_connections(self):
        broker = self.start(connections_max=2)
        first, second = self.client(broker), self.client(broker)
        first.connect("first")
        second.connect("second")
        self.assertEqual(self.client(broker).expect_closed(), [])
        self.assertEqual(broker.metric("godwit_network_refused_total", reason="limit"), 1)
        # The place of one that leaves is free again.
        second.disconnect()
        wait_until(lambda: broker.metric("godwit_network_sockets") == 1, "the socket to go")
        self.assertEqual(self.client(broker).connect("third").reason, 0)
        first.ping()

    def test_packet_size_is_announced_and_kept(self):
        broker = self.start(maximum_packet_size=4096)
        client = self.client(broker)
        answer = client.connect("client")
        self.assertEqual(answer.properties["maximum_packet_size"], 4096)
        client.publish("t", bytes(4000), qos=1)
        client.send_publish("t", bytes(4096))
        self.assertEqual(client.expect_closed()[-1].reason, PACKET_TOO_LARGE)
        self.assertEqual(
            broker.metric("godwit_connections_closed_total", reason="packet_too_large"), 1
        )

    def test_receive_maximum_is_announced(self):
        client = self.client(self.start(receive_maximum=7))
        self.assertEqual(client.connect("client").properties["receive_maximum"], 7)

    def test_client_id(self):
        broker = self.start(client_id_bytes_max=30)
        self.assertEqual(self.client(broker).connect("i" * 30).reason, 0)
        self.assertEqual(self.client(broker).connect("i" * 31).reason, ID_NOT_VALID)
        self.assertEqual(self.client(broker, version=mqtt.V311).connect("i" * 31).reason, 2)

    def test_subscriptions(self):
        client = self.client(self.start(subscriptions_max=2))
        client.connect("client")
        self.assertEqual(client.subscribe("a", "b", "c", "a"), [0, 0, QUOTA_EXCEEDED, 0])

    def test_session_expiry_is_cut_and_said(self):
        client = self.client(self.start(session_expiry_seconds_max=60))
        answer = client.connect("client", properties={"session_expiry_interval": 3600})
        self.assertEqual(answer.properties["session_expiry_interval"], 60)

    def test_retained_messages(self):
        # Without $SYS, whose messages are retained as well.
        flags = ["--set", "limits.retained_messages_max=2", "--set", "sys_interval_seconds=0"]
        broker = self.start_open_broker(flags=flags)
        publisher = self.client(broker)
        publisher.connect("publisher")
        for topic in "abca":
            publisher.publish(topic, b"x", qos=1, retain=True)
        late = self.client(broker)
        late.connect("late")
        late.subscribe("#")
        self.assertEqual({late.receive_message().topic for _ in range(2)}, {"a", "b"})
        late.expect_silence()
        self.assertEqual(broker.metric("godwit_retained_refused_total"), 1)


if __name__ == "__main__":
    unittest.main()
