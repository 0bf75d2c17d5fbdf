"""Password file and rules, end to end: who gets in, and what they may do."""

import os
import pathlib
import signal
import stat
import tempfile
import termios
import unittest

import mqtt_packets as mqtt
import programs
from broker import BrokerTest, program, run, wait_until
from raw_client import RawClient

BAD_CREDENTIALS, NOT_AUTHORIZED, ID_NOT_VALID = 0x86, 0x87, 0x85

RULES = """
# The dashboard sees everything, a device its own branch.
allow user dashboard subscribe #
allow everyone any devices/%c/#
deny client probe-7 publish alarms/+
allow authenticated publish alarms/#
allow user alice any users/%u/#
"""


class Passwords(BrokerTest):
    def start(self, config="", **settings):
        broker = self.make_broker(
            config='[access]\npassword_file = "passwords"\n' + config, **settings
        )
        for user in ("alice", "dashboard"):
            done = run(
                "passwd", "passwords", user, "--stdin", input_text=user + "-secret\n", cwd=broker.folder
            )
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        return broker

    def test_the_right_password_and_nothing_else_gets_in(self):
        broker = self.start().start()
        for version, refused in ((mqtt.V5, BAD_CREDENTIALS), (mqtt.V311, 4)):
            for user, password, expected in (
                ("alice", b"alice-secret", 0),
                ("alice", b"dashboard-secret", refused),
                ("alice", b"alice-secret ", refused),
                ("alice", b"", refused),
                ("alice", None, refused),
                ("nobody", b"alice-secret", refused),
                ("", b"alice-secret", refused),
            ):
                with self.subTest(version=version, user=user, password=password):
                    with RawClient(broker.port, version=version) as client:
                        answer = client.connect("c", user_name=user, password=password)
                        self.assertEqual(answer.reason, expected)
                        if expected:
                            client.expect_closed()
        # Passwords are in no line.
        self.assertFalse([line for line in broker.log() if "secret" in line])

    def test_anonymous_is_refused(self):
        broker = self.start().start()
        for version, refused in ((mqtt.V5, NOT_AUTHORIZED), (mqtt.V311, 5)):
            with self.subTest(version=version), RawClient(broker.port, version=version) as client:
                self.assertEqual(client.connect("c").reason, refused)
                client.expect_closed()

    def test_mosquitto_clients_log_in(self):
        broker = self.start().start()
        good = ["-u", "alice", "-P", "alice-secret", "-t", "t", "-m", "hello", "-q", "1"]
        self.assertEqual(programs.mosquitto_pub(broker.port, *good)[0], 0)
        bad = ["-u", "alice", "-P", "wrong", "-t", "t", "-m", "hello"]
        code, output = programs.mosquitto_pub(broker.port, *bad)
        self.assertNotEqual(code, 0)
        self.assertIn("refused", output.lower())

    def test_a_session_belongs_to_its_user(self):
        broker = self.start(config="allow_anonymous = true\n").start()
        kept = {"clean": False, "properties": {"session_expiry_interval": 600}}
        with RawClient(broker.port) as alice:
            alice.connect("shared-id", user_name="alice", password=b"alice-secret", **kept)
            with RawClient(broker.port) as thief:
                answer = thief.connect(
                    "shared-id", user_name="dashboard", password=b"dashboard-secret", **kept
                )
                self.assertEqual(answer.reason, ID_NOT_VALID)
            with RawClient(broker.port) as thief:
                self.assertEqual(thief.connect("shared-id", **kept).reason, ID_NOT_VALID)
            alice.ping()

    def test_users_without_rules_may_do_everything_but_sys(self):
        broker = self.start().start()
        with RawClient(broker.port) as client:
            client.connect("c", user_name="alice", password=b"alice-secret")
            self.assertEqual(client.subscribe("#", "$SYS/#"), [0, 0])
            refused = client.send_publish("$SYS/broker/version", b"mine", qos=1)
            answer = self.skip_messages(client)
            self.assertEqual((answer.kind, answer.packet_id), (mqtt.PUBACK, refused))
            self.assertGreaterEqual(answer.reason, 0x80)

    @staticmethod
    def skip_messages(client):
        while True:
            packet = client.receive()
            if packet.kind != mqtt.PUBLISH:
                return packet

    def test_passwd_changes_and_removes_users_and_keeps_the_file_private(self):
        broker = self.start()
        file = broker.folder / "passwords"
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        done = run("passwd", str(file), "alice", "--stdin", input_text="new\n")
        self.assertEqual(done.returncode, 0)
        done = run("passwd", str(file), "dashboard", "--delete")
        self.assertEqual(done.returncode, 0)
        broker.start()
        for user, password, expected in (
            ("alice", b"new", 0),
            ("alice", b"alice-secret", BAD_CREDENTIALS),
            ("dashboard", b"dashboard-secret", BAD_CREDENTIALS),
        ):
            with self.subTest(user=user), RawClient(broker.port) as client:
                answer = client.connect("c", user_name=user, password=password)
                self.assertEqual(answer.reason, expected)
        for arguments in (["--delete"], ["--stdin"]):
            done = run("passwd", str(file), "no:body", *arguments, input_text="x\n")
            self.assertEqual(done.returncode, 2)
            self.assertIn("godwit: ", done.stderr)


class PasswordPrompt(unittest.TestCase):
    def ask(self, *answers):
        """Runs `godwit passwd` on a terminal; (exit code, all that the terminal showed, file)."""
        with tempfile.TemporaryDirectory(prefix="godwit-test-") as folder:
            file = pathlib.Path(folder) / "passwords"
            pid, terminal = os.forkpty()
            if pid == 0:
                # Ignored, and kept ignored by exec, if the tests run in the background of a shell.
                signal.signal(signal.SIGINT, signal.SIG_DFL)
                os.execv(program(), [program(), "passwd", str(file), "alice"])
            shown = b""
            questions = [b"Password: ", b"Once more: "]
            for question, answer in zip(questions, answers):
                while question not in shown:
                    shown += os.read(terminal, 1024)
                # The echo is off once the program waits: only then may the answer be typed.
                wait_until(lambda: not termios.tcgetattr(terminal)[3] & termios.ECHO, "silence")
                os.write(terminal, answer)
            _, status = os.waitpid(pid, 0)
            while True:
                try:
                    shown += os.read(terminal, 1024)
                except OSError:  # The other end is gone.
                    break
            os.close(terminal)
            text = file.read_text(encoding="utf-8") if file.exists() else None
            return os.waitstatus_to_exitcode(status), shown.decode(), text

    def test_asks_twice_without_echo(self):
        code, shown, text = self.ask(b"my secret\n", b"my secret\n")
        self.assertEqual(code, 0, shown)
        self.assertNotIn("secret", shown)
        self.assertRegex(text, r"^alice:\$argon2id\$v=19\$m=19456,t=2,p=1\$")

    def test_different_answers_change_nothing(self):
        code, shown, text = self.ask(b"my secret\n", b"my sceret\n")
        self.assertEqual((code, text), (2, None))
        self.assertIn("differ", shown)

    def test_interrupt_ends_it(self):
        code, _, text = self.ask(b"\x03")
        self.assertEqual((code, text), (-signal.SIGINT, None))


class Rules(BrokerTest):
    def setUp(self):
        broker = self.make_broker(
            config='[access]\npassword_file = "passwords"\nrules_file = "rules"\n'
            "allow_anonymous = true\n"
        )
        broker.write("rules", RULES)
        for user in ("alice", "dashboard"):
            run("passwd", "passwords", user, "--stdin", input_text="pw\n", cwd=broker.folder)
        self.broker = broker.start()

    def connect(self, client_id, user=None, version=mqtt.V5):
        client = RawClient(self.broker.port, version=version)
        self.addCleanup(client.socket.close)
        password = None if user is None else b"pw"
        answer = client.connect(client_id, user_name=user, password=password)
        self.assertEqual(answer.reason, 0)
        return client

    def test_client_id_and_user_name_in_rules(self):
        device = self.connect("device-1")
        self.assertLess(device.publish("devices/device-1/state", b"x", qos=1), 0x80)
        self.assertEqual(device.publish("devices/device-2/state", b"x", qos=1), NOT_AUTHORIZED)
        self.assertEqual(device.publish("users/alice/x", b"x", qos=1), NOT_AUTHORIZED)
        alice = self.connect("phone", user="alice")
        self.assertLess(alice.publish("users/alice/x", b"x", qos=1), 0x80)
        self.assertEqual(alice.publish("users/dashboard/x", b"x", qos=1), NOT_AUTHORIZED)

    def test_first_rule_that_applies_decides(self):
        probe = self.connect("probe-7", user="alice")
        self.assertEqual(probe.publish("alarms/fire", b"x", qos=1), NOT_AUTHORIZED)
        other = self.connect("probe-8", user="alice")
        self.assertLess(other.publish("alarms/fire", b"x", qos=1), 0x80)

    def test_subscriber_gets_what_it_may_see(self):
        watcher = self.connect("watcher")
        # Nothing of `alarms/#`, all of its own branch, some of everything.
        self.assertEqual(watcher.subscribe("alarms/#"), [NOT_AUTHORIZED])
        self.assertEqual(watcher.subscribe("devices/watcher/#", qos=1), [1])
        dashboard = self.connect("d", user="dashboard")
        self.assertEqual(dashboard.subscribe("devices/+/state", qos=1), [1])
        some = self.connect("some")
        self.assertEqual(some.subscribe("#", qos=1), [1])

        publisher = self.connect("some-device")
        publisher.publish("devices/some-device/state", b"on", qos=1)
        self.assertEqual(dashboard.receive_message().payload, b"on")
        watcher.expect_silence()
        some.expect_silence()
        some.publish("devices/some/state", b"mine", qos=0)
        self.assertEqual(some.receive_message().payload, b"mine")

    def test_will_that_may_not_be_published_is_refused_at_connect(self):
        with RawClient(self.broker.port) as client:
            answer = client.connect("device-1", will=mqtt.Will("devices/device-2/state", b"x"))
            self.assertEqual(answer.reason, NOT_AUTHORIZED)

    def test_old_clients_are_not_told_but_nothing_is_delivered(self):
        dashboard = self.connect("d", user="dashboard")
        dashboard.subscribe("#", qos=1)
        device = self.connect("device-1", version=mqtt.V311)
        device.publish("devices/device-2/state", b"x", qos=1)
        dashboard.expect_silence()
        self.assertEqual(device.subscribe("devices/device-2/#"), [0x80])


if __name__ == "__main__":
    unittest.main()
