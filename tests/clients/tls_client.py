"""TLS for the raw client, with every choice in the test's hands."""

import os
import socket
import ssl

from broker import DEADLINE_SECONDS
from raw_client import RawClient


def context(authority, certificate=None, version=None, ciphers=None, protocols=None):
    """Of a client that believes `authority`; `version`: the only one it speaks."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.load_verify_locations(authority.certificate)
    if certificate is not None:
        made.load_cert_chain(certificate.certificate, certificate.key)
    if version is not None:
        made.minimum_version = made.maximum_version = version
    if ciphers is not None:
        made.set_ciphers(ciphers)
    if protocols is not None:
        made.set_alpn_protocols(protocols)
    return made


def wrap(tls, name="localhost", session=None):
    """For RawClient(wrap=…): does the handshake."""

    def wrapped(plain):
        return tls.wrap_socket(
            plain, server_hostname=name, session=session, suppress_ragged_eofs=False
        )

    return wrapped


def connect(port, tls, name="localhost", session=None, **settings):
    """A raw client over TLS, before its CONNECT."""
    return RawClient(port, wrap=wrap(tls, name, session), **settings)


def alert_of(port, tls, name="localhost"):
    """The alert with which the broker ends the connection, in the words of OpenSSL.

    A TLS 1.3 client takes itself for connected before the server has judged its certificate, so the
    alert is read after the handshake. Nothing is sent: on its way to a closed socket it would
    destroy the alert.
    """
    try:
        with connect(port, tls, name) as client:
            received = client.socket.recv(1)
    except ssl.SSLError as error:
        return error.reason
    raise AssertionError(f"no alert but {received!r}")


class ByHand:
    """A TLS client without a socket: shows the bytes that it would send."""

    def __init__(self, tls, name="localhost"):
        self._input = ssl.MemoryBIO()
        self._output = ssl.MemoryBIO()
        self.tls = tls.wrap_bio(self._input, self._output, server_hostname=name)
        self.done = False

    def begin(self):
        """The bytes of the ClientHello."""
        return self.step(b"")

    def step(self, received):
        """Takes what came, and gives what is to be sent; goes on with the handshake."""
        if received:
            self._input.write(received)
        try:
            self.tls.do_handshake()
            self.done = True
        except ssl.SSLWantReadError:
            pass
        return self._output.read()


def plain_socket(port):
    """For what is no client at all."""
    made = socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_SECONDS)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def socket_below(encrypted):
    """The TCP connection of a TLS one, to write into past it."""
    return socket.socket(fileno=os.dup(encrypted.fileno()))
