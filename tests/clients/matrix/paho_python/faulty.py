"""Paho Python's adapter with one fault, named by GODWIT_MATRIX_FAULT: each has to fail its scenario."""

import os

import adapter
import lines

FAULT = os.environ.get("GODWIT_MATRIX_FAULT", "")


class Faulty(adapter.Connection):
    def __init__(self, door, name, client_id, clean, will):
        if FAULT == "never keeps a session":
            clean = True
        if FAULT == "never is the same client":
            client_id += name
        if FAULT == "has no will":
            will = None
        super().__init__(door, name, client_id, clean, will)

    def connect(self):
        session_present = super().connect()
        return 1 if FAULT == "always says that there was a session" else session_present

    def subscribe(self, filters, qos):
        if FAULT == "leaves out the last filter" and len(filters) > 1:
            filters = filters[:-1]
        super().subscribe(filters, qos)

    def _on_message(self, client, data, message):
        if FAULT == "says that nothing is retained":
            message.retain = False
        if FAULT == "cuts large payloads":
            message.payload = message.payload[:65536]
        if FAULT == "says a lower QoS":
            message.qos = max(0, message.qos - 1)
        if FAULT != "loses QoS 0" or message.qos > 0:
            super()._on_message(client, data, message)
        if FAULT == "hands QoS 2 over twice" and message.qos == 2:
            super()._on_message(client, data, message)

    def disconnect(self):
        if FAULT == "leaves without DISCONNECT":
            self._leaving = True
            self._client.socket().close()
        else:
            super().disconnect()


if __name__ == "__main__":
    lines.run("none", Faulty)
