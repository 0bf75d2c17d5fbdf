"""Certificates of clients: who is let in, and under which name."""

import pathlib
import ssl
import unittest

import certificates
import mqtt_packets as mqtt
import tls_client
from broker import run, spread_over, table
from scram import Scram
from tls_broker import TLS_1_2, TLS_1_3, TlsTest, listener

BAD_CREDENTIALS, NOT_AUTHORIZED = 0x86, 0x87


class WhoIsLetIn(TlsTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        issue = cls.authority.issue_client
        stranger = certificates.Authority(cls.folder, "stranger")
        cls.good = issue("good")
        # Name: the certificate, the alert, and what the log says.
        cls.wrong = {
            "another CA": (stranger.issue_client("foreign"), "TLSV1_ALERT_UNKNOWN_CA",
                           "unable to get local issuer certificate"),
            "expired": (issue("expired", days=(-2, -1)), "SSLV3_ALERT_CERTIFICATE_EXPIRED",
                        "certificate has expired"),
            "not yet valid": (issue("early", days=(1, 2)), "SSLV3_ALERT_BAD_CERTIFICATE",
                              "certificate is not yet valid"),
            "for servers": (issue("for-servers", usage=certificates.SERVER),
                            "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE", "unsuitable certificate purpose"),
            "revoked": (issue("revoked"), "SSLV3_ALERT_CERTIFICATE_REVOKED", "certificate revoked"),
        }
        cls.authority.revoke(cls.wrong["revoked"][0])
        cls.crl = cls.authority.revocation_list()

    def start_with(self, **options):
        mutual = {"client_ca_file": self.authority.certificate, "crl_file": self.crl} | options
        return self.start_tls(listener(self.server, **mutual))

    def check_wrong_ones_are_refused(self, broker):
        refused = 0
        for name, (certificate, alert, text) in self.wrong.items():
            for version in (TLS_1_2, TLS_1_3):
                with self.subTest(name, version=version):
                    tls = tls_client.context(self.authority, certificate, version=version)
                    self.assertEqual(tls_client.alert_of(self.port, tls), alert)
                    refused += 1
                    broker.wait_for_event("stream_refused", layer="tls", what=text)
        failures = broker.metric("godwit_network_layer_failures_total", layer="tls")
        self.assertEqual(failures, refused)
        failed = broker.metric("godwit_network_handshakes_total", outcome="failed")
        self.assertEqual(failed, refused)

    def test_required(self):
        broker = self.start_with(client_certificates="required")
        self.check_wrong_ones_are_refused(broker)
        for version, alert in (
            (TLS_1_2, "SSLV3_ALERT_HANDSHAKE_FAILURE"), (TLS_1_3, "TLSV13_ALERT_CERTIFICATE_REQUIRED")
        ):
            with self.subTest("none at all", version=version):
                tls = tls_client.context(self.authority, version=version)
                self.assertEqual(tls_client.alert_of(self.port, tls), alert)
                tls = tls_client.context(self.authority, self.good, version=version)
                self.check_served(self.client(tls=tls))

    def test_optional(self):
        broker = self.start_with(client_certificates="optional")
        self.check_wrong_ones_are_refused(broker)
        self.check_served(self.client(tls=tls_client.context(self.authority, self.good)))
        self.check_served(self.client())

    def test_without_a_list_nobody_is_revoked(self):
        self.start_with(client_certificates="required", crl_file="")
        tls = tls_client.context(self.authority, self.wrong["revoked"][0])
        self.check_served(self.client(tls=tls))

    def test_a_list_that_is_out_of_date_lets_nobody_in(self):
        old = self.authority.revocation_list("old-crl", days=(-3, -1))
        broker = self.start_with(client_certificates="required", crl_file=old)
        tls = tls_client.context(self.authority, self.good)
        self.assertEqual(tls_client.alert_of(self.port, tls), "SSLV3_ALERT_CERTIFICATE_EXPIRED")
        broker.wait_for_event("stream_refused", what="CRL has expired")

    def test_off_nobody_is_asked(self):
        self.start_tls()
        tls = tls_client.context(self.authority, self.wrong["another CA"][0])
        self.check_served(self.client(tls=tls))

    def test_a_chain_of_two_cas_is_followed(self):
        middle = certificates.Authority(self.folder, "middle", issuer=self.authority)
        leaf = middle.issue_client("leaf")
        chain = pathlib.Path(leaf.certificate)
        chain.write_text(leaf.text() + pathlib.Path(middle.certificate).read_text(encoding="ascii"),
                         encoding="ascii")
        # Each CA of the chain needs its list.
        both = self.folder / "both.pem"
        lists = [pathlib.Path(self.crl), pathlib.Path(middle.revocation_list("middle-crl"))]
        both.write_text("".join(one.read_text(encoding="ascii") for one in lists), encoding="ascii")
        broker = self.start_tls(*(
            listener(self.server, client_certificates="required", crl_file=str(crl),
                     client_ca_file=self.authority.certificate)
            for crl in (both, self.crl)
        ))
        complete, incomplete = broker.ports_of("tls")
        tls = tls_client.context(self.authority, leaf)
        self.check_served(self.client(complete, tls=tls))
        self.assertEqual(tls_client.alert_of(incomplete, tls), "TLSV1_ALERT_UNKNOWN_CA")
        broker.wait_for_event("stream_refused", what="unable to get certificate CRL")

    def test_a_server_name_changes_nothing_about_clients(self):
        named = self.authority.issue("named", names="DNS:named.example")
        broker = self.start_tls(
            listener(self.server, client_certificates="required", crl_file=self.crl,
                     client_ca_file=self.authority.certificate),
            table("tls.certificate", certificate_file=named.certificate, key_file=named.key),
        )
        for version in (TLS_1_2, TLS_1_3):
            tls = tls_client.context(self.authority, self.good, version=version)
            client = self.client(tls=tls, name="named.example")
            self.assertEqual(client.socket.getpeercert()["serialNumber"], named.serial())
            self.check_served(client)
            for certificate, alert, _ in self.wrong.values():
                tls = tls_client.context(self.authority, certificate, version=version)
                self.assertEqual(tls_client.alert_of(self.port, tls, "named.example"), alert)
        broker.wait_for_count("stream_refused", 2 * len(self.wrong))


class Identity(TlsTest):
    """The name in the certificate is the user name; `%u` of the rules shows it."""

    NAMES = ("URI:urn:device:7,email:seven@example.org,DNS:seven.example,DNS:second.example")
    EXPECTED = {
        "common_name": "seven",
        "san_dns": "seven.example",
        "san_email": "seven@example.org",
        "san_uri": "urn:device:7",
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.device = cls.authority.issue_client("device", user="seven", names=cls.NAMES)
        cls.tls = tls_client.context(cls.authority, cls.device)

    def start_with(
        self, identities=("common_name",), client_certificates="required", flags=(), **settings
    ):
        listeners = [
            listener(self.server, client_certificates=client_certificates, identity=identity,
                     client_ca_file=self.authority.certificate)
            for identity in identities
        ]
        config = table("access", rules_file="rules", **settings) + "".join(listeners)
        broker = self.make_broker(config=config, bind=(), flags=flags)
        broker.write("rules", "allow everyone any users/%u/#\n")
        for user in ("seven", "eight"):
            for file, flags in (("passwords", []), ("scram", ["--scram"])):
                run("passwd", file, user, "--stdin", *flags, input_text="secret\n", cwd=broker.folder)
        broker.start()
        self.ports = broker.ports_of("tls")
        self.port = self.ports[0]
        return broker

    def check_user(self, client, user):
        self.assertLess(client.publish(f"users/{user}/y", b"x", qos=1), 0x80)
        self.assertEqual(client.publish("users/eight/x", b"x", qos=1), NOT_AUTHORIZED)

    def test_each_kind_of_name(self):
        self.start_with(self.EXPECTED)
        for (kind, user), port in zip(self.EXPECTED.items(), self.ports):
            for version in (mqtt.V5, mqtt.V311):
                with self.subTest(kind, version=version):
                    client = self.client(port, tls=self.tls, version=version)
                    self.assertEqual(client.connect().reason, 0)
                    self.assertEqual(client.subscribe(f"users/{user}/x", "users/x/x")[0], 0)
                    client.publish(f"users/{user}/x", b"mine", qos=1)
                    self.assertEqual(client.receive_message().payload, b"mine")
                    if version == mqtt.V5:
                        self.check_user(client, user)

    def test_the_user_name_of_the_connect_is_the_same_or_left_out(self):
        self.start_with(password_file="passwords")
        for user, password, reason in (
            (None, None, 0),
            ("seven", None, 0),
            ("seven", b"whatever", 0),
            ("eight", None, BAD_CREDENTIALS),
            ("eight", b"secret", BAD_CREDENTIALS),  # Though the password is right.
            ("", None, 0),  # As good as left out.
            ("SEVEN", None, BAD_CREDENTIALS),
        ):
            with self.subTest(user=user, password=password):
                client = self.client(tls=self.tls)
                answer = client.connect("c", user_name=user, password=password)
                self.assertEqual(answer.reason, reason)
                if not reason:
                    self.check_user(client, "seven")

    def test_scram_proves_the_certificate_s_user_or_nobody(self):
        broker = self.start_with(password_file="scram")
        for user, reason in (("seven", 0), ("eight", BAD_CREDENTIALS)):
            with self.subTest(user=user):
                scram = Scram(user, "secret")
                client = self.client(tls=self.tls)
                method = {"authentication_method": "SCRAM-SHA-256"}
                first = mqtt.Connect("c", properties=method | {"authentication_data": scram.first()})
                client.send(first.encode())
                challenge = client.expect(mqtt.AUTH).properties["authentication_data"]
                last = method | {"authentication_data": scram.last(challenge)}
                client.send(mqtt.packet(mqtt.AUTH, 0, b"\x18" + mqtt.properties(last)))
                self.assertEqual(client.expect(mqtt.CONNACK).reason, reason)
                if not reason:
                    self.check_user(client, "seven")
        broker.wait_for_event("connect_refused", reason="bad_user_name_or_password")

    def test_a_certificate_without_the_name_is_refused(self):
        kinds = tuple(self.EXPECTED)
        broker = self.start_with(kinds)
        nameless = self.authority.issue_client("nameless", subject="/O=nobody", names=None)
        twice = self.authority.issue_client("twice", subject="/CN=seven/CN=eight", names=None)
        for certificate, ports in ((nameless, self.ports), (twice, self.ports[:1])):
            tls = tls_client.context(self.authority, certificate)
            for port in ports:
                with self.subTest(certificate=certificate.certificate, port=port):
                    # The end of the stream in good order, and nothing before it.
                    self.assertEqual(self.client(port, tls=tls).socket.recv(1), b"")
        broker.wait_for_event("stream_refused", layer="tls")
        refused = broker.events("stream_refused", layer="tls")
        self.assertEqual({event["what"] for event in refused},
                         {"the certificate does not have the name that tells its user"})

    def test_names_that_could_be_patterns_reach_nobody_else_s_topics(self):
        self.start_with()
        for name in ("+", "#", "eight/x", "eight/#"):
            with self.subTest(name):
                subject = "/CN=" + name.replace("/", "\\/").replace("+", "\\+")
                odd = self.authority.issue_client("odd", subject=subject)
                client = self.client(tls=tls_client.context(self.authority, odd))
                self.assertEqual(client.connect(user_name=name).reason, 0)
                self.assertEqual(client.subscribe("users/eight/#"), [NOT_AUTHORIZED])
                self.assertEqual(client.publish("users/eight/x", b"x", qos=1), NOT_AUTHORIZED)

    def test_optional_lets_others_log_in_by_password(self):
        self.start_with(client_certificates="optional", password_file="passwords")
        client = self.client(tls=self.tls)
        self.assertEqual(client.connect("c").reason, 0)
        self.check_user(client, "seven")
        for user, password, reason in (
            ("seven", b"secret", 0),
            ("seven", b"wrong", BAD_CREDENTIALS),
            ("seven", None, BAD_CREDENTIALS),
            (None, None, NOT_AUTHORIZED),
        ):
            with self.subTest(user=user, password=password):
                client = self.client()
                answer = client.connect("d", user_name=user, password=password)
                self.assertEqual(answer.reason, reason)

    def test_a_session_belongs_to_the_name(self):
        self.start_with()
        kept = {"clean": False, "properties": {"session_expiry_interval": 600}}
        self.assertEqual(self.client(tls=self.tls).connect("shared", **kept).reason, 0)
        other = self.authority.issue_client("other-device", user="eight")
        thief = self.client(tls=tls_client.context(self.authority, other))
        self.assertEqual(thief.connect("shared", **kept).reason, 0x85)

    def test_the_name_goes_with_the_connection_to_another_thread(self):
        self.start_with(flags=spread_over(4))
        kept = {"clean": False, "properties": {"session_expiry_interval": 600}}
        for _ in range(2):
            for number in range(12):
                client = self.client(tls=self.tls)
                answer = client.connect(f"moves-{number}", **kept)
                self.assertEqual(answer.reason, 0)
                self.check_user(client, "seven")
                client.disconnect()



if __name__ == "__main__":
    unittest.main()
