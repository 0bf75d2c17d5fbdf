"""A stop tells clients, sends what it owes them, and ends with 0."""

import signal
import unittest

import mqtt_packets as mqtt
from broker import BrokerTest, spread_over
from mqtt_packets import Will
from raw_client import RawClient, eventually_refused

SERVER_SHUTTING_DOWN = 0x8B


class Stop(BrokerTest):
    io_threads = 1

    def start(self, *flags):
        return self.start_open_broker(flags=[*spread_over(self.io_threads), *flags])

    def test_clients_are_told(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number):
                broker = self.start()
                with RawClient(broker.port) as new, RawClient(broker.port, version=4) as old:
                    new.connect("new")
                    old.connect("old")
                    broker.signal(number)
                    farewell = new.expect_closed()
                    self.assertEqual(
                        [(p.kind, p.reason) for p in farewell],
                        [(mqtt.DISCONNECT, SERVER_SHUTTING_DOWN)],
                    )
                    self.assertEqual(old.expect_closed(), [])
                self.assertEqual(broker.join(), 0)
                self.assertTrue(broker.events("stopped"))

    def test_what_is_owed_is_drained(self):
        broker = self.start()
        count = 200
        with RawClient(broker.port, receive_buffer=4096) as slow, RawClient(broker.port) as fast:
            slow.connect("slow")
            slow.subscribe("bulk", qos=1)
            fast.connect("fast")
            for _ in range(count):
                fast.publish("bulk", bytes(4000), qos=1)
            broker.signal()
            fast.expect_closed()
            # Everything that had been acknowledged was on its way before the farewell.
            packets = slow.expect_closed()
            self.assertEqual(packets[-1].reason, SERVER_SHUTTING_DOWN)
            self.assertEqual(sum(p.kind == mqtt.PUBLISH for p in packets), count)
        self.assertEqual(broker.join(), 0)

    def test_a_client_that_does_not_read_does_not_hold_it_up(self):
        broker = self.start("--set", "drain_seconds=1")
        with RawClient(broker.port, receive_buffer=4096) as stuck, RawClient(broker.port) as fast:
            stuck.connect("stuck")
            stuck.subscribe("bulk")
            fast.connect("fast")
            for _ in range(300):
                fast.send_publish("bulk", bytes(10_000))
            fast.ping()
            broker.signal()
            self.assertEqual(broker.join(), 0)

    def test_nobody_is_let_in_meanwhile_and_a_second_signal_ends_it(self):
        broker = self.start("--set", "drain_seconds=20")
        with RawClient(broker.port, receive_buffer=4096) as stuck, RawClient(broker.port) as fast:
            stuck.connect("stuck")
            stuck.subscribe("bulk")
            fast.connect("fast")
            for _ in range(300):
                fast.send_publish("bulk", bytes(10_000))
            fast.ping()
            broker.signal()
            self.assertTrue(eventually_refused(broker.port))
            self.assertEqual(broker.http("/readyz"), (503, "not ready: stopping\n"))
            self.assertEqual(broker.http("/livez")[0], 200)
            # A second signal is the end.
            broker.expected_exit_code = 1
            broker.signal()
            self.assertEqual(broker.join(), 1)

    def test_wills_reach_those_who_are_connected(self):
        broker = self.start()
        with RawClient(broker.port) as watcher, RawClient(broker.port) as dying:
            watcher.connect("watcher")
            watcher.subscribe("will")
            dying.connect("dying", will=Will("will", b"gone"))
            broker.signal()
            packets = watcher.expect_closed()
            self.assertIn(b"gone", [packet.payload for packet in packets])
        self.assertEqual(broker.join(), 0)


class StopOfTwoThreads(Stop):
    io_threads = 2

    # Each thread tells its own clients; who has been told already does not hear the other's wills.
    test_wills_reach_those_who_are_connected = None


if __name__ == "__main__":
    unittest.main()
