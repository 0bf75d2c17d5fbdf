"""The commands and files of docs/operations work as printed."""

import re
import unittest

import certificates
import programs
import tls_client
import websocket_client as ws
from broker import TOP, BrokerTest, run
from raw_client import RawClient


def blocks(page, language):
    text = (TOP / "docs" / "operations" / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


class Tls(BrokerTest):
    def shell(self, broker, script):
        """A block, of which every command has to succeed."""
        program = programs.Program(["sh", "-e", "-c", script], cwd=broker.folder)
        self.assertEqual(program.end()[0], 0, program.lines())

    def start(self, config, commands):
        """With a port of the system's, and whatever `commands` make."""
        config, count = re.subn(r'(bind = ")[^"]*"', r'\g<1>127.0.0.1:0"', config)
        self.assertEqual(count, 1)
        broker = self.make_broker(config=config, bind=())
        for command in commands:
            self.shell(broker, command)
        done = run("passwd", "passwords", "kitchen", "--stdin", input_text="x\n", cwd=broker.folder)
        self.assertEqual(done.returncode, 0)
        return broker.start()

    def test_a_listener_a_client_with_a_certificate_and_its_revocation(self):
        server, client, publish, revocation = blocks("tls.md", "sh")
        (config,) = blocks("tls.md", "toml")
        broker = self.start(config, [server, client])
        port = broker.ports_of("tls")[0]
        publish, count = re.subn(r"\b8883\b", str(port), publish)
        self.assertEqual(count, 1)
        self.shell(broker, publish)
        self.assertEqual(broker.metric("godwit_publish_received_total"), 1)

        with_list = config.replace("client_ca_file", 'crl_file = "crl.pem"\nclient_ca_file')
        self.shell(broker, revocation)
        broker.configure(re.sub(r'(bind = ")[^"]*"', r'\g<1>127.0.0.1:0"', with_list))
        self.assertTrue(broker.reload())
        authority = certificates.Certificate(str(broker.folder / "ca.pem"), "")
        porch = certificates.Certificate(
            str(broker.folder / "porch.pem"), str(broker.folder / "porch.key")
        )
        alert = tls_client.alert_of(port, tls_client.context(authority, porch))
        self.assertEqual(alert, "SSLV3_ALERT_CERTIFICATE_REVOKED")

    @unittest.skipUnless(programs.haproxy(), "no haproxy")
    def test_haproxy_understands_its_part(self):
        (config,) = blocks("tls.md", "haproxy")
        broker = self.make_broker()
        file = broker.write("haproxy.cfg", config)
        done = programs.Program([programs.haproxy(), "-c", "-f", file]).end()
        self.assertEqual(done[0], 0, done[1])
        self.assertFalse([line for line in done[1] if "WARNING" in line], done[1])

    def test_a_page_of_a_named_origin(self):
        (config,) = blocks("websocket.md", "toml")
        broker = self.start(config, blocks("tls.md", "sh")[:1])
        authority = certificates.Certificate(str(broker.folder / "ca.pem"), "")
        encrypt = tls_client.wrap(tls_client.context(authority))
        page = ws.request(fields=[("Origin", "https://app.example")])
        with RawClient(broker.ports_of("wss")[0], wrap=ws.wrap(page, encrypt)) as client:
            self.assertEqual(client.connect(user_name="kitchen", password=b"x").reason, 0)


if __name__ == "__main__":
    unittest.main()
