"""How `godwit pub` and `godwit sub` end: exit codes, and what they say about it."""

import signal
import socket
import subprocess
import time
import unittest

import programs
from broker import DEADLINE_SECONDS, program, run, wait_until
from pub_sub import PubSubTest


class Endings(PubSubTest):
    def test_interrupted_sub_says_goodbye(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            sub = self.start_sub("-t", "a")
            sub.process.send_signal(number)
            self.assertEqual(sub.end(), (0, []))
            wait_until(lambda: self.broker.metric("godwit_subscriptions") == 0, "the end")

    def test_timeout(self):
        begin = time.monotonic()
        self.assertEqual(self.run_sub("-t", "a", "-W", "1"), (27, []))
        self.assertGreaterEqual(time.monotonic() - begin, 1)

    def test_full_disk_is_reported(self):
        self.publish("-r", "-t", "a", "-m", "x")
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run(
                [program(), "sub", *self.flags(), "-t", "a"],
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                timeout=DEADLINE_SECONDS,
                check=False,
            )
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write to standard output: No space left on device", done.stderr)

    def test_no_broker(self):
        self.broker.stop()
        for arguments in (["pub", "-t", "a", "-m", "x"], ["sub", "-t", "a"]):
            done = run(arguments[0], *self.flags(), *arguments[1:])
            self.assertEqual(done.returncode, 1)
            self.assertEqual(
                done.stderr,
                f"godwit {arguments[0]}: cannot connect to 127.0.0.1:{self.broker.port}: Connection "
                "refused; is the broker running? (`godwit serve --development`)\n",
            )

    def test_no_such_host(self):
        done = run("pub", "-h", "no-such-host.invalid", "-t", "a", "-m", "x")
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot connect to no-such-host.invalid:1883: ", done.stderr)

    def test_broker_that_stops_is_reported(self):
        sub = self.start_sub("-t", "a")
        self.broker.stop()
        code, lines = sub.end()
        self.assertEqual(code, 1)
        self.assertRegex(
            lines[0],
            r"ended the connection: server_shutting_down.*; this program does not reconnect",
        )

    def test_taken_over_session_is_reported(self):
        sub = self.start_sub("-i", "me", "-t", "a")
        self.publish("-i", "me", "-t", "b", "-m", "x")
        code, lines = sub.end()
        self.assertEqual(code, 1)
        self.assertIn("session_taken_over", lines[0])

    def test_missing_file_is_no_message(self):
        code, text = self.pub("-t", "a", "-f", "/no/such/file")
        self.assertEqual(code, 2)
        self.assertIn("/no/such/file: cannot open", text)

    def test_wrong_command_line(self):
        code, text = self.pub("-t", "a/+", "-m", "x")
        self.assertEqual(code, 2)
        self.assertIn("`a/+` is no topic to publish to", text)


class Refusals(PubSubTest):
    def setUp(self):
        self.broker = self.make_broker(
            config='[access]\npassword_file = "passwords"\nrules_file = "rules"\n'
        )
        self.broker.write("rules", "allow user anna any allowed/#\n")
        done = run(
            "passwd", "passwords", "anna", "--stdin", input_text="secret\n", cwd=self.broker.folder
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.broker.start()
        self.as_anna = ["-u", "anna", "-P", "secret"]

    def test_wrong_password(self):
        for version in ("5", "3.1.1"):
            code, text = self.pub("-V", version, "-u", "anna", "-P", "x", "-t", "a", "-m", "x")
            self.assertEqual(code, 1)
            self.assertRegex(
                text, r"refused the connection: .*; look at --username and --password-file"
            )

    def test_password_file(self):
        file = self.broker.write("secret", "secret\n")
        self.publish("-u", "anna", "--password-file", file, "-t", "allowed/a", "-m", "x")

    def test_refused_subscription(self):
        for version in ("5", "3.1.1"):
            code, lines = self.run_sub(*self.as_anna, "-V", version, "-t", "secret/#")
            self.assertEqual(code, 1)
            self.assertRegex(lines[0], r"the broker refused the subscription to `secret/#`: ")

    def test_refused_message(self):
        for qos in "12":
            code, text = self.pub(*self.as_anna, "-q", qos, "-t", "secret/a", "-m", "x")
            self.assertEqual(code, 1)
            self.assertIn("the broker refused a message to `secret/a`: not_authorized", text)


class Limits(PubSubTest):
    def setUp(self):
        self.broker = self.start_broker(
            flags=["--development", "--set", "limits.maximum_packet_size=1 KiB"]
        )

    def test_message_that_the_broker_does_not_take(self):
        code, text = self.pub("-q", "1", "-t", "a", "-s", input_text="x" * 1024)
        self.assertEqual(code, 1)
        self.assertIn("cannot publish 1024 bytes: it is larger than the broker takes", text)
        # 3.1.1 has no word for the limit: the broker closes.
        code, text = self.pub("-V", "3.1.1", "-q", "1", "-t", "a", "-s", input_text="x" * 1024)
        self.assertEqual(code, 1)
        self.assertIn("the connection to 127.0.0.1:", text)


class OtherServers(unittest.TestCase):
    """A server that is none, or does just what the test says."""

    def test_silence_is_filled_with_pings(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            flags = ["-h", "127.0.0.1", "-p", str(listener.getsockname()[1]), "-V", "3.1.1"]
            sub = programs.Program([program(), "sub", *flags, "-t", "a", "-k", "1"])
            self.addCleanup(sub.kill)
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(DEADLINE_SECONDS)
                connection.recv(1000)
                connection.sendall(b"\x20\x02\x00\x00")
                self.assertEqual(connection.recv(1000)[0], 0x82)  # SUBSCRIBE
                for _ in range(2):
                    self.assertEqual(connection.recv(1000), b"\xc0\x00")  # PINGREQ
                    connection.sendall(b"\xd0\x00")
                # Once it is told to end, DISCONNECT is the last word.
                sub.process.send_signal(signal.SIGINT)
                self.assertEqual(connection.recv(1000), b"\xe0\x00")
                self.assertEqual(connection.recv(1000), b"")
            self.assertEqual(sub.end(), (0, []))

    def test_server_that_speaks_something_else_or_nothing(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            flags = ["-h", "127.0.0.1", "-p", str(listener.getsockname()[1])]
            for answer, said in (
                (b"HTTP/1.1 400 Bad Request\r\n\r\n", "sent what MQTT does not allow: the first"),
                (b"", "the connection to 127.0.0.1:"),
            ):
                sub = programs.Program([program(), "sub", *flags, "-t", "a"])
                self.addCleanup(sub.kill)
                connection, _ = listener.accept()
                with connection:
                    connection.settimeout(DEADLINE_SECONDS)
                    connection.recv(1000)
                    connection.sendall(answer)
                code, lines = sub.end()
                self.assertEqual(code, 1)
                self.assertIn(said, lines[0])


if __name__ == "__main__":
    unittest.main()
