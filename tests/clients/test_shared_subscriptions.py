"""Messages of a shared group, with the clients that people use, over one and several I/O threads."""

import programs
from broker import BrokerTest, spread_over, wait_until
from raw_client import RawClient

MESSAGES = 60


class SharedSubscriptions(BrokerTest):
    def connect(self, broker, client_id, **settings):
        client = RawClient(broker.port)
        self.addCleanup(client.socket.close)
        self.assertEqual(client.connect(client_id, **settings).reason, 0)
        return client

    def test_each_message_goes_to_one_member(self):
        for threads in ("1", "3"):
            with self.subTest(io_threads=threads):
                broker = self.start_open_broker(flags=spread_over(threads))
                members = [self.connect(broker, f"m{number}") for number in range(3)]
                for member in members:
                    self.assertEqual(member.subscribe("$share/g/work/+", qos=1), [1])
                publisher = self.connect(broker, "publisher")
                for number in range(MESSAGES):
                    publisher.publish("work/x", str(number).encode(), qos=1)
                seen = []
                for member in members:
                    for _ in range(MESSAGES // 3):
                        seen.append(int(member.receive_message().payload))
                    member.expect_silence()
                self.assertEqual(sorted(seen), list(range(MESSAGES)))

    def test_what_a_lost_member_had_goes_on(self):
        broker = self.start_open_broker(flags=spread_over(2))
        lost = self.connect(broker, "lost")
        lost.subscribe("$share/g/work", qos=1)
        publisher = self.connect(broker, "publisher")
        for number in range(10):
            publisher.publish("work", str(number).encode(), qos=1)
        other = self.connect(broker, "other")
        other.subscribe("$share/g/work", qos=1)
        lost.socket.close()
        seen = {int(other.receive_message().payload) for _ in range(10)}
        self.assertEqual(seen, set(range(10)))

    def test_mosquitto_sub_is_a_member(self):
        broker = self.start_open_broker()
        with RawClient(broker.port) as publisher:
            publisher.connect("publisher")
            members = [
                programs.mosquitto_sub(broker.port, "-t", "$share/g/work", "-C", "5")
                for _ in range(2)
            ]
            wait_until(lambda: broker.metric("godwit_subscriptions") == 2, "both subscriptions")
            for number in range(10):
                publisher.publish("work", str(number).encode())
            numbers = [int(line) for member in members for line in member.end()[1]]
            self.assertEqual(sorted(numbers), list(range(10)))
