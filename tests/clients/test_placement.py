"""Which I/O thread gets a connection, and what operators see of that."""

import time
import unittest

from broker import BrokerTest, spread_over, wait_until
from raw_client import RawClient


class Placement(BrokerTest):
    def connect(self, count):
        """One after the other: of those that come together two may go to one thread, because it is
        not known yet that the first has arrived."""
        clients = []
        for _ in range(count):
            client = RawClient(self.broker.port)
            self.addCleanup(client.socket.close)
            self.assertEqual(client.connect().reason, 0)
            clients.append(client)
        return clients

    def on_threads(self, metric="godwit_network_sockets"):
        return [self.broker.metric(metric, thread=str(number)) for number in range(2)]

    def test_a_small_load_gathers_on_one_thread(self):
        self.broker = self.start_open_broker(flags=["--io-threads", "2"])
        clients = self.connect(20)
        self.assertEqual(self.on_threads(), [20, 0])
        for client in clients:
            client.disconnect()
        wait_until(lambda: self.on_threads() == [0, 0], "the sockets to go")
        self.assertEqual(self.on_threads("godwit_network_placed_total"), [20, 0])

    def test_beyond_the_bound_connections_are_spread(self):
        flags = ["--io-threads", "2", "--set", "gather_connections_max=10"]
        self.broker = self.start_open_broker(flags=flags)
        self.connect(14)
        self.assertEqual(self.on_threads(), [10, 4])
        self.connect(12)
        self.assertEqual(self.on_threads(), [13, 13])

    def test_spread_fills_up_whichever_has_fewer(self):
        self.broker = self.start_open_broker(flags=spread_over(2))
        clients = self.connect(10)
        self.assertEqual(self.on_threads(), [5, 5])
        for client in clients[::2]:
            client.disconnect()
        wait_until(lambda: 0 in self.on_threads(), "the sockets of one thread to go")
        self.connect(5)
        self.assertEqual(self.on_threads(), [5, 5])

    def test_time_at_work_is_told_for_each_thread(self):
        self.broker = self.start_open_broker(flags=["--io-threads", "2"])
        began = time.monotonic()
        client = self.connect(1)[0]
        name = "godwit_io_busy_seconds_total"
        first = self.broker.metric(name, thread="0")

        def first_has_worked():
            client.ping()
            return self.broker.metric(name, thread="0") > first

        wait_until(first_has_worked, "time at work")
        self.assertLess(self.broker.metric(name, thread="1"), (time.monotonic() - began) / 2)


if __name__ == "__main__":
    unittest.main()
