"""A client that falls silent is closed after one and a half of its keep-alive intervals."""

import time
import unittest

import mqtt_packets as mqtt
from broker import BrokerTest
from mqtt_packets import Will
from raw_client import RawClient

KEEP_ALIVE_TIMEOUT = 0x8D


class KeepAlive(BrokerTest):
    def test_silent_client_is_closed_and_its_will_published(self):
        broker = self.start_open_broker()
        with RawClient(broker.port) as watcher, RawClient(broker.port) as silent:
            watcher.connect("watcher")
            watcher.subscribe("will")
            silent.connect("silent", keep_alive=1, will=Will("will", b"silent"))
            began = time.monotonic()
            farewell = silent.expect_closed()
            waited = time.monotonic() - began
            self.assertEqual([packet.reason for packet in farewell], [KEEP_ALIVE_TIMEOUT])
            self.assertGreaterEqual(waited, 1.4)
            self.assertEqual(watcher.receive_message().payload, b"silent")

    def test_pings_keep_it_open(self):
        broker = self.start_open_broker()
        with RawClient(broker.port) as talker, RawClient(broker.port) as silent:
            talker.connect("talker", keep_alive=2)
            silent.connect("silent", keep_alive=3)
            # The other one measures the time: longer than the talker could be silent.
            silent.socket.settimeout(0.4)
            while True:
                try:
                    silent.receive()
                    break
                except TimeoutError:
                    talker.ping()
            talker.ping()

    def test_a_connection_without_connect_is_closed(self):
        broker = self.start_open_broker(flags=["--set", "limits.connect_deadline_seconds=1"])
        with RawClient(broker.port) as mute, RawClient(broker.port) as slow:
            slow.send(mqtt.Connect(client_id="slow").encode()[:-3])
            self.assertEqual(mute.expect_closed(), [])
            self.assertEqual(slow.expect_closed(), [])


if __name__ == "__main__":
    unittest.main()
