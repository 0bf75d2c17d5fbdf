"""The clients of the matrix: how each is started, what it can do, and what its users should know."""

import pathlib
from dataclasses import dataclass, field

from matrix import build
from programs import paho_python

HERE = pathlib.Path(__file__).resolve().parent
NO_WEBSOCKET = "it has no WebSocket in this version"
ONLY_WEBSOCKET = "it has WebSocket only"
ONLY_WEBSOCKET_IN_PAGES = "pages have WebSocket only"
# Seen with several servers: in one of five tries the library takes its own partial writes for a
# failure, or does not notice the acknowledgement after them.
LARGE_OVER_WEBSOCKET = {
    "1 MiB": "over WebSocket Paho C 1.3 now and then fails to send what takes several writes, with "
    "every server"
}
LEVELS = {4: "3.1.1", 5: "5.0"}
ALL_TRANSPORTS = ("tcp", "tls", "ws", "wss")


@dataclass(frozen=True)
class Client:
    """One library. A row of the table is one client over one transport in one version."""

    name: str
    key: str  # of its tests and of --only
    comes_from: str
    advice: str  # what its users should know
    transports: tuple = ALL_TRANSPORTS
    levels: tuple = (4,)
    command: tuple = ()  # the program, to which the door's arguments are added
    page: str = ""  # instead of a program: the script of its page in Chromium
    will_at_leave_levels: tuple = ()  # versions in which its leave asks for the will (code 0x04)
    missing: str = ""  # why it cannot be tried here; its rows are skipped
    optional: str = ""  # why not every machine can try it
    cannot: dict = field(default_factory=dict, hash=False)  # transport -> {scenario: why}
    lacks: dict = field(default_factory=dict, hash=False)  # transport -> why it has none


@dataclass(frozen=True)
class Row:
    client: Client
    transport: str
    level: int

    @property
    def name(self):
        version = LEVELS[self.level].replace(".", "")
        return f"{self.client.key}_{self.transport}_{version}"


def _built(name):
    return (str(build.OUT / name),)


def _java(name, main, jars):
    # One processor is enough for a test, and the JVM starts faster with the first compiler only.
    flags = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx128m")
    return ("java", *flags, "-cp", f"{build.OUT / name}:{jars}", main)


def _node(folder):
    return ("node", str(HERE / folder / "node.mjs"), str(build.OUT / "node" / "node_modules"))


def _paho_java():
    jar = build.paho_java_jar()
    return Client(
        name="Paho Java",
        key="paho_java",
        comes_from="its jar, `org.eclipse.paho.client.mqttv3`",
        advice="Debian has no package of it: the rows are run where `GODWIT_PAHO_JAVA_JAR` names "
        "the jar. WebSocket addresses need the path (`ws://host:port/mqtt`).",
        command=_java("paho_java", "PahoJavaAdapter", jar or ""),
        missing="" if jar else "GODWIT_PAHO_JAVA_JAR names no jar",
        optional="Debian has no package of it; it is tried where `GODWIT_PAHO_JAVA_JAR` names its jar",
    )


def clients():
    """All of them, in the order of the table."""
    return [
        Client(
            name="mosquitto_sub, mosquitto_pub",
            key="mosquitto_tools",
            comes_from="Debian, `mosquitto-clients`",
            advice="They connect again by themselves: two with the same `-i` take the session from "
            "each other for ever. In 5.0 `-c` keeps a session only together with `-x SECONDS`, and "
            "mosquitto_sub asks for its will when a signal stops it.",
            transports=("tcp", "tls"),
            lacks={"ws": NO_WEBSOCKET, "wss": NO_WEBSOCKET},
            levels=(4, 5),
            will_at_leave_levels=(5,),
            command=(paho_python(), str(HERE / "mosquitto_tools" / "adapter.py")),
        ),
        Client(
            name="libmosquitto",
            key="libmosquitto",
            comes_from="Debian, `libmosquitto-dev`",
            advice="Its thread connects again after a loss unless `mosquitto_disconnect` is called "
            "in the callback.",
            transports=("tcp", "tls"),
            lacks={"ws": NO_WEBSOCKET, "wss": NO_WEBSOCKET},
            levels=(4, 5),
            command=_built("libmosquitto"),
        ),
        Client(
            name="Paho Python",
            key="paho_python",
            comes_from="Debian, `python3-paho-mqtt`",
            advice="`transport=\"websockets\"` asks for the path `/mqtt`, which is the broker's too. "
            "5.0 keeps a session only with a `SessionExpiryInterval`.",
            levels=(4, 5),
            command=(paho_python(), str(HERE / "paho_python" / "adapter.py")),
        ),
        Client(
            name="Paho C",
            key="paho_c",
            comes_from="Debian, `libpaho-mqtt-dev`",
            advice="Link with `paho-mqtt3cs` (or `3as`) for TLS. Addresses are `tcp://`, `ssl://`, "
            "`ws://` and `wss://`, the last two with the path `/mqtt`; keep payloads over these small. "
            "Over `wss://` a connect fails now and then, whatever the broker: connect again.",
            levels=(4, 5),
            cannot={"ws": LARGE_OVER_WEBSOCKET, "wss": LARGE_OVER_WEBSOCKET},
            command=_built("paho_c"),
        ),
        Client(
            name="Paho C++",
            key="paho_cpp",
            comes_from="Debian, `libpaho-mqttpp-dev`",
            advice="The version of the client (`create_options`) and of the connection "
            "(`connect_options`) have to be the same. It stands on Paho C: addresses as there.",
            levels=(4, 5),
            cannot={"ws": LARGE_OVER_WEBSOCKET, "wss": LARGE_OVER_WEBSOCKET},
            command=_built("paho_cpp"),
        ),
        Client(
            name="Paho Go",
            key="paho_go",
            comes_from="Debian, `golang-github-eclipse-paho.mqtt.golang-dev`",
            advice="A handler must not wait for the broker; `SetOrderMatters(true)`, the default, "
            "hands messages over one after the other.",
            command=_built("paho_go"),
        ),
        Client(
            name="Paho JavaScript in Node",
            key="paho_js_node",
            comes_from="npm, `paho-mqtt`",
            advice="WebSocket only. Node has no `WebSocket` before version 22: give it that of the "
            "package `ws` as `globalThis.WebSocket`.",
            transports=("ws", "wss"),
            lacks={"tcp": ONLY_WEBSOCKET, "tls": ONLY_WEBSOCKET},
            command=_node("paho_js"),
        ),
        Client(
            name="Paho JavaScript in Chromium",
            key="paho_js_chromium",
            comes_from="npm, `paho-mqtt`",
            advice="It asks for the subprotocol `mqtt`, which the broker answers. Chromium refuses "
            "certificates it does not trust without a question for `wss://`: install the CA.",
            transports=("ws", "wss"),
            lacks={"tcp": ONLY_WEBSOCKET_IN_PAGES, "tls": ONLY_WEBSOCKET_IN_PAGES},
            page="paho_js",
        ),
        Client(
            name="MQTT.js in Node",
            key="mqttjs_node",
            comes_from="npm, `mqtt`",
            advice="It connects again every second unless `reconnectPeriod` is 0. 5.0 is "
            "`protocolVersion: 5`; without it 3.1.1 is spoken.",
            levels=(4, 5),
            command=_node("mqttjs"),
        ),
        Client(
            name="MQTT.js in Chromium",
            key="mqttjs_chromium",
            comes_from="npm, `mqtt`",
            advice="Addresses are `ws://` and `wss://` with the path (`wss://host:port/mqtt`); "
            "certificates as above.",
            transports=("ws", "wss"),
            lacks={"tcp": ONLY_WEBSOCKET_IN_PAGES, "tls": ONLY_WEBSOCKET_IN_PAGES},
            levels=(4, 5),
            page="mqttjs",
        ),
        Client(
            name="FuseSource mqtt-client (Java)",
            key="fusesource",
            comes_from="Debian, `libmqtt-client-java`",
            advice="It speaks 3.1 unless told `setVersion(\"3.1.1\")`, and connects again for ever "
            "unless `setReconnectAttemptsMax(0)`.",
            transports=("tcp", "tls"),
            lacks={"ws": NO_WEBSOCKET, "wss": NO_WEBSOCKET},
            command=_java("fusesource", "FusesourceAdapter", build.FUSESOURCE_JARS),
        ),
        _paho_java(),
    ]


def rows(only=""):
    """Every row; with `only`, those whose name begins so."""
    return [
        row
        for client in clients()
        for transport in client.transports
        for level in client.levels
        for row in [Row(client, transport, level)]
        if row.name.startswith(only)
    ]
