"""What is measured is what it is called."""

import os
import pathlib
import sys
import threading
import types
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from harness import measure, procfs  # noqa: E402


class ConnectRate(unittest.TestCase):
    def test_makes_fewer_connects_where_each_is_a_handshake(self):
        asked = {}

        class FakeLoad:
            @staticmethod
            def run(**options):
                asked.update(options)
                return {"broker_cpu_us_per_connect": 5, "connects_per_s": 6}

        depth = types.SimpleNamespace(connects=1000, handshakes=100)
        for transport, count in (("tcp", 1000), ("ws", 1000), ("tls", 100), ("wss", 100)):
            result = measure.connect_rate(transport)(FakeLoad, None, depth)
            self.assertEqual((result["key"], result["rate"]), (5, 6))
            self.assertEqual((asked["transport"], asked["count"]), (transport, count))


class Threads(unittest.TestCase):
    """Measurements that make sure that they measure what they are named for."""

    def spend(self, seconds: list, count: int):
        spent = iter([dict.fromkeys(range(len(seconds)), 0.0), dict(enumerate(seconds))])
        real, procfs.thread_cpu_seconds = procfs.thread_cpu_seconds, lambda pids: next(spent)
        try:
            return measure.on_threads(count, lambda *_: {"key": 1})(
                None, types.SimpleNamespace(pids=[1]), None)
        finally:
            procfs.thread_cpu_seconds = real

    def test_must_have_shared_the_work(self):
        self.assertEqual(self.spend([0.01, 0.4, 0.6], 2)["busy_threads"], 2)
        with self.assertRaises(measure.LoadFailed):
            self.spend([0.01, 0.98, 0.01], 2)

    def test_are_found_in_proc_with_their_time(self):
        self.assertIn(threading.get_native_id(), procfs.thread_cpu_seconds([os.getpid()]))

    def test_have_rules_that_hide_something(self):
        def judge(received):
            load = types.SimpleNamespace(run=lambda **_: {"received": received, "faults": {}})
            return measure.with_asking_rules(lambda *_: {"key": 1, "faults": {}})(load, None, None)

        self.assertEqual(judge(0)["key"], 1)
        with self.assertRaises(measure.LoadFailed):
            judge(10)


class Peak(unittest.TestCase):
    def test_is_of_what_came_after_it_was_forgotten(self):
        me = [os.getpid()]
        held = b"x" * 50_000_000
        del held
        procfs.forget_peak(me)
        before = procfs.rss_bytes(me)
        self.assertLess(procfs.peak_rss_bytes(me) - before, 20_000_000)
        held = b"x" * 50_000_000
        del held
        self.assertGreater(procfs.peak_rss_bytes(me) - before, 40_000_000)


class RetainedStream(unittest.TestCase):
    """The order of its steps, and what it makes of their results."""

    class FakeLoad:
        def __init__(self):
            self.asked = []

        def run(self, **options):
            self.asked.append(options)
            result = {"faults": {}, "latency_p99_us": 100}
            if options.get("mode") == "fetch":
                result = {"faults": {"lost": 1}, "broker_cpu_ms": 500, "elapsed_s": 0.5}
            return result

        def during(self, work, **options):
            self.asked.append(options)
            work()
            return {"faults": {}, "latency_p99_us": 150}

    def test_compares_others_beside_the_stream_with_others_alone(self):
        load = self.FakeLoad()
        depth = types.SimpleNamespace(retained=1000, paced_seconds=1, warmup=0)
        result = measure.retained_stream(load, types.SimpleNamespace(pids=[os.getpid()]), depth)
        self.assertEqual((result["key"], result["rate"]), (500, 2000))
        self.assertEqual(result["others_p99_times"], 1.5)
        self.assertEqual(result["faults"], {"lost": 2})
        kinds = [each.get("mode", each.get("prefix")) for each in load.asked]
        self.assertEqual(kinds, ["retain", "others", "fetch", "others", "fetch"])
        self.assertTrue(load.asked[-1]["behind"])


class During(unittest.TestCase):
    PROGRAM = """
import json, sys
if {begins}:
    print(json.dumps({{"measuring": True}}), flush=True)
    sys.stdin.read()
print(json.dumps({{"lost": 1}}), flush=True)
"""

    def load(self, begins):
        fake = types.SimpleNamespace(check_alive=lambda: None)
        load = measure.Load("load", fake)
        program = self.PROGRAM.format(begins=begins)
        load.command = lambda options: [sys.executable, "-c", program]
        return load

    def test_lasts_as_long_as_the_work(self):
        worked = []
        result = self.load(True).during(lambda: worked.append(1))
        self.assertEqual((worked, result["faults"]), ([1], {"lost": 1}))

    def test_fails_where_the_traffic_did_not_begin(self):
        with self.assertRaises(measure.LoadFailed):
            self.load(False).during(self.fail)


class Faults(unittest.TestCase):
    def test_are_what_must_be_zero_and_is_not(self):
        result = {"lost": 0, "duplicates": 3, "delivered": 10, "stalls": 1}
        self.assertEqual(measure.faults_of(result), {"duplicates": 3})


if __name__ == "__main__":
    unittest.main()
