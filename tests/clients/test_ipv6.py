"""Listeners over IPv6, and both families at once."""

import socket
import unittest

import programs
from broker import BrokerTest
from raw_client import RawClient


def has_ipv6():
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@unittest.skipUnless(has_ipv6(), "this machine has no IPv6 loopback")
class Ipv6(BrokerTest):
    def test_a_message_from_ipv4_to_ipv6(self):
        broker = self.start_open_broker(bind=("127.0.0.1:0", "[::1]:0"))
        v4_port, v6_port = broker.ports
        with RawClient(v6_port, host="::1") as subscriber:
            subscriber.connect("six")
            subscriber.subscribe("t")
            code, _ = programs.mosquitto_pub(v4_port, "-t", "t", "-m", "hello", "-q", "1")
            self.assertEqual(code, 0)
            self.assertEqual(subscriber.receive_message().payload, b"hello")

    def test_localhost_means_both(self):
        broker = self.start_open_broker(bind=("localhost:0",))
        addresses = [event["address"] for event in broker.events("listener_ready", kind="tcp")]
        self.assertEqual(sorted(address[0] for address in addresses), ["1", "["])
        for host, port in zip(("127.0.0.1", "::1"), broker.ports):
            with self.subTest(host), RawClient(port, host=host) as client:
                self.assertEqual(client.connect("c").reason, 0)


if __name__ == "__main__":
    unittest.main()
