"""The beginner's programs of the README work as printed."""

import re
import shlex
import ssl
import stat
import unittest

import programs
import tls_client
from broker import TOP, BrokerTest, wait_until
from raw_client import RawClient


class Readme(unittest.TestCase):
    def test_prints_the_examples_as_they_stand(self):
        readme = (TOP / "README.md").read_text(encoding="utf-8")
        for name in ("subscriber.py", "publish_single.py", "subscribe.sh", "publish.sh", "tls.sh"):
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


class FirstTls(BrokerTest):
    def test_three_lines_make_a_certificate_a_broker_and_a_message(self):
        text = (programs.EXAMPLES / "tls.sh").read_text(encoding="utf-8")
        certificate, serve, publish = text.splitlines()
        command = shlex.split(serve)
        self.assertEqual(command[:2], ["godwit", "serve"])
        # All as printed, but for the port.
        broker = self.make_broker(
            flags=[*command[2:], "--set", "listener.tls.bind=127.0.0.1:0"], bind=()
        )
        made = programs.shell(certificate, cwd=broker.folder)
        self.assertEqual(made.end()[0], 0, made.lines())
        self.assertEqual(stat.S_IMODE((broker.folder / "key.pem").stat().st_mode), 0o600)
        port = broker.start().ports_of("tls")[0]
        tls = ssl.create_default_context(cafile=str(broker.folder / "cert.pem"))
        with RawClient(port, wrap=tls_client.wrap(tls)) as watcher:
            watcher.connect("watcher")
            watcher.subscribe("home/#")
            publish, count = re.subn(r"\b8883\b", str(port), publish)
            self.assertEqual(count, 1)
            self.assertEqual(programs.shell(publish, cwd=broker.folder).end(), (0, []))
            message = watcher.receive_message()
            self.assertEqual((message.topic, message.payload), ("home/front/door", b"closed"))


if __name__ == "__main__":
    unittest.main()
