"""WebSocket for the raw client: the handshake and the frames, right or as wrong as a test wants."""

import base64
import hashlib
import os

from raw_client import Closed

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
KEY = base64.b64encode(b"sixteen bytes :)").decode()
ACCEPT = base64.b64encode(
    hashlib.sha1((KEY + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
).decode()


def request(first="GET /mqtt HTTP/1.1", fields=(), **changes):
    """The head of a request. `changes`: of the usual fields, None leaves one out; `fields`: more."""
    usual = {
        "Host": "localhost",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec_WebSocket_Version": "13",
        "Sec_WebSocket_Key": KEY,
        "Sec_WebSocket_Protocol": "mqtt",
    }
    lines = [first]
    for name, value in (usual | changes).items():
        if value is not None:
            lines.append(f"{name.replace('_', '-')}: {value}")
    lines += [f"{name}: {value}" for name, value in fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin1")


def frame(opcode, payload=b"", last=True, mask=b"\x01\x02\x03\x04", reserved=0, length_bytes=None):
    """A frame. `mask`: None leaves it unmasked; `length_bytes`: 0, 2 or 8, by default the least."""
    size = len(payload)
    if length_bytes is None:
        length_bytes = 0 if size < 126 else 2 if size < 65536 else 8
    return header(opcode, size, last, mask, reserved, length_bytes) + masked(payload, mask)


def header(opcode, size, last=True, mask=b"\x01\x02\x03\x04", reserved=0, length_bytes=8):
    short = {0: size, 2: 126, 8: 127}[length_bytes]
    head = bytes([(0x80 if last else 0) | reserved << 4 | opcode, (0x80 if mask else 0) | short])
    return head + (size.to_bytes(length_bytes, "big") if length_bytes else b"") + (mask or b"")


def masked(payload, mask):
    if not mask or not payload:
        return payload
    repeated = (mask * (len(payload) // 4 + 1))[: len(payload)]
    number = int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")
    return number.to_bytes(len(payload), "big")


class WebSocket:
    """What a RawClient needs of a socket; payloads in binary frames, as they are in `sendall`."""

    def __init__(self, plain):
        self.plain = plain
        self._input = b""
        self.close_code = None  # Of the broker's close frame; 0: it has none.
        self.controls = []  # Other control frames that came.

    def __getattr__(self, name):
        return getattr(self.plain, name)

    # --- the handshake ---

    def shake_hands(self, data=None):
        """Sends a request; (status, fields by lower-case name) of the answer."""
        self.plain.sendall(request() if data is None else data)
        return self.answer()

    def answer(self):
        while b"\r\n\r\n" not in self._input:
            self._more()
        head, self._input = self._input.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin1").split("\r\n")
        fields = dict(line.split(": ", 1) for line in lines)
        return int(first.split(" ")[1]), {name.lower(): value for name, value in fields.items()}

    # --- frames ---

    def _more(self):
        data = self.plain.recv(65536)
        if not data:
            raise Closed
        self._input += data

    def _take(self, count):
        while len(self._input) < count:
            self._more()
        taken, self._input = self._input[:count], self._input[count:]
        return taken

    def receive_frame(self):
        """(opcode, payload) of the next frame, which has to be whole and unmasked."""
        first, second = self._take(2)
        if first & 0xF0 != 0x80 or second & 0x80:
            raise AssertionError(f"a frame that begins with {first:#x} {second:#x}")
        size = second & 0x7F
        if size >= 126:
            size = int.from_bytes(self._take(2 if size == 126 else 8), "big")
        return first & 0x0F, self._take(size)

    def sendall(self, data):
        self.plain.sendall(frame(BINARY, data, mask=os.urandom(4)))

    def recv(self, _):
        """The payload of the next data frame; nothing once the broker has closed."""
        while True:
            opcode, payload = self.receive_frame()
            if opcode == BINARY:
                return payload
            if opcode == CLOSE:
                self.close_code = int.from_bytes(payload[:2], "big")
                if self.plain.recv(1):
                    raise AssertionError("something follows the close frame")
                return b""
            self.controls.append((opcode, payload))


def wrap(data=None, below=lambda plain: plain):
    """For RawClient(wrap=…): asks with `data` and expects to be let in. `below`: such as TLS."""

    def wrapped(plain):
        made = WebSocket(below(plain))
        status, _ = made.shake_hands(data)
        if status != 101:
            raise AssertionError(f"refused with {status}")
        return made

    return wrapped
