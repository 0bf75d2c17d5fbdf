"""The parts of the harness that decide what a table says."""

import pathlib
import shutil
import subprocess
import sys
import types
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from harness import (  # noqa: E402
    broker, certificates, differences, measure, report, runner, scenarios, settings, syscalls)

STRACE = """% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 50.00    0.000100           1       100           epoll_wait
 25.00    0.000050           1        51         1 recvfrom
 25.00    0.000050           1         9           mmap
------ ----------- ----------- --------- --------- ----------------
100.00    0.000200           1       160         1 total
"""


def row(scenario, broker, key, **more):
    return {"scenario": scenario, "broker": broker, "key": key, "rate": 10, "faults": {}, **more}


class Syscalls(unittest.TestCase):
    def test_reads_the_summary_of_strace(self):
        self.assertEqual(syscalls.parse(STRACE), {"epoll_wait": 100, "recvfrom": 51, "mmap": 9})

    def test_leaves_out_what_does_not_grow_with_messages(self):
        few = {"epoll_wait": 120, "mmap": 40}
        many = {"epoll_wait": 220, "mmap": 40, "sendto": 100}
        self.assertEqual(syscalls.per_message(few, many, 100), {"epoll_wait": 1.0, "sendto": 1.0})


class Report(unittest.TestCase):
    def test_compares_minima_with_the_floor_of_the_same_session(self):
        rows = [row("s", "floor", 2.0), row("s", "floor", 4.0),
                row("s", "godwit", 9.0), row("s", "godwit", 6.0)]
        brokers = report.cells(rows)["s"]
        self.assertEqual(report.of_floor(brokers["godwit"], brokers), 3.0)
        self.assertEqual(brokers["godwit"].median("key"), 7.5)

    def test_has_no_multiple_without_a_floor(self):
        brokers = report.cells([row("s", "godwit", 9.0)])["s"]
        self.assertIsNone(report.of_floor(brokers["godwit"], brokers))

    def test_shows_failed_runs_and_sums_faults(self):
        rows = [row("s", "godwit", 1.0, faults={"lost": 2}), row("s", "godwit", 1.0),
                {"scenario": "s", "broker": "godwit", "error": "died", "faults": {}}]
        cell = report.cells(rows)["s"]["godwit"]
        self.assertEqual(report.faults_text(cell), "lost 2, 1 failed runs")

    def test_survives_a_scenario_in_which_every_run_failed(self):
        rows = [{"scenario": "idle", "broker": "godwit", "error": "died", "faults": {}}]
        self.assertIn("died", report.text(scenarios.SCENARIOS, rows))
        about = {"command": "c", "commit": "1", "versions": {}, "settings": "",
                 "machine": {"cpu": "x", "cores": 1, "kernel": "k", "load_average": 0}}
        self.assertIn("1 failed runs", report.markdown(scenarios.SCENARIOS, rows, about))

    def test_keeps_three_digits(self):
        self.assertEqual([report.number(each) for each in (None, 0.1234, 123.4, 1234567, -2560)],
                         ["-", "0.123", "123", "1,234,567", "-2,560"])


class Scenarios(unittest.TestCase):
    def test_have_names_of_their_own(self):
        names = [each.name for each in scenarios.SCENARIOS]
        self.assertEqual(len(names), len(set(names)))

    def test_full_has_all_of_them(self):
        self.assertEqual(scenarios.choose("full", []), list(scenarios.SCENARIOS))

    def test_smoke_has_all_plain_ones_and_some_of_every_transport(self):
        smoke = [each.name for each in scenarios.choose("smoke", [])]
        plain = [each.name for each in scenarios.SCENARIOS
                 if not {"tls", "websocket"} & set(each.needs)]
        self.assertLessEqual(set(plain), set(smoke))
        for transport in ("-tls", "-ws", "-wss"):
            self.assertTrue([name for name in smoke if name.endswith(transport)], transport)

    def test_of_a_transport_are_left_out_where_there_is_none(self):
        floor = settings.load(HERE / "bench.toml").brokers["floor"]
        for each in scenarios.SCENARIOS:
            if "-tls" in each.name or each.name.endswith(("-ws", "-wss")):
                self.assertTrue(set(each.needs) & set(floor.lacks), each.name)

    def test_refuse_an_unknown_name(self):
        with self.assertRaises(KeyError):
            scenarios.choose("quick", ["nonsense"])


class Variants(unittest.TestCase):
    def setUp(self):
        plain = settings.BrokerSpec("plain", ["plain"], judged=False)
        able = settings.broker_spec("able", {
            "command": ["able"], "judged": True, "files": {"config": "a"}, "lacks": ["tls"],
            "variants": {"twice": {"arguments": ["--threads", "2"], "files": {"more": "b"}}}})
        self.specs = [plain, able]

    @staticmethod
    def scenario(**more):
        return scenarios.Scenario("s", "t", None, **more)

    def test_add_to_the_usual_configuration(self):
        [spec] = runner.taking_part(self.scenario(variant="twice"), self.specs)
        self.assertEqual((spec.name, spec.command, spec.files),
                         ("able", ["able", "--threads", "2"], {"config": "a", "more": "b"}))
        self.assertEqual(self.specs[1].command, ["able"])

    def test_leave_the_broker_alone_where_none_is_asked_for(self):
        self.assertEqual(runner.taking_part(self.scenario(), self.specs), self.specs)

    def test_do_not_bring_back_a_broker_that_lacks_something(self):
        self.assertEqual(
            runner.taking_part(self.scenario(variant="twice", needs=("tls",)), self.specs), [])

    def test_of_every_scenario_exist_and_are_printed_with_the_settings(self):
        configured = settings.load(HERE / "bench.toml")
        godwit = configured.brokers["godwit"]
        shown = settings.shown(configured.depths["quick"], [godwit])
        asked = {each.variant for each in scenarios.SCENARIOS if each.variant}
        self.assertEqual(asked, set(godwit.variants))
        for name in asked:
            self.assertIn(f"[broker.godwit.variants.{name}]", shown)


class Differences(unittest.TestCase):
    def test_name_scenarios_that_exist_in_the_same_depth(self):
        known = {each.name: each for each in scenarios.SCENARIOS}
        for each in differences.DIFFERENCES:
            self.assertLessEqual(set(known[each.of].depths), {*known[each.less].depths}, each.title)
            self.assertEqual(known[each.of].unit, known[each.less].unit)

    def test_are_of_minima_and_of_medians_of_the_same_broker(self):
        rows = [row("idle", "godwit", 1000), row("idle-tls", "godwit", 9000),
                row("connrate", "godwit", 50.0), row("connrate", "godwit", 70.0),
                row("connrate-tls", "godwit", 250.0), row("connrate-tls", "godwit", 350.0),
                row("connrate", "mosquitto", 10.0)]
        self.assertEqual(
            differences.table(rows),
            [["TLS, per connect with a whole handshake", "godwit", "µs", "200", "240"],
             ["TLS, per idle connection", "godwit", "bytes", "8,000", "8,000"]])
        self.assertIn("8,000", differences.text(rows))
        self.assertTrue([line for line in differences.markdown(rows) if "8,000" in line])

    def test_say_nothing_where_one_side_is_missing_or_failed(self):
        failed = {"scenario": "idle-tls", "broker": "godwit", "error": "died", "faults": {}}
        for rows in ([row("idle-tls", "godwit", 1)], [row("idle", "godwit", 1), failed]):
            self.assertEqual(differences.table(rows), [])
            self.assertEqual(differences.text(rows), "")
            self.assertEqual(differences.markdown(rows), [])


class Ports(unittest.TestCase):
    def test_are_those_that_the_broker_is_told(self):
        brokers = settings.load(HERE / "bench.toml").brokers
        self.assertEqual(broker.transports_of(brokers["floor"]), ["tcp"])
        for name in ("godwit", "mosquitto"):
            self.assertEqual(broker.transports_of(brokers[name]), ["tcp", "tls", "ws", "wss"])

    def test_of_both_sides_reach_the_load_with_the_ca_where_there_is_tls(self):
        fake = types.SimpleNamespace(pids=[7], ca_file="/ca.pem",
                                     ports={"tcp": 1, "tls": 2, "ws": 3, "wss": 4})
        load = measure.Load("load", fake)

        def words(**options):
            line = load.command(options)
            return [line[line.index(name) + 1] if name in line else None
                    for name in ("--port", "--subscriber-port", "--ca")]

        self.assertEqual(words(), ["1", "1", None])
        self.assertEqual(words(transport="ws"), ["3", "3", None])
        self.assertEqual(words(transport="wss"), ["4", "4", "/ca.pem"])
        self.assertEqual(words(transport="tcp", subscriber_transport="tls"), ["1", "2", "/ca.pem"])


class Certificates(unittest.TestCase):
    @unittest.skipUnless(shutil.which("openssl"), "there is no openssl")
    def test_are_signed_by_the_ca_for_the_address_and_gone_afterwards(self):
        godwit = settings.load(HERE / "bench.toml").brokers["godwit"]
        with certificates.made([godwit]) as places:
            self.assertIn("PRIVATE KEY", pathlib.Path(places["@KEY@"]).read_text())
            subprocess.run(["openssl", "verify", "-CAfile", places["@CA@"], "-verify_ip",
                            "127.0.0.1", places["@CERT@"]], check=True, capture_output=True)
        self.assertFalse(pathlib.Path(places["@CA@"]).exists())

    def test_are_not_made_for_who_does_not_ask(self):
        floor = settings.load(HERE / "bench.toml").brokers["floor"]
        with certificates.made([floor]) as places:
            self.assertEqual(places, {})


class Settings(unittest.TestCase):
    def test_name_only_brokers_that_exist(self):
        configured = settings.load(HERE / "bench.toml")
        for depth in configured.depths.values():
            self.assertLessEqual(set(depth.brokers), set(configured.brokers))
            self.assertIn(f"[depth.{depth.name}]", settings.shown(depth, []))


if __name__ == "__main__":
    unittest.main()
