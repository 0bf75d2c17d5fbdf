"""A client id has one connection: the later one wins."""

import unittest

import mqtt_packets as mqtt
from broker import BrokerTest, spread_over
from raw_client import Closed, RawClient

SESSION_TAKEN_OVER = 0x8E


class Takeover(BrokerTest):
    io_threads = 1

    def setUp(self):
        self.broker = self.start_open_broker(flags=spread_over(self.io_threads))

    def connect(self, client_id, version=mqtt.V5, **settings):
        client = RawClient(self.broker.port, version=version)
        self.addCleanup(client.socket.close)
        answer = client.connect(client_id, **settings)
        self.assertEqual(answer.reason, 0)
        return client, answer

    def test_the_former_connection_is_told_and_closed(self):
        for version in (mqtt.V5, mqtt.V311):
            with self.subTest(version=version):
                former, _ = self.connect(f"twice-{version}", version=version)
                later, _ = self.connect(f"twice-{version}")
                farewell = former.expect_closed()
                reasons = [packet.reason for packet in farewell]
                self.assertEqual(reasons, [SESSION_TAKEN_OVER] if version == mqtt.V5 else [])
                later.ping()

    def test_the_session_goes_on_at_the_new_connection(self):
        settings = {"clean": False, "properties": {"session_expiry_interval": 600}}
        # Enough of them that two threads surely meet each other.
        for number in range(8):
            with self.subTest(number=number):
                client_id = f"moving-{number}"
                former, first = self.connect(client_id, **settings)
                self.assertFalse(first.session_present)
                former.subscribe(f"to/{number}", qos=1)
                later, second = self.connect(client_id, **settings)
                self.assertTrue(second.session_present)
                former.expect_closed()
                publisher, _ = self.connect(f"publisher-{number}")
                publisher.publish(f"to/{number}", b"still there", qos=1)
                self.assertEqual(later.receive_message().payload, b"still there")

    def test_many_at_once_leave_one(self):
        clients = []
        for _ in range(20):
            client = RawClient(self.broker.port)
            self.addCleanup(client.socket.close)
            client.send(mqtt.Connect(client_id="crowd").encode())
            clients.append(client)
        alive = 0
        for client in clients:
            client.expect(mqtt.CONNACK)
        # All have their CONNACK, so all but one are closed or about to be.
        survivors = clients
        while len(survivors) > 1:
            survivors = [client for client in survivors if self.answers(client)]
        alive = len(survivors)
        self.assertEqual(alive, 1)
        self.assertTrue(self.answers(survivors[0]))

    @staticmethod
    def answers(client):
        try:
            client.ping()
        except (AssertionError, Closed, OSError):
            return False
        return True


class TakeoverAcrossThreads(Takeover):
    io_threads = 2


if __name__ == "__main__":
    unittest.main()
