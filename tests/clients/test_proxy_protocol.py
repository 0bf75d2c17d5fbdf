"""Behind a load balancer: the PROXY header tells who the client is, and nothing without one gets in."""

import socket
import struct
import subprocess
import unittest

import mqtt_packets as mqtt
import programs
import tls_client
import websocket_client as ws
from broker import SPREAD, table, wait_until
from raw_client import Closed, RawClient
from tls_broker import TlsTest, listener

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
LOCAL, PROXIED = 0x20, 0x21
TCP4, TCP6, UDP4, UNIX, UNSPECIFIED = 0x11, 0x21, 0x12, 0x31, 0x00


def version_2(body=b"", command=PROXIED, family=TCP4, size=None):
    head = bytes([command, family]) + struct.pack(">H", len(body) if size is None else size)
    return SIGNATURE + head + body


def addresses(source, destination, source_port=40312, destination_port=1883):
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    packed = socket.inet_pton(family, source) + socket.inet_pton(family, destination)
    return packed + struct.pack(">HH", source_port, destination_port)


def field(kind, value):
    return bytes([kind]) + struct.pack(">H", len(value)) + value


V4 = addresses("192.0.2.7", "198.51.100.1")
V6 = addresses("2001:db8::7", "2001:db8::1")
FIELDS = (
    field(0x01, b"h2") + field(0x02, b"broker.example") + field(0x03, bytes(4))
    + field(0x04, bytes(64)) + field(0x05, b"unique-id") + field(0xEA, b"\x01vpce-0")
    + field(0x20, b"\x01\x00\x00\x00\x00" + field(0x21, b"TLSv1.3"))
)
PROXY_LINE = b"PROXY TCP4 192.0.2.7 198.51.100.1 40312 1883\r\n"

# What comes in front, and the address that the log shows; None: that of the connection itself.
GOOD = {
    "1, IPv4": (PROXY_LINE, "192.0.2.7:40312"),
    "1, IPv6": (b"PROXY TCP6 2001:db8::7 2001:db8::1 40312 1883\r\n", "[2001:db8::7]:40312"),
    "1, largest": (b"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n",
                   "255.255.255.255:65535"),
    "1, unknown": (b"PROXY UNKNOWN\r\n", None),
    "1, unknown with more": (b"PROXY UNKNOWN " + b"f" * 91 + b"\r\n", None),  # 107 bytes.
    "2, IPv4": (version_2(V4), "192.0.2.7:40312"),
    "2, IPv6": (version_2(V6, family=TCP6), "[2001:db8::7]:40312"),
    "2, further fields": (version_2(V4 + FIELDS), "192.0.2.7:40312"),
    "2, longest": (version_2(V4 + bytes(4096 - 16 - len(V4))), "192.0.2.7:40312"),
    "2, local": (version_2(command=LOCAL, family=UNSPECIFIED), None),
    "2, local with addresses": (version_2(V4, command=LOCAL), None),
    "2, unspecified": (version_2(family=UNSPECIFIED), None),
    "2, Unix": (version_2(bytes(216), family=UNIX), None),
    "2, UDP": (version_2(V4, family=UDP4), None),
}
BAD = {
    "none, MQTT": mqtt.Connect("c").encode(),
    "none, TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "none, HTTP": b"GET /mqtt HTTP/1.1\r\n\r\n",
    "1, lower case": PROXY_LINE.lower(),
    "1, no end": b"PROXY UNKNOWN " + b"f" * 93,
    "1, only LF": PROXY_LINE.replace(b"\r\n", b"\n") + bytes(80),
    "1, UDP": PROXY_LINE.replace(b"TCP4", b"UDP4"),
    "1, families differ": PROXY_LINE.replace(b"TCP4", b"TCP6"),
    "1, a word is missing": PROXY_LINE.replace(b" 1883", b""),
    "1, a word too many": PROXY_LINE.replace(b"1883", b"1883 1"),
    "1, two blanks": PROXY_LINE.replace(b" 1883", b"  1883"),
    "1, a port that is none": PROXY_LINE.replace(b"40312", b"65536"),
    "1, an address that is none": PROXY_LINE.replace(b"192.0.2.7", b"192.0.2.256"),
    "2, version 3": version_2(V4, command=0x31),
    "2, unknown command": version_2(V4, command=0x22),
    "2, signature": b"\r\n\r\n\x00\r\nQUIX\n" + version_2(V4)[12:],
    "2, addresses cut short": version_2(V4[:11]),
    "2, IPv6 with room for IPv4": version_2(V4, family=TCP6),
    "2, too long": version_2(V4, size=4096 - 16 + 1),
    "2, 64 KiB": version_2(V4, size=65535),
}


class ProxyTest(TlsTest):
    def start_proxied(self, *listeners, config=""):
        listeners = listeners or [table("listener.tcp", bind="127.0.0.1:0", proxy_protocol=True)]
        config += table("log", level="debug") + table("access", allow_anonymous=True)
        self.broker = self.start_broker(config=config + "".join(listeners), bind=())
        return self.broker

    def connection(self, port, header, version=mqtt.V5):
        """A raw client behind a balancer that wrote `header`."""

        def wrap(plain):
            plain.sendall(header)
            return plain

        client = RawClient(port, version=version, wrap=wrap)
        self.addCleanup(client.socket.close)
        return client

    def check_address(self, client, expected):
        """That the log shows it at the end of the connection."""
        own = "%s:%d" % client.socket.getsockname()
        client.disconnect()
        self.broker.wait_for_event("connection_closed", peer=expected or own)


class Headers(ProxyTest):
    def test_good_headers_name_the_client(self):
        port = self.start_proxied().port
        for name, (header, expected) in GOOD.items():
            with self.subTest(name):
                client = self.connection(port, header)
                self.assertEqual(client.connect().reason, 0)
                self.check_address(client, expected)

    def test_the_address_of_a_refused_client(self):
        config = "[access]\nallow_anonymous = false\npassword_file = \"passwords\"\n"
        config += table("listener.tcp", bind="127.0.0.1:0", proxy_protocol=True)
        broker = self.make_broker(config=config, bind=())
        broker.write("passwords", "")
        broker.start()
        client = self.connection(broker.port, PROXY_LINE)
        self.assertEqual(client.connect("c", user_name="a", password=b"b").reason, 0x86)
        broker.wait_for_event("connect_refused", peer="192.0.2.7:40312")

    def test_anything_else_is_refused(self):
        broker = self.start_proxied()
        for name, data in BAD.items():
            with self.subTest(name):
                before = broker.metric("godwit_network_layer_failures_total", layer="proxy")
                plain = tls_client.plain_socket(broker.port)
                self.addCleanup(plain.close)
                plain.sendall(data)
                try:
                    self.assertEqual(plain.recv(1), b"")
                except ConnectionResetError:
                    pass
                failed = broker.metric("godwit_network_layer_failures_total", layer="proxy")
                self.assertEqual(failed, before + 1)
        broker.wait_for_count("stream_refused", len(BAD), layer="proxy")

    def test_byte_by_byte(self):
        broker = self.start_proxied()
        for header, expected in (GOOD["1, IPv4"], GOOD["2, further fields"]):
            client = self.connection(broker.port, b"")
            for byte in header + mqtt.Connect("slow").encode():
                client.send(bytes([byte]))
            self.assertEqual(client.expect(mqtt.CONNACK).reason, 0)
            self.check_address(client, expected)

    def test_packets_right_behind_the_header(self):
        broker = self.start_proxied()
        for header, _ in GOOD.values():
            client = self.connection(broker.port, header + mqtt.Connect("fast").encode())
            self.assertEqual(client.expect(mqtt.CONNACK).reason, 0)
            client.disconnect()

    def test_half_a_header_is_cut_at_the_deadline(self):
        broker = self.start_proxied(config=table("limits", handshake_deadline_seconds=1))
        headers = (PROXY_LINE[:-1], version_2(V4)[:-1], b"")
        for client in [self.connection(broker.port, header) for header in headers]:
            with self.assertRaises(Closed):
                client.receive()
        late = broker.metric("godwit_network_handshakes_total", outcome="late")
        self.assertEqual(late, 3)

    def test_the_address_goes_with_the_connection_to_another_thread(self):
        broker = self.start_proxied(config=f"io_threads = 4\n{SPREAD}")
        kept = {"clean": False, "properties": {"session_expiry_interval": 600}}
        for port in range(40_000, 40_024):
            header = PROXY_LINE.replace(b"40312", b"%d" % port)
            client = self.connection(broker.port, header)
            client.connect(f"moves-{port % 12}", **kept)
            self.check_address(client, f"192.0.2.7:{port}")

    def test_a_listener_without_it_takes_no_header(self):
        broker = self.start_proxied(table("listener.tcp", bind="127.0.0.1:0"))
        for header in (PROXY_LINE * 4, version_2(V4)):  # 82 bytes are one packet that begins with P.
            client = self.connection(broker.port, header)
            with self.assertRaises(Closed):
                while True:
                    client.receive()
        self.assertEqual(broker.events("connection_closed", peer="192.0.2.7:40312"), [])

    def test_only_one_header_is_taken(self):
        broker = self.start_proxied()
        client = self.connection(broker.port, PROXY_LINE * 4)
        with self.assertRaises(Closed):
            while True:
                client.receive()
        broker.wait_for_event("connection_closed", peer="192.0.2.7:40312")


class OtherLayers(ProxyTest):
    def start_all(self):
        broker = self.start_proxied(
            listener(self.server, proxy_protocol=True),
            table("listener.ws", bind="127.0.0.1:0", proxy_protocol=True),
            listener(self.server, "wss", proxy_protocol=True),
        )
        encrypt = tls_client.wrap(tls_client.context(self.authority))
        self.ways = {
            "tls": encrypt, "ws": ws.wrap(), "wss": ws.wrap(below=encrypt)
        }
        return broker

    def test_the_header_is_in_front_of_tls_and_websocket(self):
        broker = self.start_all()
        for kind, way in self.ways.items():
            port = broker.ports_of(kind)[0]
            for name, (header, expected) in GOOD.items():
                with self.subTest(kind, header=name):
                    def behind_balancer(plain, header=header, way=way):
                        plain.sendall(header)
                        return way(plain)

                    client = RawClient(port, wrap=behind_balancer)
                    self.addCleanup(client.socket.close)
                    self.assertEqual(client.connect().reason, 0)
                    self.check_address(client, expected)

    def test_without_header_there_is_no_handshake(self):
        broker = self.start_all()
        for count, (kind, way) in enumerate(self.ways.items(), 1):
            with self.subTest(kind), self.assertRaises((Closed, OSError)):
                RawClient(broker.ports_of(kind)[0], wrap=way)
            failed = broker.metric("godwit_network_layer_failures_total", layer="proxy")
            self.assertEqual(failed, count)

    def test_the_address_of_a_client_whose_handshake_fails(self):
        broker = self.start_all()
        for kind, what in (("tls", "tls"), ("ws", "websocket")):
            plain = tls_client.plain_socket(broker.ports_of(kind)[0])
            self.addCleanup(plain.close)
            plain.sendall(PROXY_LINE + b"nonsense\r\n\r\n")
            while plain.recv(4096):
                pass
            broker.wait_for_event("stream_refused", layer=what)
            self.assertTrue(broker.events("stream_refused", layer=what, peer="192.0.2.7:40312"))


@unittest.skipUnless(programs.haproxy(), "no haproxy")
class BehindHaproxy(ProxyTest):
    """A real balancer passes connections on; its front doors are sockets that it inherits."""

    def start_haproxy(self, ports, send):
        """One front door for each port of the broker; the doors' ports."""
        doors = [socket.create_server(("127.0.0.1", 0)) for _ in ports]
        text = "defaults\n mode tcp\n timeout connect 10s\n timeout client 60s\n timeout server 60s\n"
        for door, port in zip(doors, ports):
            text += f"listen to-{port}\n bind fd@{door.fileno()}\n"
            text += f" server broker 127.0.0.1:{port} {send} check inter 50ms\n"
        file = self.broker.write("haproxy.cfg", text)
        process = subprocess.Popen(
            [programs.haproxy(), "-db", "-q", "-f", file],
            pass_fds=[door.fileno() for door in doors],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        for door in doors:
            self.addCleanup(door.close)
        return [door.getsockname()[1] for door in doors]

    def test_the_clients_address_comes_through(self):
        for send in ("send-proxy", "send-proxy-v2", "send-proxy-v2-ssl-cn"):
            broker = self.start_proxied(
                table("listener.tcp", bind="127.0.0.1:0", proxy_protocol=True),
                listener(self.server, proxy_protocol=True),
                table("listener.ws", bind="127.0.0.1:0", proxy_protocol=True),
            )
            kinds = ("tcp", "tls", "ws")
            encrypt = tls_client.wrap(tls_client.context(self.authority))
            ways = (lambda plain: plain, encrypt, ws.wrap())
            doors = self.start_haproxy([broker.ports_of(kind)[0] for kind in kinds], send)
            for kind, way, door in zip(kinds, ways, doors):
                with self.subTest(send, kind=kind):
                    client = RawClient(door, wrap=way)
                    self.addCleanup(client.socket.close)
                    self.check_served(client)
                    self.check_address(client, None)
            # Its health checks come from itself, and go without a word: no mistake of anybody.
            wait_until(lambda: broker.metric("godwit_network_accepted_total") > 9, "health checks")
            self.assertEqual(broker.events("stream_refused"), [])


if __name__ == "__main__":
    unittest.main()
