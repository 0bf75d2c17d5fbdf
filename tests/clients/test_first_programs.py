"""The beginner's programs of the README work as printed."""

import unittest

import programs
from broker import TOP, BrokerTest, wait_until
from raw_client import RawClient


class Readme(unittest.TestCase):
    def test_prints_the_examples_as_they_stand(self):
        readme = (TOP / "README.md").read_text(encoding="utf-8")
        for name in ("subscriber.py", "publish_single.py", "subscribe.sh", "publish.sh"):
            with self.subTest(name):
                self.assertIn((programs.EXAMPLES / name).read_text(encoding="utf-8"), readme)


class FirstPrograms(BrokerTest):
    def setUp(self):
        self.broker = self.start_broker(flags=["--development"])

    def start_subscriber(self):
        subscriber = programs.python(programs.example("subscriber.py", self.broker.port))
        self.addCleanup(subscriber.kill)
        subscriber.wait_for_line("connected")
        self.wait_for_subscriptions(3)
        return subscriber

    def wait_for_subscriptions(self, count):
        wait_until(
            lambda: self.broker.metric("godwit_subscriptions") >= count, f"{count} subscriptions"
        )

    def test_paho_publisher_reaches_paho_subscriber(self):
        subscriber = self.start_subscriber()
        publisher = programs.python(programs.example("publisher.py", self.broker.port))
        self.assertEqual(publisher.end(), (0, []))
        subscriber.wait_for_line("home/kitchen/temperature 21.5")
        subscriber.wait_for_line("home/alarm smoke in the kitchen")

    def test_publish_single_reaches_paho_subscriber(self):
        subscriber = self.start_subscriber()
        publisher = programs.python(programs.example("publish_single.py", self.broker.port))
        self.assertEqual(publisher.end(), (0, []))
        subscriber.wait_for_line("home/front/door open")

    def test_killed_subscriber_leaves_its_will(self):
        subscriber = self.start_subscriber()
        with RawClient(self.broker.port) as watcher:
            watcher.connect("watcher")
            watcher.subscribe("home/dashboard", qos=2)
            subscriber.kill()
            will = watcher.receive_message()
            self.assertEqual((will.topic, will.payload, will.qos), ("home/dashboard", b"offline", 2))

    def test_mosquitto_pub_reaches_mosquitto_sub_and_paho(self):
        """MQTT-4.2.0-1: over TCP."""
        # MQTT311-7.0.0-2, MQTT311-7.1.1-1: over TCP, with 3.1.1 clients as everybody has them.
        paho = self.start_subscriber()
        mosquitto = programs.shell(programs.example("subscribe.sh", self.broker.port))
        self.addCleanup(mosquitto.kill)
        self.wait_for_subscriptions(4)
        publisher = programs.shell(programs.example("publish.sh", self.broker.port))
        self.assertEqual(publisher.end(), (0, []))
        mosquitto.wait_for_line("home/front/door closed")
        paho.wait_for_line("home/front/door closed")


if __name__ == "__main__":
    unittest.main()
