"""The client's side of SCRAM-SHA-256 (RFC 5802, RFC 7677)."""

import base64
import hashlib
import hmac
import os


def _hmac(key, text):
    return hmac.new(key, text, hashlib.sha256).digest()


class Scram:
    def __init__(self, user_name, password):
        self._password = password.encode()
        self._nonce = base64.b64encode(os.urandom(18)).decode()
        name = user_name.replace("=", "=3D").replace(",", "=2C")
        self._first_bare = f"n={name},r={self._nonce}"
        self._signature = None
        self.challenge = {}

    def first(self):
        return f"n,,{self._first_bare}".encode()

    def last(self, server_first):
        server_first = server_first.decode()
        self.challenge = dict(part.split("=", 1) for part in server_first.split(","))
        if not self.challenge["r"].startswith(self._nonce) or self.challenge["r"] == self._nonce:
            raise AssertionError(f"the server did not add to the nonce: {server_first}")
        salt, iterations = base64.b64decode(self.challenge["s"]), int(self.challenge["i"])
        salted = hashlib.pbkdf2_hmac("sha256", self._password, salt, iterations)
        without_proof = f"c=biws,r={self.challenge['r']}"
        message = f"{self._first_bare},{server_first},{without_proof}".encode()
        client_key = _hmac(salted, b"Client Key")
        veil = _hmac(hashlib.sha256(client_key).digest(), message)
        proof = base64.b64encode(bytes(a ^ b for a, b in zip(client_key, veil))).decode()
        self._signature = base64.b64encode(_hmac(_hmac(salted, b"Server Key"), message)).decode()
        return f"{without_proof},p={proof}".encode()

    def verify(self, server_final):
        """The server knows the verifier too."""
        if server_final != f"v={self._signature}".encode():
            raise AssertionError(f"the server's signature is wrong: {server_final}")
