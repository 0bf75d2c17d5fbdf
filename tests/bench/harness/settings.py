"""bench.toml as values."""

import dataclasses
import pathlib
import tomllib


@dataclasses.dataclass(frozen=True)
class Depth:
    """How long and how often is measured."""

    name: str
    repetitions: int
    seconds: float
    warmup: float
    paced_seconds: float
    brokers: list
    idle_connections: int
    subscriptions: list
    wild: list
    retained: int
    connects: int
    handshakes: int
    syscall_messages: list


@dataclasses.dataclass(frozen=True)
class BrokerSpec:
    """How one broker is started."""

    name: str
    command: list
    judged: bool
    version: list = dataclasses.field(default_factory=list)
    lacks: list = dataclasses.field(default_factory=list)
    files: dict = dataclasses.field(default_factory=dict)
    note: str = ""


@dataclasses.dataclass(frozen=True)
class Settings:
    depths: dict
    brokers: dict


def load(path: pathlib.Path) -> Settings:
    table = tomllib.loads(path.read_text())
    return Settings(
        depths={name: Depth(name, **values) for name, values in table["depth"].items()},
        brokers={name: BrokerSpec(name, **values) for name, values in table["broker"].items()},
    )


def shown(depth: Depth, specs: list) -> str:
    """What decided the figures of one run: the depth and the brokers that took part."""
    lines = [f"[depth.{depth.name}]"]
    lines += [f"{name} = {value!r}" for name, value in dataclasses.asdict(depth).items()
              if name != "name"]
    for spec in specs:
        lines += ["", f"[broker.{spec.name}]", f"command = {spec.command!r}"]
        for name, text in spec.files.items():
            lines += [f"# {name}", text.strip()]
    return "\n".join(lines)
