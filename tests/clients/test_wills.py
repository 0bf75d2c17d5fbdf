"""A will is published when its client dies, and only then."""

import unittest

import mqtt_packets as mqtt
import programs
from broker import BrokerTest
from mqtt_packets import Will
from raw_client import RawClient

# Connects with a will, says so, and stays until it is killed.
DOOMED = """
import sys
import paho.mqtt.client as mqtt

client = mqtt.Client("doomed")
client.will_set("wills/doomed", "gone", qos=2, retain=True)
client.on_connect = lambda client, userdata, flags, rc: print("connected", rc)
client.connect("127.0.0.1", int(sys.argv[1]))
client.loop_forever()
"""


class Wills(BrokerTest):
    def setUp(self):
        self.broker = self.start_open_broker()
        self.watcher = RawClient(self.broker.port)
        self.addCleanup(self.watcher.socket.close)
        self.watcher.connect("watcher")
        self.watcher.subscribe("wills/#", qos=2)

    def client_with_will(self, client_id="dying", version=mqtt.V5, **settings):
        client = RawClient(self.broker.port, version=version)
        self.addCleanup(client.socket.close)
        settings.setdefault("will", Will("wills/dying", b"gone", qos=1))
        self.assertEqual(client.connect(client_id, **settings).reason, 0)
        return client

    def test_killed_paho_client(self):
        # MQTT311-3.1.2-17: paho speaks 3.1.1 unless told otherwise.
        doomed = programs.python(DOOMED, str(self.broker.port))
        self.addCleanup(doomed.kill)
        doomed.wait_for_line("connected 0")
        doomed.kill()
        will = self.watcher.receive_message()
        self.assertEqual((will.topic, will.payload, will.qos), ("wills/doomed", b"gone", 2))
        # It was to be retained: a later subscriber sees it too.
        with RawClient(self.broker.port) as late:
            late.connect()
            late.subscribe("wills/doomed")
            self.assertTrue(late.receive_message().retain)

    def test_cut_connection(self):
        self.client_with_will().cut()
        self.assertEqual(self.watcher.receive_message().payload, b"gone")

    def test_protocol_error(self):
        self.client_with_will().send(b"\x00\x00")
        self.assertEqual(self.watcher.receive_message().payload, b"gone")

    def test_disconnect_takes_the_will_back(self):
        self.client_with_will().disconnect()
        self.watcher.expect_silence()

    def test_disconnect_with_will(self):
        self.client_with_will().disconnect(reason=4)
        self.assertEqual(self.watcher.receive_message().payload, b"gone")

    def test_delayed_will_is_not_published_when_the_client_is_back(self):
        will = Will("wills/dying", b"gone", properties={"will_delay_interval": 3600})
        settings = {"will": will, "properties": {"session_expiry_interval": 3600}}
        self.client_with_will(**settings).cut()
        back = RawClient(self.broker.port)
        self.addCleanup(back.socket.close)
        self.assertTrue(back.connect("dying", clean=False).session_present)
        self.watcher.expect_silence()


if __name__ == "__main__":
    unittest.main()
