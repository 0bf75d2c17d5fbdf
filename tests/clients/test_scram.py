"""SCRAM-SHA-256 end to end: a password is proven and never sent, and proven again."""

import mqtt_packets as mqtt
from broker import BrokerTest, run
from raw_client import RawClient
from scram import Scram

CONTINUE, REAUTHENTICATE = 0x18, 0x19
BAD_CREDENTIALS, NOT_AUTHORIZED, BAD_METHOD = 0x86, 0x87, 0x8C
METHOD = "SCRAM-SHA-256"


def exchange(data):
    return {"authentication_method": METHOD, "authentication_data": data}


class ScramTest(BrokerTest):
    def start(self, *passwd_arguments):
        broker = self.make_broker(config='[access]\npassword_file = "passwords"\n')
        for user, arguments in (("alice", passwd_arguments), ("bob", ())):
            done = run(
                "passwd", "passwords", user, "--stdin", *arguments,
                input_text=user + "-secret\n", cwd=broker.folder,
            )  # fmt: skip
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        return broker.start()

    def connect(self, client, scram, **settings):
        """CONNECT with the first message, and the answer to the last one."""
        connect = mqtt.Connect("c", properties=exchange(scram.first()), **settings)
        client.send(connect.encode())
        return self.go_on(client, scram, mqtt.CONNACK)

    def go_on(self, client, scram, answer_kind):
        question = client.expect(mqtt.AUTH)
        self.assertEqual(question.reason, CONTINUE)
        self.assertEqual(question.properties["authentication_method"], METHOD)
        self.send_auth(client, CONTINUE, scram.last(question.properties["authentication_data"]))
        answer = client.expect(answer_kind)
        if answer.reason == 0:
            self.assertEqual(answer.properties["authentication_method"], METHOD)
            scram.verify(answer.properties["authentication_data"])
        return answer

    @staticmethod
    def send_auth(client, reason, data):
        body = bytes([reason]) + mqtt.properties(exchange(data))
        client.send(mqtt.packet(mqtt.AUTH, 0, body))

    def test_who_knows_the_password_gets_in_and_proves_it_again(self):
        broker = self.start("--scram", "--iterations", "5000")
        with RawClient(broker.port) as client:
            scram = Scram("alice", "alice-secret")
            self.assertEqual(self.connect(client, scram).reason, 0)
            self.assertEqual(scram.challenge["i"], "5000")
            client.ping()

            again = Scram("alice", "alice-secret")
            self.send_auth(client, REAUTHENTICATE, again.first())
            self.assertEqual(self.go_on(client, again, mqtt.AUTH).reason, 0)
            self.assertEqual(client.subscribe("t", qos=1), [1])
            client.disconnect()

    def test_who_does_not_is_refused_and_learns_nothing(self):
        broker = self.start("--scram")
        for user, password in (
            ("alice", "bob-secret"),
            ("bob", "bob-secret"),  # Has a hash of the other kind.
            ("nobody", "alice-secret"),
        ):
            with self.subTest(user=user), RawClient(broker.port) as client:
                scram = Scram(user, password)
                self.assertEqual(self.connect(client, scram).reason, BAD_CREDENTIALS)
                client.expect_closed()
                self.assertEqual(scram.challenge["i"], "4096")
                with RawClient(broker.port) as second:
                    repeated = Scram(user, password)
                    self.connect(second, repeated)
                    self.assertEqual(repeated.challenge["s"], scram.challenge["s"])
                    self.assertNotEqual(repeated.challenge["r"], scram.challenge["r"])

    def test_a_wrong_proof_later_ends_the_connection(self):
        broker = self.start("--scram")
        with RawClient(broker.port) as client:
            self.assertEqual(self.connect(client, Scram("alice", "alice-secret")).reason, 0)
            wrong = Scram("alice", "guess")
            self.send_auth(client, REAUTHENTICATE, wrong.first())
            self.assertEqual(self.go_on(client, wrong, mqtt.DISCONNECT).reason, NOT_AUTHORIZED)
            client.expect_closed()

    def test_the_same_users_may_send_their_password(self):
        broker = self.start("--scram")
        for user, password, reason in (
            ("alice", b"alice-secret", 0),
            ("alice", b"bob-secret", BAD_CREDENTIALS),
            ("bob", b"bob-secret", 0),
        ):
            with self.subTest(user=user), RawClient(broker.port) as client:
                self.assertEqual(client.connect("c", user_name=user, password=password).reason, reason)

    def test_it_is_offered_once_a_user_has_it(self):
        broker = self.start()
        with RawClient(broker.port) as client:
            answer = client.connect("c", properties=exchange(Scram("alice", "x").first()))
            self.assertEqual(answer.reason, BAD_METHOD)
            client.expect_closed()

    def test_passwd_says_what_scram_cannot_take(self):
        for arguments, password, text in (
            (("--scram",), "gr\u00fc\u00df", "printable ASCII"),
            (("--scram", "--iterations", "100"), "x", "4096"),
            (("--iterations", "5000"), "x", "--scram"),
        ):
            with self.subTest(arguments=arguments):
                folder = self.make_broker().folder
                done = run(
                    "passwd", "file", "alice", "--stdin", *arguments,
                    input_text=password + "\n", cwd=folder,
                )  # fmt: skip
                self.assertEqual(done.returncode, 2)
                self.assertIn(text, done.stderr + done.stdout)
                self.assertFalse((folder / "file").exists())
