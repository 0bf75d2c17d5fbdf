"""What godwit writes for a shell and for man: bash completes with it, groff renders it."""

import pathlib
import shlex
import subprocess
import tempfile
import unittest

from broker import DEADLINE_SECONDS, run

COMPLETE = """
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_godwit
printf '%s\\n' "${COMPREPLY[@]}"
"""


class Completion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="godwit-test-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.script = cls.folder / "godwit.bash"
        cls.script.write_text(run("completion", "bash").stdout, encoding="utf-8")

    def complete(self, *words):
        """What bash offers for the last word."""
        done = subprocess.run(
            ["bash", "--norc", "-c", COMPLETE, "bash", str(self.script), "godwit", *words],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=DEADLINE_SECONDS,
            check=False,
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split()

    def test_subcommands(self):
        self.assertEqual(self.complete("se"), ["serve"])
        self.assertLessEqual({"serve", "config", "passwd", "man"}, set(self.complete("")))
        self.assertEqual(self.complete("config", "sh"), ["show"])

    def test_flags_of_the_subcommand(self):
        self.assertEqual(self.complete("serve", "--log"), ["--log-level"])
        self.assertEqual(self.complete("passwd", "--s"), ["--scram", "--stdin"])
        self.assertEqual(self.complete("config", "show", "--config", "x", "--ch"), ["--changed"])
        self.assertEqual(self.complete("serve", "--allow-anonymous", "--rules"), ["--rules-file"])

    def test_values(self):
        self.assertEqual(self.complete("serve", "--log-level", "de"), ["debug"])
        self.assertEqual(self.complete("serve", "--log-level", "=", "de"), ["debug"])
        self.assertEqual(self.complete("serve", "--profile", "="), ["development", "default", "hardened"])
        self.assertEqual(
            self.complete("serve", "--set", "limits.queue_m"), ["limits.queue_messages_max="]
        )
        self.assertEqual(self.complete("serve", "--io-threads", ""), [])
        self.assertEqual(self.complete("completion", ""), ["bash"])

    def test_files(self):
        for words in (["serve", "--config"], ["serve", "-c"], ["passwd"]):
            with self.subTest(words=words):
                self.assertEqual(self.complete(*words, "godwit.b"), ["godwit.bash"])

    def test_a_value_is_no_subcommand(self):
        self.assertIn("config", self.complete("--version", ""))
        self.assertIn("--bind", self.complete("serve", "--config", "config", "--b"))

    def test_words_are_not_run(self):
        marker = self.folder / "marker"
        for word in (f"$(touch {marker})", f"a]; touch {marker}; b[", f"`touch {marker}`", "x' '"):
            self.complete("serve", word, "--b")
            self.complete("serve", "--config", word)
        self.assertFalse(marker.exists())

    def test_bash_takes_it_for_the_name(self):
        script = shlex.quote(str(self.script))
        done = subprocess.run(
            ["bash", "--norc", "-c", f"set -u; source {script}; complete -p godwit"],
            capture_output=True,
            text=True,
            timeout=DEADLINE_SECONDS,
            check=False,
        )
        self.assertEqual((done.stdout, done.stderr), ("complete -F _godwit godwit\n", ""))


class ManPage(unittest.TestCase):
    def test_groff_renders_it_without_warnings(self):
        page = run("man").stdout
        done = subprocess.run(
            ["groff", "-ww", "-man", "-Tascii", "-P-cbou"],
            input=page,
            capture_output=True,
            text=True,
            timeout=DEADLINE_SECONDS,
            check=False,
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        words = " ".join(done.stdout.split())
        for text in ("godwit - a clustered MQTT broker", "godwit passwd [flags] FILE USER",
                     "[[listener.tls]]", "EXIT STATUS"):
            self.assertIn(text, words)


class Help(unittest.TestCase):
    def test_each_subcommand_names_its_exit_codes(self):
        for words in ([], ["serve"], ["passwd"], ["version"], ["completion"], ["man"], ["config"],
                      ["config", "check"], ["config", "show"], ["config", "sample"],
                      ["config", "reference"]):
            with self.subTest(words=words):
                done = run(*words, "--help")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertIn("Exit codes: 0 ", done.stdout)


if __name__ == "__main__":
    unittest.main()
