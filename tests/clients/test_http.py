"""Health, version and metrics over HTTP."""

import json
import subprocess
import unittest

from broker import DEADLINE_SECONDS, BrokerTest, spread_over
from raw_client import RawClient


class Http(BrokerTest):
    def setUp(self):
        self.broker = self.start_open_broker()

    def test_health_and_version(self):
        self.assertEqual(self.broker.http("/livez")[0], 200)
        self.assertEqual(self.broker.http("/readyz")[0], 200)
        status, body = self.broker.http("/version")
        self.assertEqual(status, 200)
        self.assertRegex(json.loads(body)["version"], r"^\d+\.\d+\.\d+$")
        self.assertEqual(self.broker.http("/nothing")[0], 404)

    def test_metrics_are_clean_and_count(self):
        with RawClient(self.broker.port) as client:
            client.connect("client")
            client.subscribe("t", qos=1)
            client.send_publish("t", b"x", qos=1)
            self.assertEqual({client.receive().kind for _ in range(2)}, {3, 4})
            status, text = self.broker.http("/metrics")
            self.assertEqual(status, 200)
            self.assertEqual(self.broker.metric("godwit_connections"), 1)
            self.assertEqual(self.broker.metric("godwit_subscriptions"), 1)
            self.assertEqual(self.broker.metric("godwit_publish_received_total", qos="1"), 1)
        done = subprocess.run(
            ["promtool", "check", "metrics"],
            input=text,
            text=True,
            capture_output=True,
            timeout=DEADLINE_SECONDS,
            check=False,
        )
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))


class SysTopics(BrokerTest):
    TOPICS = {
        "version",
        "uptime",
        "clients/connected",
        "clients/total",
        "messages/received",
        "messages/sent",
        "messages/dropped",
        "bytes/received",
        "bytes/sent",
        "subscriptions/count",
        "retained messages/count",
    }

    def test_sys_topics_are_retained_and_renewed(self):
        for io_threads in ("1", "2"):
            with self.subTest(io_threads=io_threads):
                flags = ["--set", "sys_interval_seconds=1", *spread_over(io_threads)]
                broker = self.start_open_broker(flags=flags)
                with RawClient(broker.port) as client:
                    client.connect("client")
                    client.subscribe("$SYS/broker/#")
                    found = {}
                    while set(found) != self.TOPICS or found["clients/connected"] != b"1":
                        message = client.receive_message()
                        found[message.topic.removeprefix("$SYS/broker/")] = message.payload
                    self.assertTrue(found["version"].startswith(b"godwit "))
                    self.assertTrue(found["uptime"].endswith(b" seconds"))

    def test_sys_is_not_in_hash(self):
        broker = self.start_open_broker(flags=["--set", "sys_interval_seconds=1"])
        with RawClient(broker.port) as client, RawClient(broker.port) as watcher:
            client.connect("client")
            client.subscribe("#")
            watcher.connect("watcher")
            watcher.subscribe("$SYS/broker/uptime")
            watcher.receive_message()
            watcher.receive_message()
            client.expect_silence()


if __name__ == "__main__":
    unittest.main()
