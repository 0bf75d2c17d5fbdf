"""A broker whose doors speak TLS, and tests that begin with one."""

import pathlib
import ssl
import tempfile

import certificates
import tls_client
from broker import BrokerTest, table

TLS_1_2, TLS_1_3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
OPEN = "[access]\nallow_anonymous = true\n"


def listener(certificate, kind="tls", **options):
    """The table of a listener that shows `certificate`, for a configuration file."""
    files = {"certificate_file": certificate.certificate, "key_file": certificate.key}
    return table(f"listener.{kind}", **({"bind": "127.0.0.1:0"} | files | options))


class TlsTest(BrokerTest):
    """An authority and a server's certificate, and a broker that anybody may talk to."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="godwit-test-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.authority = certificates.Authority(folder.name)
        cls.server = cls.authority.issue("server")

    def start_tls(self, *listeners, config="", **settings):
        """`listeners`: their tables; one with the server's certificate if there is none."""
        text = OPEN + config + "".join(listeners or [listener(self.server)])
        broker = self.start_broker(config=text, bind=settings.pop("bind", ()), **settings)
        self.port = broker.ports_of("tls")[0]
        return broker

    def client(self, port=None, **settings):
        """A raw client over TLS, closed at the end of the test."""
        tls = settings.pop("tls", None) or tls_client.context(self.authority)
        client = tls_client.connect(port or self.port, tls, **settings)
        self.addCleanup(client.socket.close)
        return client

    def check_served(self, client):
        self.assertEqual(client.connect().reason, 0)
        client.subscribe("echo")
        client.publish("echo", b"hello")
        self.assertEqual(client.receive_message().payload, b"hello")
