"""Retained messages reach later subscribers, through wildcards too, and can be taken back."""

import unittest

import programs
from broker import BrokerTest
from raw_client import RawClient


class Retained(BrokerTest):
    def setUp(self):
        self.broker = self.start_open_broker()
        self.client = RawClient(self.broker.port)
        self.addCleanup(self.client.socket.close)
        self.client.connect("publisher")

    def test_last_value_reaches_wildcards_of_a_later_subscriber(self):
        for topic, value in (("house/a/temp", b"1"), ("house/a/temp", b"2"), ("house/b/temp", b"3")):
            self.client.publish(topic, value, qos=1, retain=True)
        self.client.publish("house/c/temp", b"4", qos=1)  # Not retained.

        for topic_filter, expected in (
            ("house/a/temp", {("house/a/temp", b"2")}),
            ("house/+/temp", {("house/a/temp", b"2"), ("house/b/temp", b"3")}),
            ("#", {("house/a/temp", b"2"), ("house/b/temp", b"3")}),
        ):
            with self.subTest(topic_filter), RawClient(self.broker.port) as late:
                late.connect()
                late.subscribe(topic_filter, qos=1)
                found = [late.receive_message() for _ in expected]
                self.assertEqual({(message.topic, message.payload) for message in found}, expected)
                self.assertTrue(all(message.retain for message in found))
                late.expect_silence()

    def test_live_message_is_not_marked_retained(self):
        with RawClient(self.broker.port) as subscriber:
            subscriber.connect()
            subscriber.subscribe("state")
            self.client.publish("state", b"on", qos=1, retain=True)
            self.assertFalse(subscriber.receive_message().retain)

    def test_empty_payload_takes_it_back(self):
        self.client.publish("state", b"on", qos=2, retain=True)
        self.client.publish("state", b"", qos=2, retain=True)
        with RawClient(self.broker.port) as late:
            late.connect()
            late.subscribe("state")
            late.expect_silence()

    def test_mosquitto_clients_agree(self):
        code, output = programs.mosquitto_pub(
            self.broker.port, "-t", "mosquitto/state", "-m", "on", "-q", "2", "-r"
        )
        self.assertEqual((code, output), (0, ""))
        late = programs.mosquitto_sub(self.broker.port, "-t", "mosquitto/+", "-v", "-C", "1")
        self.assertEqual(late.end(), (0, ["mosquitto/state on"]))


if __name__ == "__main__":
    unittest.main()
