"""Handshakes that are slow, cut, wrong, too many, or taken up again."""

import os
import select
import ssl
import time
import unittest

import tls_client
from broker import DEADLINE_SECONDS, table, wait_until
from tls_broker import TLS_1_2, TLS_1_3, TlsTest, listener


class Bounds(TlsTest):
    """A bystander over plain TCP is on the same I/O thread, and notices nothing."""

    def start(self, **limits):
        self.broker = self.start_tls(config=table("limits", **limits), bind=["127.0.0.1:0"])
        self.bystander = tls_client.RawClient(self.broker.port)
        self.addCleanup(self.bystander.socket.close)
        self.bystander.connect("bystander")

    def begin(self, count=None):
        """A connection that has sent the first `count` bytes of its handshake, and the rest."""
        hello = tls_client.ByHand(tls_client.context(self.authority)).begin()
        plain = tls_client.plain_socket(self.port)
        self.addCleanup(plain.close)
        plain.sendall(hello[:count])
        self.bystander.ping()  # What was sent before has been read.
        return plain, hello[count:]

    def outcome(self, name):
        return self.broker.metric("godwit_network_handshakes_total", outcome=name)

    def failures(self):
        return self.broker.metric("godwit_network_layer_failures_total", layer="tls")

    @staticmethod
    def closed(plain):
        """The broker has closed it, whatever it said before."""
        try:
            while plain.recv(65536):
                pass
        except ConnectionResetError:
            pass
        return True

    def test_half_a_handshake_is_cut_at_its_deadline_while_others_are_served(self):
        self.start(handshake_deadline_seconds=1)
        began = time.monotonic()
        silent, _ = self.begin(0)
        half, _ = self.begin(50)
        waits_for_us, _ = self.begin()  # The broker has answered, the client does not.
        while self.outcome("late") < 3:
            self.bystander.ping()
            self.assertLess(time.monotonic() - began, DEADLINE_SECONDS)
        self.assertGreaterEqual(time.monotonic() - began, 1)
        for plain in (silent, half, waits_for_us):
            self.assertTrue(self.closed(plain))
        self.check_served(self.client())

    def test_a_trickle_does_not_put_the_deadline_off(self):
        self.start(handshake_deadline_seconds=1)
        plain, rest = self.begin(1)
        sent = 0
        while not select.select([plain], [], [], 0.05)[0]:
            plain.sendall(rest[sent : sent + 1])
            sent += 1
        self.assertTrue(self.closed(plain))
        self.assertLess(sent, len(rest) - 1)
        self.assertEqual(self.outcome("late"), 1)

    def test_one_byte_at_a_time(self):
        self.start()
        for version in (TLS_1_2, TLS_1_3):
            with self.subTest(version=version):
                by_hand = tls_client.ByHand(tls_client.context(self.authority, version=version))
                plain = tls_client.plain_socket(self.port)
                self.addCleanup(plain.close)
                output = by_hand.begin()
                while output or not by_hand.done:
                    for at in range(len(output)):
                        plain.sendall(output[at : at + 1])
                    output = b"" if by_hand.done else by_hand.step(plain.recv(65536))
        wait_until(lambda: self.outcome("done") == 2, "two handshakes")

    def test_what_is_no_handshake(self):
        self.start()
        many = (1 << 24) - 1
        for name, data in (
            ("garbage", bytes(range(256)) * 4),
            ("MQTT", b"\x10\x10\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x00\x00"),
            ("HTTP", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            ("SSL 2", b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + os.urandom(37)),
            ("application data first", b"\x17\x03\x03\x00\x20" + bytes(32)),
            ("empty hello", b"\x16\x03\x01\x00\x04\x01\x00\x00\x00"),
            # A record of 16 KiB that announces a hello of 16 MiB.
            ("huge hello", b"\x16\x03\x01\x40\x00\x01" + many.to_bytes(3, "big") + bytes(16380)),
            ("record too long", b"\x16\x03\x01\xff\xff" + bytes(70_000)),
        ):
            with self.subTest(name):
                failed = self.failures()
                plain = tls_client.plain_socket(self.port)
                self.addCleanup(plain.close)
                plain.sendall(data)
                self.assertTrue(self.closed(plain))
                wait_until(lambda: self.failures() == failed + 1, "a failure")
                self.bystander.ping()
        self.broker.wait_for_count("stream_refused", 8, layer="tls")
        self.assertEqual(self.outcome("failed"), 8)

    def test_a_client_that_goes_away_in_the_middle(self):
        self.start()
        for count in (0, 1, 5, 100, None):
            plain, _ = self.begin(count)
            plain.close()
        wait_until(lambda: self.broker.metric("godwit_network_sockets") == 1, "closed sockets")
        self.bystander.ping()

    def test_the_oldest_makes_room(self):
        self.start(handshakes_max=3)
        begun = [self.begin(50) for _ in range(3)]
        self.assertEqual(self.outcome("crowded_out"), 0)
        last, _ = self.begin(50)
        wait_until(lambda: self.outcome("crowded_out") == 1, "one that was cut")
        self.assertTrue(self.closed(begun[0][0]))
        # The others are still at it: they are answered once they have said all.
        for plain, rest in begun[1:]:
            plain.sendall(rest)
            self.assertEqual(plain.recv(1), b"\x16")
        # Whoever answers at once gets in, however many hold theirs open.
        self.check_served(self.client())
        self.assertEqual(self.outcome("crowded_out"), 2)
        last.close()

    def test_a_stop_does_not_wait_for_them(self):
        grace_seconds = 2
        self.start(handshake_deadline_seconds=3600, close_grace_seconds=grace_seconds)
        silent, half = self.begin(0), self.begin(50)
        began = time.monotonic()
        self.broker.signal()
        self.bystander.expect_closed()
        self.bystander.socket.close()
        self.assertEqual(self.broker.join(), 0)
        self.assertLess(time.monotonic() - began, grace_seconds)
        for plain, _ in (silent, half):
            self.assertTrue(self.closed(plain))

    def test_those_who_are_through_are_not_counted(self):
        self.start(handshakes_max=2)
        clients = [self.client() for _ in range(10)]
        for client in clients:
            self.check_served(client)
        self.assertEqual(self.outcome("done"), 10)
        self.assertEqual(self.outcome("crowded_out"), 0)


class Tickets(TlsTest):
    """Resumption proves no more than the handshake that it saves."""

    def setUp(self):
        self.alice = self.authority.issue_client("alice")
        self.bob = self.authority.issue_client("bob")
        self.crl = self.authority.revocation_list()
        self.ca = self.folder / "clients.pem"
        self.ca.write_text(self.authority_text(), encoding="ascii")

    def authority_text(self):
        with open(self.authority.certificate, encoding="ascii") as file:
            return file.read()

    def start_mutual(self):
        named = self.authority.issue("named", names="DNS:named.example")
        broker = self.start_tls(
            table("tls.certificate", certificate_file=named.certificate, key_file=named.key),
            listener(
                self.server, client_certificates="required", client_ca_file=str(self.ca),
                crl_file=self.crl, identity="common_name",
            ),
            listener(self.server),
        )
        self.port, self.open_port = broker.ports_of("tls")
        return broker

    def visit(self, tls, session=None, port=None):
        """(was the session resumed, the session to come back with)."""
        client = self.client(port, tls=tls, session=session)
        self.check_served(client)
        found = client.socket.session_reused, client.socket.session
        client.disconnect()
        return found

    def test_a_client_that_comes_back_resumes(self):
        for offered, config in ((True, ""), (False, table("tls", session_tickets=False))):
            self.start_tls(config=config)
            for version in (TLS_1_2, TLS_1_3):
                with self.subTest(offered=offered, version=version):
                    tls = tls_client.context(self.authority, version=version)
                    resumed, session = self.visit(tls)
                    self.assertFalse(resumed)
                    for _ in range(3):
                        resumed, session = self.visit(tls, session)
                        self.assertEqual(resumed, offered)

    def test_who_resumes_is_who_it_was(self):
        self.start_mutual()
        for version in (TLS_1_2, TLS_1_3):
            with self.subTest(version=version):
                tls = tls_client.context(self.authority, self.alice, version=version)
                _, session = self.visit(tls)
                with tls_client.connect(self.port, tls, session=session) as client:
                    self.assertTrue(client.socket.session_reused)
                    self.assertEqual(client.connect(user_name="bob").reason, 0x86)
                # A ticket of a listener that asks for nobody opens none that does.
                _, anonymous = self.visit(tls, port=self.open_port)
                resumed, _ = self.visit(tls, anonymous)
                self.assertFalse(resumed)

    def test_no_ticket_outlives_what_made_its_client_believed(self):
        broker = self.start_mutual()
        for version in (TLS_1_2, TLS_1_3):
            with self.subTest(version=version):
                contexts = [
                    tls_client.context(self.authority, who, version=version)
                    for who in (self.alice, self.bob)
                ]
                alice, bob = contexts
                _, session = self.visit(alice)
                resumed, session = self.visit(alice, session)
                self.assertTrue(resumed)
                # Another certificate of the server changes nothing about its clients.
                self.authority.issue("server")
                self.assertTrue(broker.reload())
                resumed, session = self.visit(alice, session)
                self.assertTrue(resumed)
                # A new list, the same CA.
                self.authority.revocation_list()
                self.assertTrue(broker.reload())
                resumed, session = self.visit(alice, session)
                self.assertFalse(resumed)
                # One CA more.
                with open(self.ca, "a", encoding="ascii") as file:
                    file.write(self.authority_text())
                self.assertTrue(broker.reload())
                resumed, session = self.visit(alice, session)
                self.assertFalse(resumed)
                self.assertFalse(self.visit(bob)[0])

    def test_a_revoked_client_does_not_come_back_with_its_ticket(self):
        broker = self.start_mutual()
        for name in ("localhost", "named.example"):  # SNI chooses a certificate, and nothing else.
            for version in (TLS_1_2, TLS_1_3):
                with self.subTest(name=name, version=version):
                    lost = self.authority.issue_client("lost")
                    tls = tls_client.context(self.authority, lost, version=version)
                    session = None
                    for resumed in (False, True):
                        client = self.client(tls=tls, name=name, session=session)
                        self.check_served(client)
                        self.assertEqual(client.socket.session_reused, resumed)
                        session = client.socket.session
                    self.authority.revoke(lost)
                    self.authority.revocation_list()
                    self.assertTrue(broker.reload())
                    with self.assertRaises(ssl.SSLError) as refused:
                        with tls_client.connect(self.port, tls, name, session) as client:
                            client.socket.recv(1)
                    self.assertEqual(refused.exception.reason, "SSLV3_ALERT_CERTIFICATE_REVOKED")


if __name__ == "__main__":
    unittest.main()
