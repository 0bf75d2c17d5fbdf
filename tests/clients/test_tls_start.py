"""Certificates, keys, CAs and lists that cannot be used stop the start."""

import pathlib
import unittest

import certificates
from broker import run, table
from tls_broker import OPEN, TlsTest, listener


class Start(TlsTest):
    """Files that cannot be used stop the start: all at once, by name, with exit code 2."""

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="ascii")
        return str(path)

    def check(self, *listeners):
        config = OPEN + "".join(listeners)
        return run("config", "check", "--config", self.file("godwit.toml", config))

    def check_refused(self, done, *texts):
        self.assertEqual(done.returncode, 2, done.stderr)
        for text in texts:
            self.assertIn(text, done.stderr)

    def mutual(self, ca, **options):
        options = {"client_certificates": "required", "client_ca_file": ca} | options
        return listener(self.server, **options)

    def test_all_problems_at_once(self):
        other = self.authority.issue("another")
        mixed = certificates.Certificate(self.server.certificate, other.key)
        listeners = [
            listener(certificates.Certificate("/no/certificate.pem", self.server.key)),
            listener(certificates.Certificate(self.server.certificate, "/no/key.pem")),
            listener(mixed),
            self.mutual("/no/ca.pem"),
            self.mutual(self.authority.certificate, crl_file=self.file("empty.pem", "")),
        ]
        texts = (
            "/no/certificate.pem: cannot open",
            "/no/key.pem: cannot open",
            f"{other.key}: is not the key of the certificate in {self.server.certificate}",
            "/no/ca.pem: cannot open",
            "empty.pem: holds no revocation list in PEM",
        )
        self.check_refused(self.check(*listeners), *texts)
        done = run("serve", "--config", str(self.folder / "godwit.toml"))
        self.check_refused(done, *texts)
        self.assertNotIn("event=ready", done.stderr)

    def test_bad_ca_files(self):
        good = pathlib.Path(self.authority.certificate).read_text(encoding="ascii")
        lines = good.splitlines(keepends=True)
        no_certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        for name, text in (
            ("empty", ""),
            ("no PEM", "not a certificate\n"),
            ("a key", pathlib.Path(self.server.key).read_text(encoding="ascii")),
            ("no certificate inside", no_certificate),
            ("the second one broken", good + no_certificate),
            ("the second one cut short", good + "".join(lines[:3])),
            ("cut short", "".join(lines[:-1])),
        ):
            with self.subTest(name):
                self.check_refused(self.check(self.mutual(self.file("bad-ca.pem", text))), "bad-ca.pem: ")
        self.assertEqual(self.check(self.mutual(self.authority.certificate)).returncode, 0)
        self.assertEqual(self.check(self.mutual(self.file("two.pem", good + good))).returncode, 0)

    def test_bad_revocation_lists(self):
        good = pathlib.Path(self.authority.revocation_list()).read_text(encoding="ascii")
        broken = "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"
        for name, text in (("empty", ""), ("broken", broken), ("the second broken", good + broken)):
            with self.subTest(name):
                file = self.file("bad-crl.pem", text)
                done = self.check(self.mutual(self.authority.certificate, crl_file=file))
                self.check_refused(done, "bad-crl.pem: ")

    def test_encrypted_keys(self):
        locked = self.authority.issue("locked", password="open sesame")
        self.check_refused(self.check(listener(locked)),
                           "locked.key: the key is encrypted; give its key_password")
        self.check_refused(self.check(listener(locked, key_password="wrong")),
                           "locked.key: the key does not open with this key_password")
        broker = self.start_tls(listener(locked, key_password="open sesame"))
        self.check_served(self.client())
        self.assertFalse([line for line in broker.log() if "sesame" in line])

    def test_a_weak_key_is_no_key(self):
        weak = self.authority.issue("weak", key=("rsa:1024",))
        self.check_refused(self.check(listener(weak)), "weak.pem", "too weak")

    def test_what_cannot_be_meant(self):
        self.check_refused(
            self.check(
                table("listener.tls", bind="127.0.0.1:0"),
                listener(self.server, client_certificates="required"),
                listener(self.server, crl_file="/x"),
                listener(self.server, identity="common_name"),
            ),
            "certificate_file", "key_file", "needs client_ca_file", "crl_file", "identity",
        )


if __name__ == "__main__":
    unittest.main()
