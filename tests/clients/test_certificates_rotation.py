"""Certificates are replaced while clients talk: nobody is dropped, new connections see the new ones."""

import os
import pathlib
import shutil
import ssl
import threading
import time
import unittest

import certificates
import tls_client
from broker import spread_over, table, wait_until
from tls_broker import OPEN, TlsTest, listener

CLIENTS, ROTATIONS = 20, 5
EVERY_SECOND = table("tls", reload_check_seconds=1)


class Mounted:
    """Files as cert-manager makes them and Kubernetes mounts them: links through `..data`."""

    def __init__(self, folder):
        self.folder = folder
        self._count = 0

    def put(self, **files):
        """All files at once: a new folder, then one link that moves."""
        self._count += 1
        fresh = self.folder / f"..data_{self._count}"
        fresh.mkdir()
        for name, source in files.items():
            shutil.copy(source, fresh / name.replace("_", "."))
            link = self.folder / name.replace("_", ".")
            if not link.is_symlink():
                link.symlink_to(pathlib.Path("..data") / link.name)
        (self.folder / "..fresh").symlink_to(fresh.name)
        (self.folder / "..fresh").rename(self.folder / "..data")

    def certificate(self):
        return certificates.Certificate(str(self.folder / "tls.crt"), str(self.folder / "tls.key"))


class RotationTest(TlsTest):
    def setUp(self):
        self.secret = self.folder / f"secret-{self.id()}"
        self.secret.mkdir()
        self.files = certificates.Certificate(
            str(self.secret / "tls.crt"), str(self.secret / "tls.key")
        )

    def replace(self, source, path):
        """By rename, as careful programs do."""
        shutil.copy(source, str(path) + ".new")
        os.replace(str(path) + ".new", path)

    def put(self, certificate):
        self.replace(certificate.key, self.files.key)
        self.replace(certificate.certificate, self.files.certificate)

    def shown_serial(self, authority=None):
        """Of the certificate that a new connection sees."""
        tls = tls_client.context(authority or self.authority)
        with tls_client.connect(self.port, tls) as client:
            return client.socket.getpeercert()["serialNumber"]

    def reloads(self, outcome):
        return self.broker.metric("godwit_tls_reloads_total", outcome=outcome)


class WithoutASignal(RotationTest):
    def start_with(self, certificate, **options):
        self.broker = self.start_tls(listener(certificate, **options), config=EVERY_SECOND)
        return self.broker

    def test_files_replaced_by_rename(self):
        first = self.authority.issue("first")
        self.put(first)
        broker = self.start_with(self.files)
        self.assertEqual(self.shown_serial(), first.serial())
        expiry = broker.metric("godwit_tls_certificate_expiry_timestamp_seconds")
        stays = self.client()
        stays.connect()
        second = self.authority.issue("second", days=(-1, 1))
        self.put(second)
        wait_until(lambda: self.shown_serial() == second.serial(), "the new certificate")
        broker.wait_for_event("certificates_reloaded")
        sooner = broker.metric("godwit_tls_certificate_expiry_timestamp_seconds")
        self.assertAlmostEqual(expiry - sooner, 24 * 3600, delta=600)
        stays.ping()
        self.assertEqual(broker.metric("godwit_config_reload_failed"), 0)

    def test_a_mounted_secret_that_moves(self):
        mounted = Mounted(self.secret)
        first, second = self.authority.issue("one"), self.authority.issue("two")
        mounted.put(tls_crt=first.certificate, tls_key=first.key)
        broker = self.start_with(mounted.certificate())
        self.assertEqual(self.shown_serial(), first.serial())
        mounted.put(tls_crt=second.certificate, tls_key=second.key)
        wait_until(lambda: self.shown_serial() == second.serial(), "the new certificate")
        self.assertEqual(self.reloads("refused"), 0)
        broker.wait_for_event("certificates_reloaded")

    def test_a_certificate_without_its_key_keeps_the_old_ones(self):
        first, second = self.authority.issue("old"), self.authority.issue("new")
        self.put(first)
        broker = self.start_with(self.files)
        self.replace(second.certificate, self.files.certificate)
        wait_until(lambda: self.reloads("refused") == 1, "a look at the files")
        problem = broker.wait_for_event("certificates_refused")["problem"]
        self.assertIn(f"{self.files.key}: is not the key of the certificate", problem)
        self.assertEqual(broker.metric("godwit_config_reload_failed"), 1)
        self.assertEqual(self.shown_serial(), first.serial())
        self.check_served(self.client())
        # The same mistake is told once.
        self.assertEqual(len(broker.events("certificates_refused")), 1)
        self.replace(second.key, self.files.key)
        wait_until(lambda: self.shown_serial() == second.serial(), "the new certificate")
        self.assertEqual(broker.metric("godwit_config_reload_failed"), 0)

    def test_files_that_are_gone_keep_the_old_ones(self):
        first, second = self.authority.issue("there"), self.authority.issue("there-again")
        self.put(first)
        broker = self.start_with(self.files)
        os.unlink(self.files.key)
        wait_until(lambda: self.reloads("refused") == 1, "a look at the files")
        self.assertIn("cannot open", broker.wait_for_event("certificates_refused")["problem"])
        self.assertEqual(self.shown_serial(), first.serial())
        self.put(second)
        wait_until(lambda: self.shown_serial() == second.serial(), "the new certificate")
        self.assertEqual(broker.metric("godwit_config_reload_failed"), 0)

    def test_the_old_files_put_back_end_the_complaint(self):
        self.put(self.authority.issue("put-back"))
        broker = self.start_with(self.files)
        os.rename(self.files.key, self.files.key + ".away")
        wait_until(lambda: self.reloads("refused") == 1, "a look at the files")
        os.rename(self.files.key + ".away", self.files.key)
        three_looks_later = time.monotonic() + 3
        while broker.metric("godwit_config_reload_failed") == 1:
            self.assertLess(time.monotonic(), three_looks_later)

    def test_a_new_ca_of_clients(self):
        other = certificates.Authority(self.secret, "other")
        ca = self.secret / "ca.crt"
        self.replace(self.authority.certificate, ca)
        self.start_with(self.server, client_certificates="required", client_ca_file=str(ca))
        old = tls_client.context(self.authority, self.authority.issue_client("old-client"))
        new = tls_client.context(self.authority, other.issue_client("new-client"))
        stays = self.client(tls=old)
        stays.connect()
        self.assertEqual(tls_client.alert_of(self.port, new), "TLSV1_ALERT_UNKNOWN_CA")
        self.replace(other.certificate, ca)
        wait_until(lambda: self.reloads("applied") == 1, "the new CA")
        self.assertEqual(tls_client.alert_of(self.port, old), "TLSV1_ALERT_UNKNOWN_CA")
        self.check_served(self.client(tls=new))
        stays.ping()  # Who is in stays in.

    def test_a_revocation_holds_for_new_connections(self):
        crl = self.secret / "crl.pem"
        self.replace(self.authority.revocation_list(), crl)
        self.start_with(
            self.server, client_certificates="required",
            client_ca_file=self.authority.certificate, crl_file=str(crl),
        )
        lost = self.authority.issue_client("lost-device")
        tls = tls_client.context(self.authority, lost)
        self.check_served(self.client(tls=tls))
        self.authority.revoke(lost)
        self.replace(self.authority.revocation_list(), crl)
        wait_until(lambda: self.reloads("applied") == 1, "the new list")
        self.assertEqual(tls_client.alert_of(self.port, tls), "SSLV3_ALERT_CERTIFICATE_REVOKED")

    def test_certificates_for_names(self):
        first = self.authority.issue("for-name", names="DNS:named.example")
        self.put(first)
        named = table("tls.certificate", certificate_file=self.files.certificate,
                      key_file=self.files.key)
        self.broker = self.start_tls(listener(self.server) + named, config=EVERY_SECOND)
        tls = tls_client.context(self.authority)

        def shown():
            with tls_client.connect(self.port, tls, "named.example") as client:
                return client.socket.getpeercert()["serialNumber"]

        self.assertEqual(shown(), first.serial())
        second = self.authority.issue("for-name-again", names="DNS:named.example")
        self.put(second)
        wait_until(lambda: shown() == second.serial(), "the new certificate")
        self.assertEqual(self.shown_serial(), self.server.serial())


class WithASignal(RotationTest):
    def test_other_files_are_named(self):
        first, second = self.authority.issue("here"), self.authority.issue("elsewhere")
        broker = self.broker = self.start_tls(
            listener(first), config=table("tls", reload_check_seconds=0)
        )
        self.assertEqual(self.shown_serial(), first.serial())
        config = OPEN + table("tls", reload_check_seconds=0)
        broker.configure(config + listener(second))
        self.assertTrue(broker.reload())
        self.assertEqual(self.shown_serial(), second.serial())
        # All or nothing, of several listeners too.
        mixed = certificates.Certificate(first.certificate, second.key)
        broker.configure(config + listener(mixed) + table("log", level="debug"))
        self.assertFalse(broker.reload())
        self.assertIn("is not the key", broker.wait_for_event("reload_refused")["problem"])
        self.assertEqual(self.shown_serial(), second.serial())
        self.client().cut()
        self.assertEqual(broker.metric("godwit_config_reload_failed"), 1)
        self.assertEqual(broker.events("option_changed", option="log.level"), [])


    def test_good_certificates_do_not_repair_a_broken_configuration(self):
        self.put(self.authority.issue("before"))
        broker = self.broker = self.start_tls(listener(self.files), config=EVERY_SECOND)
        broker.configure("colour = 1\n" + OPEN)
        self.assertFalse(broker.reload())
        self.put(self.authority.issue("after"))
        wait_until(lambda: self.reloads("applied") == 1, "the new certificate")
        self.assertEqual(broker.metric("godwit_config_reload_failed"), 1)


class Talker(threading.Thread):
    """Sends numbered messages to itself at QoS 1 until it is told to stop, and counts the answers."""

    def __init__(self, client, number, stop):
        super().__init__(daemon=True)
        self.client, self.number, self.stop = client, number, stop
        self.sent = 0
        self.problem = None

    def run(self):
        topic = f"talk/{self.number}"
        try:
            self.client.connect(f"talker-{self.number}")
            self.client.subscribe(topic, qos=1)
            while not self.stop.is_set():
                payload = b"%d" % self.sent
                self.client.publish(topic, payload, qos=1)
                received = self.client.receive_message()
                if received.payload != payload or received.dup:
                    raise AssertionError(f"{received} is not message {payload}")
                self.sent += 1
            self.client.expect_silence()
        except Exception as error:  # Told by the thread that waits for this one.
            self.problem = repr(error)


class UnderLoad(RotationTest):
    def test_nobody_is_dropped_and_nothing_is_lost(self):
        ca = self.secret / "ca.crt"
        clients_ca = self.authority
        self.replace(clients_ca.certificate, ca)
        self.put(self.authority.issue("serving-0"))
        self.broker = broker = self.start_tls(
            listener(self.files, client_certificates="optional", client_ca_file=str(ca)),
            config=EVERY_SECOND, flags=spread_over(2),
        )
        stop = threading.Event()
        tls = tls_client.context(self.authority, self.authority.issue_client("talker"))
        talkers = [Talker(self.client(tls=tls), number, stop) for number in range(CLIENTS)]
        for talker in talkers:
            talker.start()
        wait_until(lambda: all(talker.sent for talker in talkers), "talking clients")
        for rotation in range(1, ROTATIONS + 1):
            authority = certificates.Authority(self.secret, f"ca-{rotation}")
            fresh = authority.issue(f"serving-{rotation}")
            before = [talker.sent for talker in talkers]
            self.replace(authority.certificate, ca)
            self.put(fresh)
            wait_until(lambda: self.seen(authority) == fresh.serial(), f"rotation {rotation}")
            wait_until(
                lambda: all(talker.sent > seen for talker, seen in zip(talkers, before)),
                "messages after the rotation",
            )
        stop.set()
        for talker in talkers:
            talker.join()
        self.assertEqual([talker.problem for talker in talkers], [None] * CLIENTS)
        self.assertEqual(broker.metric("godwit_connections"), CLIENTS)
        self.assertEqual(broker.metric("godwit_messages_dropped_total"), 0)
        self.assertEqual(broker.metric("godwit_publish_received_total", qos="1"),
                         sum(talker.sent for talker in talkers))

    def seen(self, authority):
        """The serial number that a new connection sees, if it believes that authority."""
        try:
            return self.shown_serial(authority)
        except ssl.SSLCertVerificationError:
            return None  # Still the old one.


if __name__ == "__main__":
    unittest.main()
