"""`godwit pub` and `godwit sub` against the broker, and with Mosquitto's programs on the other end."""

import json
import signal
import subprocess
import tempfile
import time
import unittest

import programs
from broker import DEADLINE_SECONDS, program, run, wait_until
from pub_sub import PubSubTest
from raw_client import RawClient

MIB = 1 << 20


class Messages(PubSubTest):
    def test_every_qos_of_both_versions(self):
        for version in ("5", "3.1.1"):
            for qos in "012":
                with self.subTest(version=version, qos=qos):
                    sub = self.start_sub(
                        "-V", version, "-q", "2", "-F", "%t %p %q %r", "-t", "a/#", "-C", "1"
                    )
                    self.publish("-V", version, "-q", qos, "-t", "a/b", "-m", "hello")
                    self.assertEqual(sub.end(), (0, [f"a/b hello {qos} 0"]))

    def test_many_at_qos_2_in_order(self):
        sub = self.start_sub("-q", "2", "-t", "a", "-C", "1000")
        lines = [str(number) for number in range(1000)]
        self.publish("-q", "2", "-t", "a", "-l", input_text="\n".join(lines))
        self.assertEqual(sub.end(), (0, lines))

    def test_payload_of_a_mebibyte(self):
        payload = "x" * MIB
        sub = self.start_sub("-q", "2", "-t", "a", "-C", "2")
        self.publish("-q", "2", "-t", "a", "-s", input_text=payload)
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(payload)
            file.flush()
            self.publish("-q", "0", "-t", "a", "-f", file.name)
        code, lines = sub.end()
        self.assertEqual((code, len(lines)), (0, 2))
        self.assertTrue(all(line == payload for line in lines))

    def test_retained(self):
        self.publish("-r", "-t", "kept", "-m", "state")
        sub = ["-F", "%p %r", "-t", "kept", "-C", "1"]
        self.assertEqual(self.run_sub(*sub), (0, ["state 1"]))
        # A live message behind the retained one ends --retained-only.
        only = self.start_sub("--retained-only", "-v", "-t", "kept")
        only.wait_for_line("kept state")
        self.publish("-t", "kept", "-m", "live")
        self.assertEqual(only.end(), (0, ["kept state"]))
        for version in ("5", "3.1.1"):
            none = self.start_sub("-V", version, "--no-retained", "-t", "kept", "-C", "1")
            self.publish("-t", "kept", "-m", "live")
            self.assertEqual(none.end(), (0, ["live"]))
        self.publish("-r", "-t", "kept", "-n")
        self.assertEqual(self.run_sub(*sub, "-W", "1"), (27, []))

    def test_repeats(self):
        sub = self.start_sub("-t", "a", "-C", "3")
        begin = time.monotonic()
        self.publish("-t", "a", "-m", "again", "--repeat", "3", "--repeat-delay", "0.1")
        self.assertGreaterEqual(time.monotonic() - begin, 0.2)
        self.assertEqual(sub.end(), (0, ["again"] * 3))

    def test_json_and_user_properties(self):
        sub = self.start_sub("--json", "-t", "a", "-C", "1")
        self.publish("-t", "a", "-m", "hello", "-D", "k=v", "-D", "k=w")
        code, lines = sub.end()
        self.assertEqual(code, 0)
        self.assertEqual(
            json.loads(lines[0]),
            {
                "topic": "a",
                "qos": 0,
                "retain": False,
                "payload": "hello",
                "user_properties": [["k", "v"], ["k", "w"]],
            },
        )

    def test_lines_are_published_as_they_come(self):
        sub = self.start_sub("-t", "a")
        publisher = subprocess.Popen(
            [program(), "pub", *self.flags(), "-q", "1", "-t", "a", "-l"],
            stdin=subprocess.PIPE,
            text=True,
        )
        with publisher:
            for line in ("one", "two"):
                publisher.stdin.write(line + "\n")
                publisher.stdin.flush()
                sub.wait_for_line(line)
            publisher.stdin.close()
            self.assertEqual(publisher.wait(DEADLINE_SECONDS), 0)

    def test_url(self):
        sub = self.start_sub("-t", "from/url", "-C", "1")
        url = f"mqtt://127.0.0.1:{self.broker.port}/from%2Furl"
        self.assertEqual(run("pub", "-L", url, "-m", "hello").returncode, 0)
        self.assertEqual(sub.end(), (0, ["hello"]))


class Sessions(PubSubTest):
    def test_kept_session_gets_what_it_missed(self):
        for version in ("5", "3.1.1"):
            with self.subTest(version=version):
                me = ["-V", version, "-c", "-i", "me" + version, "-q", "2"]
                self.assertEqual(self.run_sub(*me, "-t", "a", "-E"), (0, []))
                for qos in "12":
                    self.publish("-q", qos, "-t", "a", "-m", "missed " + qos)
                self.assertEqual(
                    self.run_sub(*me, "-t", "a", "-C", "2"), (0, ["missed 1", "missed 2"])
                )
                # What it has taken does not come again.
                self.assertEqual(self.run_sub(*me, "-t", "a", "-W", "1"), (27, []))

    def test_count_takes_no_more_than_it_prints(self):
        me = ["-c", "-i", "me", "-q", "1"]
        self.run_sub(*me, "-t", "a", "-E")
        self.publish("-q", "1", "-t", "a", "-l", input_text="one\ntwo\nthree\n")
        self.assertEqual(self.run_sub(*me, "-t", "a", "-C", "2"), (0, ["one", "two"]))
        self.assertEqual(self.run_sub(*me, "-t", "a", "-C", "1"), (0, ["three"]))

    def test_unsubscribes(self):
        me = ["-c", "-i", "me"]
        self.run_sub(*me, "-t", "a", "-t", "b", "-E")
        self.assertEqual(self.broker.metric("godwit_subscriptions"), 2)
        self.assertEqual(self.run_sub(*me, "-U", "a"), (0, []))
        self.assertEqual(self.broker.metric("godwit_subscriptions"), 1)

    def test_will_is_published_when_it_is_killed_and_not_when_it_is_stopped(self):
        will = ["--will-topic", "wills", "--will-payload", "gone", "--will-qos", "1"]
        with RawClient(self.broker.port) as watcher:
            watcher.connect("watcher")
            watcher.subscribe("wills", qos=1)
            stopped = self.start_sub("-t", "a", *will)
            stopped.process.send_signal(signal.SIGTERM)
            self.assertEqual(stopped.end(), (0, []))
            self.start_sub("-t", "a", *will, "--will-retain").kill()
            message = watcher.receive_message()
            self.assertEqual((message.topic, message.payload, message.qos), ("wills", b"gone", 1))
        # Only one came, and it was the retained one.
        self.assertEqual(self.run_sub("-t", "wills", "-C", "1"), (0, ["gone"]))


class Mosquitto(PubSubTest):
    def test_godwit_pub_reaches_mosquitto_sub(self):
        for version in ("5", "311"):
            sub = programs.mosquitto_sub(
                self.broker.port, "-V", version, "-q", "2", "-t", "a/#", "-F", "%t %p %q", "-C", "3"
            )
            self.addCleanup(sub.kill)
            self.wait_for_subscriptions(1)
            for qos in "012":
                self.publish("-q", qos, "-t", "a/b", "-m", "hello")
            self.assertEqual(sub.end(), (0, [f"a/b hello {qos}" for qos in range(3)]))
            wait_until(lambda: self.broker.metric("godwit_subscriptions") == 0, "the end")

    def test_mosquitto_pub_reaches_godwit_sub(self):
        for version in ("5", "311"):
            sub = self.start_sub("-q", "2", "-t", "a/#", "-F", "%t %p %q", "-C", "3")
            for qos in "012":
                done = programs.mosquitto_pub(
                    self.broker.port, "-V", version, "-q", qos, "-t", "a/b", "-m", "hello"
                )
                self.assertEqual(done, (0, ""))
            self.assertEqual(sub.end(), (0, [f"a/b hello {qos}" for qos in range(3)]))


if __name__ == "__main__":
    unittest.main()
