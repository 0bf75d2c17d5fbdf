"""TLS: which versions and ciphers, which certificate is shown, and what flows through."""

import contextlib
import ssl
import subprocess
import unittest
import warnings

import certificates
import mqtt_packets as mqtt
import tls_client
from broker import DEADLINE_SECONDS, spread_over, table
from raw_client import Closed
from tls_broker import TLS_1_2, TLS_1_3, TlsTest, listener

MIB = 1 << 20
SHUTTING_DOWN = 0x8B


class VersionsAndCiphers(TlsTest):
    def setUp(self):
        rsa = self.authority.issue("rsa", key=certificates.RSA)
        self.broker = self.start_tls(
            listener(self.server),
            listener(self.server, minimum_version="1.3"),
            listener(rsa),
        )
        self.any_port, self.new_port, self.rsa_port = self.broker.ports_of("tls")

    def context(self, **choices):
        with warnings.catch_warnings():  # That TLS 1.1 is old is what this is about.
            warnings.simplefilter("ignore", DeprecationWarning)
            return tls_client.context(self.authority, **choices)

    def test_1_2_and_1_3_are_spoken(self):
        for version, name in ((TLS_1_2, "TLSv1.2"), (TLS_1_3, "TLSv1.3")):
            with self.subTest(name):
                client = self.client(self.any_port, tls=self.context(version=version))
                self.assertEqual(client.socket.version(), name)
                self.check_served(client)

    def test_older_versions_are_refused(self):
        old = [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1]
        for port, versions in ((self.any_port, old), (self.new_port, [*old, TLS_1_2])):
            for version in versions:
                with self.subTest(version=version):
                    tls = self.context(version=version, ciphers="ALL:@SECLEVEL=0")
                    alert = tls_client.alert_of(port, tls)
                    self.assertEqual(alert, "TLSV1_ALERT_PROTOCOL_VERSION")
        self.check_served(self.client(self.new_port))

    def test_ciphers_are_aead_with_forward_secrecy(self):
        for port, cipher, good in (
            (self.any_port, "ECDHE-ECDSA-AES128-GCM-SHA256", True),
            (self.any_port, "ECDHE-ECDSA-AES256-GCM-SHA384", True),
            (self.any_port, "ECDHE-ECDSA-CHACHA20-POLY1305", True),
            (self.rsa_port, "ECDHE-RSA-AES128-GCM-SHA256", True),
            (self.rsa_port, "ECDHE-RSA-CHACHA20-POLY1305", True),
            (self.any_port, "ECDHE-ECDSA-AES128-SHA", False),  # CBC
            (self.any_port, "ECDHE-ECDSA-AES256-SHA384", False),  # CBC
            (self.any_port, "ECDHE-ECDSA-AES128-CCM8", False),
            (self.rsa_port, "ECDHE-RSA-AES128-SHA256", False),  # CBC
            (self.rsa_port, "AES128-GCM-SHA256", False),  # The RSA key encrypts: no forward secrecy.
            (self.rsa_port, "DHE-RSA-AES128-GCM-SHA256", False),
            (self.rsa_port, "AES256-SHA", False),
            (self.any_port, "AECDH-AES128-SHA", False),  # Nobody is authenticated.
        ):
            with self.subTest(cipher):
                tls = self.context(version=TLS_1_2, ciphers=f"{cipher}:@SECLEVEL=0")
                if good:
                    client = self.client(port, tls=tls)
                    self.assertEqual(client.socket.cipher()[0], cipher)
                    self.check_served(client)
                else:
                    alert = tls_client.alert_of(port, tls)
                    self.assertEqual(alert, "SSLV3_ALERT_HANDSHAKE_FAILURE")

    def s_client(self, *arguments, data=b""):
        """What openssl says; it ends with its input, or with -ign_eof when the broker closes."""
        done = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{self.any_port}",
             "-CAfile", self.authority.certificate, *arguments],
            input=data, capture_output=True, timeout=DEADLINE_SECONDS, check=False,
        )
        return (done.stdout + done.stderr).decode(errors="replace")

    def test_renegotiation_is_refused(self):
        said = self.s_client("-tls1_2", data=b"R\n")
        self.assertIn("RENEGOTIATING", said)
        self.assertIn("no renegotiation", said)

    def test_compression_is_not_agreed(self):
        self.assertIn("Compression: NONE", self.s_client("-tls1_2", "-comp"))

    def test_early_data_is_not_taken(self):
        # It can be replayed: a CONNECT, or a whole publish, could be repeated by anybody.
        file = self.folder / "session.pem"
        served = mqtt.Connect("early").encode() + mqtt.packet(mqtt.DISCONNECT, 0, b"")
        self.s_client("-tls1_3", "-sess_out", str(file), "-ign_eof", data=served)
        self.assertIn("Max Early Data: 0", certificates.openssl("sess_id", "-in", str(file), "-text"))
        said = self.s_client("-tls1_3", "-sess_in", str(file), "-early_data", __file__)
        self.assertIn("Reused, TLSv1.3", said)
        self.assertIn("Early data was not sent", said)


class Names(TlsTest):
    def setUp(self):
        self.other = self.authority.issue("other", subject="/CN=o", names="DNS:other.example")
        self.many = self.authority.issue("many", subject="/CN=m", names="DNS:*.many.example")
        self.start_tls(
            listener(self.server),
            *(table("tls.certificate", certificate_file=one.certificate, key_file=one.key)
              for one in (self.other, self.many)),
        )

    def test_server_name_chooses_the_certificate(self):
        for name, certificate in (
            ("other.example", self.other),
            ("OTHER.example", self.other),
            ("a.many.example", self.many),
            ("a.b.many.example", self.server),
            ("unknown.example", self.server),
            (None, self.server),
        ):
            for version in (TLS_1_2, TLS_1_3):
                with self.subTest(name=name, version=version):
                    tls = tls_client.context(self.authority, version=version)
                    tls.check_hostname = False
                    client = self.client(tls=tls, name=name)
                    shown = client.socket.getpeercert()["serialNumber"]
                    self.assertEqual(shown, certificate.serial())
                    self.check_served(client)

    def test_application_protocol(self):
        for offered, agreed in (
            (["mqtt"], "mqtt"), (["http/1.1", "mqtt"], "mqtt"), (["x"], None), (None, None)
        ):
            with self.subTest(offered=offered):
                client = self.client(tls=tls_client.context(self.authority, protocols=offered))
                self.assertEqual(client.socket.selected_alpn_protocol(), agreed)
                self.check_served(client)


class Data(TlsTest):
    def test_a_mebibyte_both_ways(self):
        self.start_tls()
        payload = bytes(range(256)) * (MIB // 256)
        for version in (TLS_1_2, TLS_1_3):
            for qos in (0, 1, 2):
                with self.subTest(version=version, qos=qos):
                    client = self.client(tls=tls_client.context(self.authority, version=version))
                    client.connect()
                    client.subscribe("big", qos=qos)
                    client.publish("big", payload, qos=qos)
                    self.assertEqual(client.receive_message().payload, payload)
                    client.disconnect()

    def test_packets_and_records_need_not_begin_together(self):
        self.start_tls()
        client = self.client()
        client.connect()
        # Many packets in one record, then one packet in many records.
        client.send(b"".join(bytes([0xC0, 0x00]) for _ in range(100)))
        for _ in range(100):
            client.expect(mqtt.PINGRESP)
        client.subscribe("t")
        for byte in mqtt.packet(mqtt.PUBLISH, 0, mqtt.text("t") + b"\x00" + b"in pieces"):
            client.send(bytes([byte]))
        self.assertEqual(client.receive_message().payload, b"in pieces")

    def test_the_end_is_told_with_close_notify(self):
        # An end without one looks to the client like an attacker's cut.
        for version in (TLS_1_2, TLS_1_3):
            with self.subTest(version=version):
                broker = self.start_tls()
                tls = tls_client.context(self.authority, version=version)
                leaving, wrong, staying = (self.client(tls=tls) for _ in range(3))
                for client in (leaving, wrong, staying):
                    client.connect()
                leaving.send(mqtt.packet(mqtt.DISCONNECT, 0, b""))
                self.assertEqual(leaving.socket.recv(1), b"")  # SSLEOFError without close_notify.
                wrong.send(b"\x00\x00")
                self.assertEqual([p.kind for p in wrong.expect_closed()], [mqtt.DISCONNECT])
                broker.signal()
                self.assertEqual([p.reason for p in staying.expect_closed()], [SHUTTING_DOWN])
                for client in (leaving, wrong, staying):
                    client.socket.close()
                self.assertEqual(broker.join(), 0)

    def test_a_client_may_end_with_close_notify_alone(self):
        broker = self.start_tls()
        watcher = self.client()
        watcher.connect()
        watcher.subscribe("will")
        dying = self.client()
        dying.connect(will=mqtt.Will("will", b"gone"))
        with contextlib.suppress(OSError):
            dying.socket.unwrap()
        self.assertEqual(watcher.receive_message().payload, b"gone")
        self.assertEqual(broker.events("stream_refused"), [])

    def test_a_slow_reader_costs_bounded_memory_and_loses_nothing_that_was_kept(self):
        broker = self.start_tls()
        count, payload = 2048, bytes(16 * 1024)  # 32 MiB in all.
        slow = self.client(receive_buffer=4096)
        slow.connect()
        slow.subscribe("flood")
        before = broker.resident_bytes()
        fast = self.client()
        fast.connect()
        for _ in range(count):
            fast.send_publish("flood", payload)
        fast.ping()
        if not broker.sanitized():
            self.assertLess(broker.resident_bytes() - before, 16 * MIB)
        dropped = broker.metric("godwit_messages_dropped_total", reason="write_buffer_full")
        self.assertGreater(dropped, count / 2)
        for _ in range(count - int(dropped)):
            self.assertEqual(slow.receive_message().payload, payload)
        fast.publish("flood", b"again", qos=1)
        self.assertEqual(slow.receive_message().payload, b"again")

    def test_bytes_that_are_no_record_end_the_connection_only(self):
        broker = self.start_tls()
        bystander = self.client()
        bystander.connect()
        broken = self.client()
        broken.connect()
        with tls_client.socket_below(broken.socket) as plain:
            plain.sendall(b"\x17\x03\x03\x00\x20" + bytes(32))
        with self.assertRaises((ssl.SSLError, Closed)):
            broken.receive()
        broker.wait_for_event("stream_refused", layer="tls")
        self.assertEqual(broker.metric("godwit_network_layer_failures_total", layer="tls"), 1)
        bystander.ping()


class Threads(TlsTest):
    def test_two_threads_serve_tls_too(self):
        self.start_tls(flags=spread_over(2))
        clients = [self.client() for _ in range(8)]
        for number, client in enumerate(clients):
            client.connect(f"client-{number}")
            client.subscribe("all", qos=1)
        clients[0].publish("all", bytes(100_000), qos=1)
        for client in clients:
            self.assertEqual(len(client.receive_message().payload), 100_000)
        # A client id moves with its connection to the thread that has its session.
        again = [self.client() for _ in range(8)]
        for number, client in enumerate(again):
            self.assertEqual(client.connect(f"client-{number}").reason, 0)
            client.subscribe("again", qos=1)
        again[0].publish("again", b"x", qos=1)
        for client in again:
            self.assertEqual(client.receive_message().payload, b"x")


if __name__ == "__main__":
    unittest.main()
