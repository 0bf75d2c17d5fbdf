"""SIGHUP: what changes takes effect, all or nothing, and what needs a restart is named."""

import os
import signal
import unittest

import mqtt_packets as mqtt
from broker import SPREAD, BrokerTest, run, table, wait_until
from raw_client import RawClient

BAD_CREDENTIALS, NOT_AUTHORIZED = 0x86, 0x87
RULES = "allow everyone any #\n"
TCP = table("listener.tcp", bind="127.0.0.1:0")


class ReloadTest(BrokerTest):
    def start(self, rules=RULES, allow_anonymous=True, level="info", rest=""):
        self.settings = {"allow_anonymous": allow_anonymous, "level": level, "rest": rest}
        self.broker = self.make_broker(config=self.config(), bind=())
        self.broker.write("rules", rules)
        self.set_password("alice", "old")
        return self.broker.start()

    def config(self, **changes):
        self.settings = self.settings | changes
        access = {"allow_anonymous": self.settings["allow_anonymous"]}
        access |= {"password_file": "passwords", "rules_file": "rules"}
        log = table("log", level=self.settings["level"])
        return self.settings["rest"] + log + table("access", **access) + TCP

    def set_password(self, user, password, *flags):
        done = run("passwd", "passwords", user, "--stdin", *flags,
                   input_text=password + "\n", cwd=self.broker.folder)
        self.assertEqual(done.returncode, 0, done.stderr)

    def reload(self, **changes):
        self.broker.configure(self.config(**changes))
        return self.broker.reload()

    def client(self, client_id="", user=None, password=None, expected=0, version=mqtt.V5):
        client = RawClient(self.broker.port, version=version)
        self.addCleanup(client.socket.close)
        answer = client.connect(client_id, user_name=user, password=password)
        self.assertEqual(answer.reason, expected)
        return client

    def debug_lines(self):
        """The end of a connection is told at the level debug; how often it was."""
        self.client("debug").disconnect()
        self.client("barrier").ping()
        return len(self.broker.events("connection_closed"))

    def problems(self):
        return [event["problem"] for event in self.broker.events("reload_refused")]

    def failed(self):
        return self.broker.metric("godwit_config_reload_failed")


class WhatChanges(ReloadTest):
    def test_the_level_of_the_log(self):
        broker = self.start()
        self.assertEqual(self.debug_lines(), 0)
        self.assertTrue(self.reload(level="debug"))
        changed = broker.wait_for_event("option_changed", option="log.level")
        self.assertEqual((changed["before"], changed["now"]), ('"info"', '"debug"'))
        self.debug_lines()
        # One that has left, and one whose id was taken over.
        broker.wait_for_count("connection_closed", 2)
        self.assertTrue(self.reload(level="error"))
        lines = len(broker.log())
        self.debug_lines()
        self.assertEqual(len(broker.log()), lines)

    def test_users(self):
        broker = self.start(allow_anonymous=False)
        stays = self.client("stays", "alice", b"old")
        self.client("new", "bob", b"secret", BAD_CREDENTIALS)
        self.set_password("bob", "secret")
        self.set_password("alice", "new")
        self.client("new", "bob", b"secret", BAD_CREDENTIALS)  # Files are read when told to.
        self.assertTrue(broker.reload())
        self.client("new", "bob", b"secret")
        self.client("again", "alice", b"old", BAD_CREDENTIALS)
        self.client("again", "alice", b"new")
        done = run("passwd", "passwords", "alice", "--delete", cwd=broker.folder)
        self.assertEqual(done.returncode, 0)
        self.assertTrue(broker.reload())
        self.client("once more", "alice", b"new", BAD_CREDENTIALS)
        stays.ping()  # Who is in stays in.

    def test_allow_anonymous(self):
        self.start(allow_anonymous=False)
        self.client(expected=NOT_AUTHORIZED)
        self.assertTrue(self.reload(allow_anonymous=True))
        stays = self.client()
        self.assertTrue(self.reload(allow_anonymous=False))
        self.client(expected=NOT_AUTHORIZED)
        stays.ping()

    def test_rules_hold_at_once_for_those_who_are_connected(self):
        broker = self.start()
        publisher, watcher = self.client("publisher"), self.client("watcher")
        everything = self.client("everything")
        watcher.subscribe("secret/plan", "open/+", qos=1)
        everything.subscribe("#", qos=1)
        old = self.client("old", version=mqtt.V311)
        old.subscribe("secret/+", "open/x", qos=1)

        def publish(topic):
            for client in (publisher, watcher, everything, old):
                client.ping()  # The rules were handed to the thread before the metric rose.
            return publisher.publish(topic, topic.encode(), qos=1)

        def received(*clients):
            return [client.receive_message().payload for client in clients]

        publish("secret/plan")
        self.assertEqual(received(watcher, everything, old), [b"secret/plan"] * 3)

        broker.write("rules", "allow client publisher publish #\nallow everyone any open/#\n")
        self.assertTrue(broker.reload())
        publish("secret/plan")
        publish("open/x")
        self.assertEqual(received(watcher, everything, old), [b"open/x"] * 3)
        self.assertEqual(watcher.subscribe("secret/plan"), [NOT_AUTHORIZED])
        self.assertEqual(watcher.publish("secret/plan", b"x", qos=1), NOT_AUTHORIZED)

        # Allowed again: the subscription was not taken away, and delivers again.
        broker.write("rules", RULES)
        self.assertTrue(broker.reload())
        publish("secret/plan")
        self.assertEqual(received(watcher, everything, old), [b"secret/plan"] * 3)

        # Who may not publish any more learns it with the next message.
        broker.write("rules", "deny client publisher publish #\n" + RULES)
        self.assertTrue(broker.reload())
        self.assertEqual(publish("open/x"), NOT_AUTHORIZED)
        for client in (watcher, everything, old):
            client.expect_silence()

    def test_rules_hold_for_sessions_whose_client_is_away(self):
        broker = self.start()
        kept = {"clean": False, "properties": {"session_expiry_interval": 600}}
        with RawClient(broker.port) as away:
            away.connect("away", **kept)
            away.subscribe("secret/#", "open/#", qos=1)
            away.disconnect()
        publisher = self.client("publisher")
        publisher.publish("secret/before", b"waits already", qos=1)
        broker.write("rules", "allow client publisher any #\nallow everyone any open/#\n")
        self.assertTrue(broker.reload())
        publisher.ping()
        publisher.publish("secret/plan", b"secret", qos=1)
        publisher.publish("open/x", b"open", qos=1)
        with RawClient(broker.port) as away:
            self.assertTrue(away.connect("away", **kept).session_present)
            self.assertEqual(away.receive_message().payload, b"open")
            away.expect_silence()

    def test_both_threads_get_new_rules(self):
        broker = self.start(rest=f"io_threads = 2\n{SPREAD}")
        clients = [self.client(f"client-{number}") for number in range(8)]
        for client in clients:
            client.subscribe("secret", qos=1)
        broker.write("rules", "allow client publisher any #\n")
        self.assertTrue(broker.reload())
        for client in clients:
            client.ping()
            self.assertEqual(client.publish("secret", b"x", qos=1), NOT_AUTHORIZED)
        self.client("publisher").publish("secret", b"x", qos=1)
        for client in clients:
            client.expect_silence()


class AllOrNothing(ReloadTest):
    def check_nothing_changed(self):
        """Neither level, nor users, nor rules, nor who may come in."""
        self.assertEqual(self.failed(), 1)
        self.assertEqual(self.debug_lines(), 0)
        self.client("a", "alice", b"old")
        self.client("a", "alice", b"new", BAD_CREDENTIALS)
        client = self.client("b")
        self.assertEqual(client.subscribe("secret"), [0])
        client.publish("secret", b"x")
        self.assertEqual(client.receive_message().payload, b"x")

    def test_one_mistake_anywhere_changes_nothing(self):
        broker = self.start()
        self.set_password("alice", "new")
        denies = "deny everyone any secret\n" + RULES
        good_passwords = (broker.folder / "passwords").read_text(encoding="utf-8")
        wanted = {"level": "debug", "allow_anonymous": False}
        for name, rules, passwords, rest, problem in (
            ("rules", denies + "permit nobody\n", good_passwords, "", "rules:3: "),
            ("passwords", denies, good_passwords + "carol:no hash\n", "", "passwords:2: "),
            ("unknown option", denies, good_passwords, "colour = 1\n", "unknown option `colour`"),
            ("bounds", denies, good_passwords, "io_threads = 0\n", "io_threads must be"),
            ("no TOML", denies, good_passwords, "io_threads = \n", "godwit.toml:1: "),
        ):
            with self.subTest(name):
                broker.write("rules", rules)
                broker.write("passwords", passwords)
                self.assertFalse(self.reload(rest=rest, **wanted))
                wait_until(lambda: any(problem in line for line in self.problems()), problem)
                self.check_nothing_changed()
        # Repaired, all of it holds.
        broker.write("rules", denies)
        broker.write("passwords", good_passwords)
        self.assertTrue(self.reload(rest="", **wanted))
        self.assertEqual(self.failed(), 0)
        self.client("b", expected=NOT_AUTHORIZED)
        client = self.client("a", "alice", b"new")
        self.assertEqual(client.subscribe("secret"), [NOT_AUTHORIZED])
        client.disconnect()
        broker.wait_for_event("connection_closed")

    def test_all_problems_are_told(self):
        broker = self.start()
        broker.write("rules", "permit nobody\nallow\n")
        broker.write("passwords", "no hash\n")
        self.assertFalse(self.reload())
        for place in ("rules:1: ", "rules:2: ", "passwords:1: "):
            wait_until(lambda: any(place in line for line in self.problems()), place)
        self.assertTrue(all(event["level"] == "error" for event in broker.events("reload_refused")))

    def test_a_file_that_is_gone(self):
        broker = self.start()
        (broker.folder / "rules").unlink()
        self.assertFalse(self.reload(level="debug"))
        self.assertIn("cannot open", broker.wait_for_event("reload_refused")["problem"])
        self.set_password("alice", "new")
        self.check_nothing_changed()
        (broker.folder / "godwit.toml").unlink()
        self.assertFalse(broker.reload())
        self.check_nothing_changed()


class Restart(ReloadTest):
    def test_what_needs_a_restart_is_named_and_left(self):
        broker = self.start()
        rest = "io_threads = 3\n" + table("limits", client_id_bytes_max=30)
        rest += table("mqtt", maximum_qos=1)
        self.assertTrue(self.reload(rest=rest, level="debug"))
        broker.wait_for_event("reloaded", changed="1", need_restart="3")
        named = {event["option"]: (event["running"], event["wanted"])
                 for event in broker.events("restart_needed")}
        self.assertEqual(named, {
            "io_threads": ("1", "3"),
            "limits.client_id_bytes_max": ("1024", "30"),
            "mqtt.maximum_qos": ("2", "1"),
        })
        client = self.client("x" * 31)
        self.assertEqual(client.subscribe("t", qos=2), [2])
        self.debug_lines()
        broker.wait_for_event("connection_closed")
        # They are named again, until they hold or are taken back.
        self.assertTrue(self.reload())
        broker.wait_for_event("reloaded", changed="0", need_restart="3")
        self.assertTrue(self.reload(rest=""))
        broker.wait_for_event("reloaded", changed="0", need_restart="0")

    def test_another_listener_needs_a_restart(self):
        broker = self.start()
        self.broker.configure(self.config() + TCP)
        self.assertTrue(broker.reload())
        named = broker.wait_for_event("restart_needed", option="listener.tcp")
        self.assertEqual((named["running"], named["wanted"]), ("1", "2"))
        self.client().ping()

    def test_in_development_mode_it_ends_as_with_its_terminal(self):
        broker = self.start_broker(flags=["--development"])
        client = RawClient(broker.port)
        self.addCleanup(client.socket.close)
        client.connect()
        broker.signal(signal.SIGHUP)
        self.assertEqual([p.reason for p in client.expect_closed()], [0x8B])
        client.socket.close()
        self.assertEqual(broker.join(), 0)

    def test_many_at_once(self):
        broker = self.start()
        client = self.client()
        client.subscribe("t")
        for number in range(50):
            # By a rename: an earlier signal may be reading, and half a file is another one.
            os.replace(broker.write("rules.new", RULES + f"# {number}\n"), broker.folder / "rules")
            broker.process.send_signal(signal.SIGHUP)
            client.publish("t", b"%d" % number, qos=1)
            self.assertEqual(client.receive_message().payload, b"%d" % number)
        self.assertTrue(self.reload(level="debug"))
        self.assertEqual(self.failed(), 0)

    def test_flags_go_before_the_file_still(self):
        broker = self.make_broker(
            config=table("log", level="info") + TCP, bind=(),
            flags=["--log-level", "debug", "--allow-anonymous"],
        )
        self.broker = broker.start()
        broker.configure(table("log", level="error") + table("access", allow_anonymous=False) + TCP)
        self.assertTrue(broker.reload())
        broker.wait_for_event("reloaded", changed="0", need_restart="0")
        self.client().disconnect()
        broker.wait_for_event("connection_closed")


if __name__ == "__main__":
    unittest.main()
