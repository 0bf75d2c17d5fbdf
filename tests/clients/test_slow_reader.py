"""A client that stops reading costs bounded memory and holds nobody up."""

import unittest

import mqtt_packets as mqtt
from broker import BrokerTest
from raw_client import RawClient

MIB = 1 << 20
PAYLOAD = bytes(16 * 1024)
COUNT = 8 * 1024  # 128 MiB in all.


class SlowReader(BrokerTest):
    def flood(self, broker, qos):
        """Sends COUNT messages to a client that reads nothing; how much the memory grew."""
        stuck = RawClient(broker.port, receive_buffer=4096)
        self.addCleanup(stuck.socket.close)
        stuck.connect("stuck")
        stuck.subscribe("flood", qos=qos)
        before = broker.resident_bytes()
        with RawClient(broker.port) as publisher:
            publisher.connect("publisher")
            for number in range(COUNT):
                if qos == 0:
                    publisher.send_publish("flood", PAYLOAD)
                else:
                    publisher.publish("flood", PAYLOAD, qos=qos)
            publisher.ping()  # All has been handled, and the publisher was not held up.
        return stuck, 0 if broker.sanitized() else broker.resident_bytes() - before

    def test_qos_0_is_dropped_and_counted(self):
        broker = self.start_open_broker()
        stuck, grown = self.flood(broker, qos=0)
        self.assertLess(grown, 24 * MIB)
        dropped = broker.metric("godwit_messages_dropped_total", reason="write_buffer_full")
        self.assertGreater(dropped, COUNT / 2)
        # Once it reads again it gets what was kept, and whatever comes then.
        for _ in range(COUNT - int(dropped)):
            stuck.receive_message()
        with RawClient(broker.port) as publisher:
            publisher.connect("publisher")
            publisher.publish("flood", b"again", qos=1)
        self.assertEqual(stuck.receive_message().payload, b"again")

    def test_qos_1_waits_up_to_the_queue_limit(self):
        broker = self.start_open_broker(flags=["--set", "limits.queue_bytes_max=8MiB"])
        stuck, grown = self.flood(broker, qos=1)
        # The window, the queue, and what the allocator keeps.
        self.assertLess(grown, 64 * MIB)
        dropped = broker.metric("godwit_messages_dropped_total", reason="queue_full")
        self.assertGreater(dropped, COUNT / 2)
        others = [stuck.receive_message() for _ in range(10)]
        self.assertTrue(all(message.kind == mqtt.PUBLISH for message in others))


if __name__ == "__main__":
    unittest.main()
