"""A broker whose doors speak WebSocket, and tests that begin with one."""

import tls_client
import websocket_client as ws
from broker import BrokerTest, table
from raw_client import RawClient
from tls_broker import OPEN


class WebSocketTest(BrokerTest):
    def start_ws(self, config="", **options):
        listeners = table("listener.ws", **({"bind": "127.0.0.1:0"} | options))
        self.broker = self.start_broker(config=OPEN + config + listeners, bind=())
        self.port = self.broker.ports_of("ws")[0]
        return self.broker

    def socket(self):
        made = ws.WebSocket(tls_client.plain_socket(self.port))
        self.addCleanup(made.plain.close)
        return made

    def client(self, data=None, **settings):
        client = RawClient(self.port, wrap=ws.wrap(data), **settings)
        self.addCleanup(client.socket.plain.close)
        return client

    def failures(self):
        return self.broker.metric("godwit_network_layer_failures_total", layer="websocket")
