"""A kept session collects QoS 1 and 2 messages while its client is away, and resumes what was open."""

import unittest

import mqtt_packets as mqtt
import programs
from broker import BrokerTest
from raw_client import RawClient

KEPT = {"clean": False, "properties": {"session_expiry_interval": 600}}


class KeptSessions(BrokerTest):
    def setUp(self):
        self.broker = self.start_open_broker()
        self.publisher = RawClient(self.broker.port)
        self.addCleanup(self.publisher.socket.close)
        self.publisher.connect("publisher")

    def client(self, version=mqtt.V5):
        client = RawClient(self.broker.port, version=version)
        self.addCleanup(client.socket.close)
        return client

    def test_messages_wait_in_order(self):
        # MQTT311-3.1.2-4, MQTT311-3.2.0-1, MQTT311-3.2.2-2, -3, MQTT311-4.6.0-5.
        for version in (mqtt.V311, mqtt.V5):
            with self.subTest(version=version):
                settings = KEPT if version == mqtt.V5 else {"clean": False}
                client_id = f"away-{version}"
                first = self.client(version)
                self.assertFalse(first.connect(client_id, **settings).session_present)
                first.subscribe("news/#", qos=2)
                first.disconnect()
                for number in range(20):
                    self.publisher.publish("news", str(number).encode(), qos=1 + number % 2)
                second = self.client(version)
                self.assertTrue(second.connect(client_id, **settings).session_present)
                got = [second.receive_message() for _ in range(20)]
                self.assertEqual([int(message.payload) for message in got], list(range(20)))
                self.assertEqual([message.qos for message in got], [1, 2] * 10)
                second.expect_silence()
                second.disconnect()

    def test_unacknowledged_messages_come_again_with_their_ids(self):
        first = self.client()
        first.connect("forgetful", **KEPT)
        first.subscribe("news", qos=2)
        self.publisher.publish("news", b"one", qos=1)
        self.publisher.publish("news", b"two", qos=2)
        sent = [first.expect(mqtt.PUBLISH) for _ in range(2)]
        first.cut()
        second = self.client()
        second.connect("forgetful", **KEPT)
        again = [second.receive_message() for _ in range(2)]
        self.assertEqual(
            [(m.packet_id, m.payload, m.qos, True) for m in sent],
            [(m.packet_id, m.payload, m.qos, m.dup) for m in again],
        )
        second.expect_silence()

    def test_a_released_message_is_released_again_and_not_sent_again(self):
        first = self.client()
        first.connect("half", **KEPT)
        first.subscribe("news", qos=2)
        self.publisher.publish("news", b"once", qos=2)
        message = first.expect(mqtt.PUBLISH)
        first.acknowledge(mqtt.PUBREC, message.packet_id)
        first.expect(mqtt.PUBREL)
        first.cut()
        second = self.client()
        second.connect("half", **KEPT)
        self.assertEqual(second.expect(mqtt.PUBREL).packet_id, message.packet_id)
        second.acknowledge(mqtt.PUBCOMP, message.packet_id)
        second.expect_silence()

    def test_a_qos_2_publish_that_is_repeated_after_a_cut_is_published_once(self):
        subscriber = self.client()
        subscriber.connect("subscriber")
        subscriber.subscribe("orders", qos=2)
        first = self.client()
        first.connect("shop", **KEPT)
        number = first.send_publish("orders", b"a chair", qos=2)
        first.expect(mqtt.PUBREC)
        first.cut()
        second = self.client()
        self.assertTrue(second.connect("shop", **KEPT).session_present)
        second._next_id = number - 1
        self.assertEqual(second.send_publish("orders", b"a chair", qos=2, dup=True), number)
        second.expect(mqtt.PUBREC)
        second.acknowledge(mqtt.PUBREL, number)
        second.expect(mqtt.PUBCOMP)
        self.assertEqual(subscriber.receive_message().payload, b"a chair")
        subscriber.expect_silence()

    def test_clean_start_drops_the_session(self):
        first = self.client()
        first.connect("fresh", **KEPT)
        first.subscribe("news", qos=1)
        first.disconnect()
        self.publisher.publish("news", b"lost", qos=1)
        second = self.client()
        self.assertFalse(second.connect("fresh", clean=True).session_present)
        second.expect_silence()

    def test_queue_is_bounded_and_drops_the_oldest(self):
        broker = self.start_open_broker(flags=["--set", "limits.queue_messages_max=10"])
        with RawClient(broker.port) as client, RawClient(broker.port) as publisher:
            client.connect("small", **KEPT)
            client.subscribe("news", qos=1)
            client.disconnect()
            publisher.connect("publisher")
            for number in range(30):
                publisher.publish("news", str(number).encode(), qos=1)
        with RawClient(broker.port) as client:
            client.connect("small", **KEPT)
            got = [int(client.receive_message().payload) for _ in range(10)]
            self.assertEqual(got, list(range(20, 30)))
            client.expect_silence()
        dropped = broker.metric("godwit_messages_dropped_total", reason="queue_full")
        self.assertEqual(dropped, 20)

    def test_mosquitto_sub_resumes(self):
        arguments = ["-i", "mosquitto", "-c", "-q", "1", "-t", "news"]
        first = programs.mosquitto_sub(self.broker.port, *arguments, "-E")
        self.assertEqual(first.end()[0], 0)
        self.publisher.publish("news", b"while you slept", qos=1)
        second = programs.mosquitto_sub(self.broker.port, *arguments, "-C", "1")
        self.assertEqual(second.end(), (0, ["while you slept"]))


if __name__ == "__main__":
    unittest.main()
