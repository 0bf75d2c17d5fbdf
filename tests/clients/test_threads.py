"""Two I/O threads look like one from outside."""

import unittest

import mqtt_packets as mqtt
import programs
from broker import BrokerTest, spread_over, wait_until
from raw_client import RawClient

CLIENTS = 8  # Spread over both threads.


class TwoThreads(BrokerTest):
    def setUp(self):
        self.broker = self.start_open_broker(flags=spread_over(2))

    def connect(self, client_id, **settings):
        client = RawClient(self.broker.port)
        self.addCleanup(client.socket.close)
        self.assertEqual(client.connect(client_id, **settings).reason, 0)
        return client

    def test_everybody_hears_everybody_in_order(self):
        subscribers = [self.connect(f"subscriber-{number}") for number in range(CLIENTS)]
        for subscriber in subscribers:
            subscriber.subscribe("round/#", qos=2)
        publishers = [self.connect(f"publisher-{number}") for number in range(CLIENTS)]
        rounds = 20
        for number in range(rounds):
            for index, publisher in enumerate(publishers):
                publisher.publish(f"round/{index}", str(number).encode(), qos=number % 3)
        for subscriber in subscribers:
            heard = {f"round/{index}": [] for index in range(CLIENTS)}
            for _ in range(rounds * CLIENTS):
                message = subscriber.receive_message()
                heard[message.topic].append((int(message.payload), message.qos))
            # Order is promised for each publisher, topic and quality of service.
            for messages in heard.values():
                for qos in range(3):
                    mine = [number for number, its_qos in messages if its_qos == qos]
                    self.assertEqual(mine, list(range(qos, rounds, 3)))

    def test_subscription_is_in_force_everywhere_once_acknowledged(self):
        publishers = [self.connect(f"publisher-{number}") for number in range(4)]
        for number in range(20):
            subscriber = self.connect(f"subscriber-{number}")
            subscriber.subscribe(f"now/{number}", qos=1)
            for publisher in publishers:
                publisher.publish(f"now/{number}", b"x", qos=1)
            for _ in publishers:
                subscriber.receive_message()

    def test_retained_messages_are_seen_from_both(self):
        for number in range(20):
            self.connect(f"publisher-{number}").publish(f"kept/{number}", b"x", qos=1, retain=True)
        for number in range(4):
            late = self.connect(f"late-{number}")
            late.subscribe("kept/+")
            topics = {late.receive_message().topic for _ in range(20)}
            self.assertEqual(topics, {f"kept/{number}" for number in range(20)})

    def test_kept_session_is_found_from_any_connection(self):
        settings = {"clean": False, "properties": {"session_expiry_interval": 600}}
        publisher = self.connect("publisher")
        for number in range(CLIENTS):
            first = self.connect(f"kept-{number}", **settings)
            first.subscribe("mail", qos=1)
            first.disconnect()
        publisher.publish("mail", b"for all", qos=1)
        for number in range(CLIENTS):
            again = RawClient(self.broker.port)
            self.addCleanup(again.socket.close)
            self.assertTrue(again.connect(f"kept-{number}", **settings).session_present)
            self.assertEqual(again.receive_message().payload, b"for all")

    def test_large_message_crosses(self):
        subscribers = [self.connect(f"subscriber-{number}") for number in range(4)]
        for subscriber in subscribers:
            subscriber.subscribe("large", qos=1)
        payload = bytes(range(256)) * 4096
        self.connect("publisher").publish("large", payload, qos=1)
        for subscriber in subscribers:
            self.assertEqual(subscriber.receive_message().payload, payload)

    def test_wills_cross(self):
        watchers = [self.connect(f"watcher-{number}") for number in range(4)]
        for watcher in watchers:
            watcher.subscribe("will")
        self.connect("dying", will=mqtt.Will("will", b"gone")).cut()
        for watcher in watchers:
            self.assertEqual(watcher.receive_message().payload, b"gone")

    def test_mosquitto_clients(self):
        subscribers = [
            programs.mosquitto_sub(self.broker.port, "-t", "m/#", "-q", "2", "-C", "3")
            for _ in range(4)
        ]
        wait_until(lambda: self.broker.metric("godwit_subscriptions") == 4, "four subscriptions")
        for number in range(3):
            code, _ = programs.mosquitto_pub(
                self.broker.port, "-t", f"m/{number}", "-m", str(number), "-q", str(number)
            )
            self.assertEqual(code, 0)
        for subscriber in subscribers:
            code, lines = subscriber.end()
            self.assertEqual((code, sorted(lines)), (0, ["0", "1", "2"]))


if __name__ == "__main__":
    unittest.main()
