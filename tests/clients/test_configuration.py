"""Whatever is wrong with the configuration stops the start with its place, and code 2."""

import json
import pathlib
import socket
import tempfile
import unittest

from broker import TOP, BrokerTest, run


class Configuration(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="godwit-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def serve(self, config="", *flags):
        file = self.folder / "godwit.toml"
        file.write_text(config, encoding="utf-8")
        return run("serve", "--config", str(file), *flags)

    def check_refused(self, done, *texts):
        self.assertEqual(done.returncode, 2, done.stderr)
        for text in texts:
            self.assertIn(text, done.stderr)
        self.assertNotIn("event=ready", done.stderr)

    def test_all_mistakes_of_a_file_at_once_with_their_lines(self):
        done = self.serve('io_threads = 0\n[limits]\nqueue_mesages_max = 5\n[log]\nlevel = "loud"\n')
        self.check_refused(
            done,
            "godwit.toml:1: io_threads must be 1 to 64, not 0",
            "godwit.toml:3: unknown option `limits.queue_mesages_max`; "
            "did you mean `limits.queue_messages_max`?",
            "godwit.toml:5: log.level must be one of",
        )

    def test_what_is_not_toml(self):
        self.check_refused(self.serve("io_threads = \n"), "godwit.toml:1: ")

    def test_a_file_that_is_not_there(self):
        self.check_refused(run("serve", "--config", "/nonexistent/godwit.toml"), "cannot open")

    def test_nobody_could_connect(self):
        self.check_refused(self.serve(), "godwit passwd FILE USER", "--development")

    def test_development_binds_loopback_only(self):
        for flags in (["--bind", "0.0.0.0:0"], ["--bind", "*:0"], ["--http-bind", "[::]:0"]):
            with self.subTest(flags=flags):
                self.check_refused(self.serve("", "--development", *flags), "loopback")

    def test_unreadable_and_wrong_access_files(self):
        (self.folder / "passwords").write_text("alice:secret\n\nbob\n", encoding="utf-8")
        (self.folder / "rules").write_text("permit everyone any #\n", encoding="utf-8")
        config = '[access]\npassword_file = "passwords"\nrules_file = "rules"\n'
        self.check_refused(self.serve(config), "passwords:1: ", "passwords:3: ", "rules:1: ")
        config = '[access]\npassword_file = "no"\nrules_file = "none"\n'
        self.check_refused(self.serve(config), "no: cannot open", "none: cannot open")

    def test_an_address_that_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            done = self.serve("", "--development", "--bind", address, "--http-bind", "off")
        self.check_refused(done, address)

    def test_check_says_the_same_without_starting(self):
        file = self.folder / "godwit.toml"
        file.write_text("colour = 1\n", encoding="utf-8")
        done = run("config", "check", "--config", str(file))
        self.check_refused(done, "godwit.toml:1: unknown option `colour`")
        file.write_text("[access]\nallow_anonymous = true\n", encoding="utf-8")
        done = run("config", "check", "--config", str(file))
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_the_environment_goes_between_file_and_flags(self):
        config = "[access]\nallow_anonymous = true\n[limits]\nqueue_messages_max = 5\n"
        file = self.folder / "godwit.toml"
        file.write_text(config, encoding="utf-8")
        wrong = {"GODWIT_CONFIG": str(file), "GODWIT_LIMITS__QUEUE_MESSAGES_MAX": "0"}
        done = run("config", "check", env=wrong)
        self.check_refused(
            done,
            "GODWIT_LIMITS__QUEUE_MESSAGES_MAX: limits.queue_messages_max must be 1 to 100000000",
        )
        wrong["GODWIT_LIMITS__QUEUE_MESAGES_MAX"] = wrong.pop("GODWIT_LIMITS__QUEUE_MESSAGES_MAX")
        self.check_refused(run("config", "check", env=wrong), "did you mean")
        kubernetes = {"GODWIT_CONFIG": str(file), "GODWIT_SERVICE_HOST": "10.0.0.1"}
        self.assertEqual(run("config", "check", env=kubernetes).returncode, 0)

    def test_the_profile_hardened_says_all_that_it_misses(self):
        done = self.serve("[access]\nallow_anonymous = true\n", "--profile", "hardened")
        self.check_refused(done, "godwit.toml:2: access.allow_anonymous", "access.rules_file")
        done = run("serve", env={"GODWIT_PROFILE": "hard"})
        self.check_refused(done, "GODWIT_PROFILE: must be one of development, default, hardened")

    def test_show_tells_where_a_value_comes_from_and_can_be_used_as_a_file(self):
        shown = run(
            "config", "show", "--changed", "--development", "--set", "drain_seconds=3",
            env={"GODWIT_LISTENER__TLS__0__KEY_PASSWORD": "hidden",
                 "GODWIT_LISTENER__TLS__0__CERTIFICATE_FILE": "/c",
                 "GODWIT_LISTENER__TLS__0__KEY_FILE": "/k"},
        )
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))
        self.assertIn("drain_seconds = 3  # --set\n", shown.stdout)
        self.assertIn('# key_password = "***"  # GODWIT_LISTENER__TLS__0__KEY_PASSWORD\n', shown.stdout)
        self.assertNotIn("hidden", shown.stdout)
        file = self.folder / "shown.toml"
        file.write_text(shown.stdout, encoding="utf-8")
        again = run("config", "show", "--json", "--config", str(file))
        self.assertEqual(again.returncode, 0, again.stderr)
        values = {option["name"]: option for option in json.loads(again.stdout)["options"]}
        self.assertEqual(values["drain_seconds"]["value"], 3)
        self.assertEqual(values["drain_seconds"]["origin"], f"{file}:3")

    def test_show_of_a_wrong_configuration_tells_what_is_wrong(self):
        done = run("config", "show", "--set", "io_threads=0")
        self.check_refused(done, "--set: io_threads must be 1 to 64")
        self.assertEqual(done.stdout, "")

    def test_the_sample_is_a_file_to_begin_with(self):
        file = self.folder / "sample.toml"
        file.write_text(run("config", "sample").stdout, encoding="utf-8")
        done = run("config", "check", "--development", "--config", str(file))
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_name_of_very_many_levels_is_a_problem_and_no_crash(self):
        self.check_refused(self.serve("a." * 500_000 + "b = 1\n"), "godwit.toml:1: a name has more")

    def test_reference_is_the_page_in_the_tree(self):
        page = (TOP / "docs/operations/configuration.md").read_text(encoding="utf-8")
        self.assertEqual(run("config", "reference").stdout, page)

    def test_version_and_help(self):
        self.assertRegex(run("version").stdout, r"^godwit \d+\.\d+\.\d+ \(\w+, [\w,-]+\)\n$")
        help_text = run("serve", "--help")
        self.assertEqual(help_text.returncode, 0)
        self.assertIn("--development", help_text.stdout)
        self.assertEqual(run("fly").returncode, 2)


class StartUpLog(BrokerTest):
    def test_says_what_it_does_and_what_is_lost_at_a_restart(self):
        broker = self.start_broker(flags=["--development"], http_bind="127.0.0.1:0")
        self.assertEqual(broker.events("starting")[0]["mode"], "development")
        self.assertIn("lost", broker.events("sessions_in_memory")[0]["detail"])
        self.assertEqual(broker.events("access")[0]["anonymous"], "allowed")
        self.assertIn("mosquitto_sub", broker.wait_for_event("hint")["subscribe"])

    def test_several_listeners_from_the_file(self):
        config = '[access]\nallow_anonymous = true\n[[listener.tcp]]\nbind = "127.0.0.1:0"\n'
        config += '[[listener.tcp]]\nbind = "localhost:0"\n'
        broker = self.start_broker(config=config, bind=())
        self.assertGreaterEqual(len(broker.ports), 2)


if __name__ == "__main__":
    unittest.main()
